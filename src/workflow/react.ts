import { type Refusal, refuse } from '../errors.ts'
import { isOutOfWork } from '../model/names.ts'
import type { Ticket } from '../model/ticket.ts'
import { changeStatus } from './move.ts'
import type { WorkflowPass } from './pass.ts'
import type { Reaction } from './status.ts'
import type { Workflow } from './workflow.ts'

/** What a message does to the status: the reaction of the workflow, if there is one. */
export function react(
  pass: WorkflowPass,
  reaction: Reaction,
  because: 'agent_reply' | 'requester_message' | 'merge',
): void {
  const to = pass.definition.workflow.reactionTo(reaction, pass.ticket.status, pass.ticket.kind)
  if (to) changeStatus(pass, to, because)
}

/** When the ticket last left work: entered Resolved, or Closed without it. */
const leftWorkAt = (ticket: Pick<Ticket, 'resolvedAt' | 'closedAt'>): number | null =>
  ticket.resolvedAt ?? ticket.closedAt

/** Refuses what would reopen a ticket outside its window; the last millisecond of the window is inside. */
export function checkReopenWindow(workflow: Workflow, ticket: Readonly<Ticket>, at: number): Refusal | undefined {
  const left = leftWorkAt(ticket)
  const within = workflow.reopenWithinMs
  if (!isOutOfWork(ticket.kind) || left === null || within === null) return undefined
  if (within > 0 && at - left <= within) return undefined
  return followUpRequired(workflow, ticket)
}

/** A message that would reopen must come within the window; on a dead end there is nothing it could reopen. */
export function checkReopening(workflow: Workflow, ticket: Readonly<Ticket>, at: number): Refusal | undefined {
  const to = workflow.reactionTo('requesterMessage', ticket.status, ticket.kind)
  if (to) return checkReopenWindow(workflow, ticket, at)
  return ticket.kind === 'closed' ? followUpRequired(workflow, ticket) : undefined
}

/** What only a new, linked ticket can take up. */
const followUpRequired = ({ reopenWithinMs }: Workflow, ticket: Readonly<Ticket>): Refusal =>
  refuse(
    'follow_up_required',
    { ticketId: ticket.id, leftWorkAt: leftWorkAt(ticket), withinMs: reopenWithinMs },
    'ticketId',
  )

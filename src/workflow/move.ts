import { type Refusal, refuse } from '../errors.ts'
import { isOutOfWork } from '../model/names.ts'
import type { StatusChangeReason, StatusFacts } from '../model/ticket-event.ts'
import type { WorkflowPass } from './pass.ts'
import type { Status } from './status.ts'

/** What goes with a move: when a postponed ticket wakes, why it was postponed or closed. */
export interface MoveDetails {
  readonly until?: number | null | undefined
  readonly reason?: string | null | undefined
}

/** Moves to a status if the workflow allows it; to the present one it is a no-op (or postpones anew). */
export function moveTo(
  pass: WorkflowPass,
  name: string,
  details: MoveDetails = {},
  path = 'status',
): Refusal | undefined {
  const { ticket, definition } = pass
  const to = definition.workflow.statusNamed(name)
  if (!to)
    return refuse(
      'unknown_name',
      { what: 'status', name, known: definition.workflow.statuses.map((s) => s.name) },
      path,
    )
  const past =
    details.until != null && details.until <= pass.at
      ? refuse('wake_in_past', { until: details.until, at: pass.at }, 'until')
      : undefined
  if (past) return past
  if (details.until != null && to.kind !== 'postponed')
    return refuse('invalid_command', { reason: 'only a postponed ticket waits until an instant' }, 'until')
  if (to.kind === 'closed' && details.reason === 'merged')
    return refuse('invalid_command', { reason: 'only merge closes a ticket as merged' }, 'reason')
  if (to.name === ticket.status) return to.kind === 'postponed' ? postponeAgain(pass, details) : undefined
  const allowed = definition.workflow.movesFrom(ticket.status, ticket.kind)
  if (!allowed.includes(to.name)) return refuse('move_not_allowed', { from: ticket.status, to: to.name, allowed }, path)
  changeStatus(pass, to, 'command', details)
  return undefined
}

function postponeAgain(pass: WorkflowPass, { until, reason }: MoveDetails): undefined {
  if (until === undefined && reason === undefined) return
  const { ticket } = pass
  const [postponedUntil, postponeReason] = [until ?? null, reason ?? null]
  if (postponedUntil === ticket.postponedUntil && postponeReason === ticket.postponeReason) return
  pass.emit('postponement_changed', { postponedUntil }, { postponeReason })
}

/** The move itself, already allowed: every fact that follows from it in one event. */
export function changeStatus(
  pass: WorkflowPass,
  to: Status,
  because: StatusChangeReason,
  details: MoveDetails = {},
): void {
  const { ticket, at } = pass
  const reopens = isOutOfWork(ticket.kind) && !isOutOfWork(to.kind)
  const asked = !ticket.outbound || ticket.lastRequesterMessageAt !== null
  const marks = because === 'command' && to.kind === 'answered' && asked && ticket.firstMarkedAnsweredAt === undefined
  pass.emit(
    'status_changed',
    {
      from: ticket.status,
      fromKind: ticket.kind,
      status: to.name,
      kind: to.kind,
      because,
      ...postponement(pass, to, details),
      ...ending(pass, to, details),
      waitingSince: isOutOfWork(to.kind) ? null : ticket.waitingSince,
      firstResolvedAt: ticket.firstResolvedAt ?? (to.kind === 'resolved' ? at : null),
      reopens: ticket.counts.reopens + (reopens ? 1 : 0),
      ...(marks ? { firstMarkedAnsweredAt: at } : {}),
    },
    { postponeReason: to.kind === 'postponed' ? (details.reason ?? null) : null },
  )
}

function postponement(
  { ticket }: WorkflowPass,
  to: Status,
  details: MoveDetails,
): Pick<StatusFacts, 'postponedUntil' | 'wakesTo'> {
  if (to.kind !== 'postponed') return { postponedUntil: null, wakesTo: null }
  const wakesTo = ticket.kind === 'postponed' ? ticket.wakesTo : ticket.kind === 'new' ? 'new' : 'open'
  return { postponedUntil: details.until ?? null, wakesTo }
}

/** `resolvedAt` is the instant of the present stay out of work; `closedAt` of the present stay in Closed. */
function ending(
  { ticket, at }: WorkflowPass,
  to: Status,
  details: MoveDetails,
): Pick<StatusFacts, 'resolvedAt' | 'closedAt' | 'closeReason'> {
  const entersResolved = to.kind === 'resolved' && ticket.kind !== 'resolved'
  const resolvedAt = entersResolved ? at : isOutOfWork(to.kind) ? ticket.resolvedAt : null
  return to.kind === 'closed'
    ? { resolvedAt, closedAt: at, closeReason: details.reason ?? null }
    : { resolvedAt, closedAt: null, closeReason: null }
}

import * as z from 'zod'
import { type Refusal, refuse } from '../../errors.ts'
import { asksForAnswer } from '../../model/message.ts'
import { isOutOfWork } from '../../model/names.ts'
import { Id, Name } from '../../model/schema.ts'
import type { WorkflowPass } from '../pass.ts'
import { setPriority } from '../priority.ts'
import { contentInput, setContent, setTags, TagList } from './content.ts'
import { addMessage, MessageInUpdate, written } from './message.ts'
import { setAssignee, setDepartment } from './people.ts'
import { inOrder, row } from './row.ts'
import { StatusInput, setStatus } from './status.ts'

const Update = z.strictObject({
  ...contentInput,
  tags: z.strictObject({ add: TagList.optional(), remove: TagList.optional() }).optional(),
  /** By hand; null returns to the automatic one. */
  priority: Name.nullable().optional(),
  department: Name.nullable().optional(),
  assignee: Id.nullable().optional(),
  message: MessageInUpdate.optional(),
  ...StatusInput,
  status: Name.optional(),
})
type Update = z.output<typeof Update>

export const updateCommand = {
  /**
   * One submit of a form: applied in the order fields, tags, priority, department,
   * assignee, message, status; one revision.
   */
  update: row({ schema: Update, onClosed: 'accepted', decide: (pass, input) => update(pass, input) }),
}

function update(pass: WorkflowPass, input: Update): Refusal | undefined {
  const { tags, priority, department, assignee, message, status, until, reason, ...content } = input
  return inOrder(
    () => (pass.ticket.kind === 'closed' ? checkClosed(pass, input) : undefined),
    () => setContent(pass, content),
    () => setTags(pass, tags?.add ?? [], tags?.remove ?? [], 'tags.add'),
    () => (priority === undefined ? undefined : setPriority(pass, 'manual', priority, null)),
    () => (department === undefined ? undefined : setDepartment(pass, department)),
    () => (assignee === undefined ? undefined : setAssignee(pass, assignee)),
    () =>
      message === undefined
        ? undefined
        : addMessage(pass, draftOf(pass, message, status), status === undefined ? 'react' : 'given'),
    () => (status === undefined ? undefined : setStatus(pass, { status, until, reason })),
  )
}

/** A question beside a status that leaves the ticket out of work is told, and nobody waits for an answer to it. */
function draftOf(pass: WorkflowPass, message: MessageInUpdate, status: string | undefined) {
  const to = status === undefined ? undefined : pass.definition.workflow.statusNamed(status)
  const staysOut = to !== undefined && isOutOfWork(pass.ticket.kind) && isOutOfWork(to.kind)
  const draft = written(pass, message, 'agent')
  return staysOut && asksForAnswer({ ...draft, automatic: false }) ? { ...draft, reopens: false } : draft
}

/** A closed ticket takes fields, tags and messages; anything else only together with the status that reopens it. */
function checkClosed(
  { ticket, definition }: WorkflowPass,
  { priority, department, assignee, message, status }: Update,
): Refusal | undefined {
  const to = status === undefined ? undefined : definition.workflow.statusNamed(status)
  if (to !== undefined && to.kind !== 'closed') return undefined
  // a public message beside "Closed" would be an answer on a closed ticket; without a
  // status the message's own rules decide
  const kept =
    message === undefined ||
    status === undefined ||
    message.visibility === 'internal' ||
    message.automatic ||
    message.reopens === false
  const now = {
    priority: ticket.prioritySources.manual ?? null,
    department: ticket.department,
    assignee: ticket.assignee,
  }
  const changes = { priority, department, assignee } as const
  const changed = (['priority', 'department', 'assignee'] as const).find(
    (key) => changes[key] !== undefined && changes[key] !== now[key],
  )
  const more = changed ?? (kept ? undefined : 'message')
  return more === undefined
    ? undefined
    : refuse('ticket_closed', { ticketId: ticket.id, command: `update of ${more}` }, more)
}

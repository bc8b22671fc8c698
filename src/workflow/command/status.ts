import * as z from 'zod'
import { type Refusal, refuse } from '../../errors.ts'
import { isStaff } from '../../model/actor.ts'
import { isOutOfWork, type StatusKind } from '../../model/names.ts'
import { DurationInput, InstantInput, Line, Name } from '../../model/schema.ts'
import { changeStatus, moveTo } from '../move.ts'
import type { WorkflowPass } from '../pass.ts'
import { checkReopenWindow } from '../react.ts'
import { inOrder, row } from './row.ts'

/** When a postponed ticket wakes: an instant, the start of a calendar's next interval, or an amount of open time. */
const Until = z.union([
  z.strictObject({ nextOpening: Name }),
  z.strictObject({ business: DurationInput, calendar: Name }),
  InstantInput,
])
export type Until = z.output<typeof Until>

const moveDetails = { until: Until.nullable().optional(), reason: Line.optional() }
export const StatusInput = { status: Name, ...moveDetails }

export const statusCommands = {
  setStatus: row({
    schema: z.strictObject(StatusInput),
    onClosed: 'accepted',
    decide: (pass, input) => setStatus(pass, input),
  }),
  /** Until an instant, or without one: then a command or a message wakes it. */
  postpone: row({
    schema: z.strictObject({ status: Name.optional(), ...moveDetails }),
    onClosed: 'refused',
    decide: (pass, { status, ...details }) =>
      withDefault(pass, 'postponed', status, (name) =>
        setStatus(pass, { until: null, reason: '', ...details, status: name }),
      ),
  }),
  wake: row({
    schema: z.strictObject({}),
    onClosed: 'refused',
    decide: (pass) => wake(pass, 'command'),
  }),
  resolve: row({
    schema: z.strictObject({ status: Name.optional() }),
    onClosed: 'refused',
    decide: (pass, { status }) => withDefault(pass, 'resolved', status, (name) => moveTo(pass, name)),
  }),
  /** What the requester says of a resolution: true closes, false reopens. */
  confirmSolution: row({
    schema: z.strictObject({ solved: z.boolean() }),
    onClosed: 'refused',
    decide: (pass, { solved }) => {
      const { ticket, definition } = pass
      if (ticket.kind !== 'resolved')
        return refuse('move_not_allowed', {
          from: ticket.status,
          to: definition.workflow.defaultOf(solved ? 'closed' : 'open')?.name ?? '',
          allowed: definition.workflow.movesFrom(ticket.status, ticket.kind),
        })
      return withDefault(pass, solved ? 'closed' : 'open', undefined, (name) =>
        solved ? moveTo(pass, name, { reason: 'confirmed' }) : setStatus(pass, { status: name }),
      )
    },
  }),
  close: row({
    schema: z.strictObject({ status: Name.optional(), reason: Name.optional() }),
    onClosed: 'accepted',
    decide: (pass, { status, reason }) => withDefault(pass, 'closed', status, (name) => moveTo(pass, name, { reason })),
  }),
  /** An agent's reopen ignores the window; a requester's keeps to it. */
  reopen: row({
    schema: z.strictObject({ status: Name.optional() }),
    onClosed: 'accepted',
    decide: (pass, { status }) =>
      isOutOfWork(pass.ticket.kind)
        ? withDefault(pass, 'open', status, (name) => setStatus(pass, { status: name }))
        : undefined,
  }),
}

/** Any status change a command asks for. */
export function setStatus(
  pass: WorkflowPass,
  input: { status: string; until?: Until | null | undefined; reason?: string | undefined },
): Refusal | undefined {
  const { ticket, actor, definition } = pass
  const to = definition.workflow.statusNamed(input.status)
  const reopening = isOutOfWork(ticket.kind) && to !== undefined && !isOutOfWork(to.kind)
  const outsider = !isStaff(actor)
  const until = input.until == null ? input.until : wakeInstant(pass, input.until)
  if (typeof until === 'object' && until !== null) return until
  return inOrder(
    () => (reopening && outsider ? checkReopenWindow(definition.workflow, ticket, pass.at) : undefined),
    () => moveTo(pass, input.status, { until, reason: input.reason === '' ? null : input.reason }),
  )
}

function wakeInstant(pass: WorkflowPass, until: Until): number | Refusal {
  if (typeof until === 'number') return until
  const id = 'nextOpening' in until ? until.nextOpening : until.calendar
  const calendar = pass.definition.calendarNamed(id)
  if (!calendar)
    return refuse('unknown_name', { what: 'calendar', name: id, known: pass.definition.calendarIds }, 'until')
  if ('business' in until) return calendar.add(pass.at, until.business)
  // while open, "the next opening" is the one after the interval that is running
  const closing = calendar.isOpen(pass.at) ? calendar.nextClosing(pass.at) : pass.at
  return closing === null
    ? refuse('wake_in_past', { until: pass.at, at: pass.at }, 'until')
    : calendar.nextOpening(closing)
}

/** Leaves Postponed for the status it remembers; elsewhere there is nothing to wake. */
export function wake(pass: WorkflowPass, because: 'command' | 'wake'): Refusal | undefined {
  const { ticket, definition } = pass
  if (ticket.kind !== 'postponed') return undefined
  const to = definition.workflow.defaultOf(ticket.wakesTo ?? 'open')
  if (to) changeStatus(pass, to, because)
  return undefined
}

/** The status named, or the default one of a kind; a workflow without that kind has nowhere to go. */
function withDefault(
  pass: WorkflowPass,
  kind: StatusKind,
  name: string | undefined,
  then: (name: string) => Refusal | undefined,
): Refusal | undefined {
  const { workflow } = pass.definition
  const to = name === undefined ? workflow.defaultOf(kind) : workflow.statusNamed(name)
  const fits = workflow.statuses.filter((status) => status.kind === kind).map((status) => status.name)
  return to && to.kind === kind
    ? then(to.name)
    : refuse('unknown_name', { what: `status of kind ${kind}`, name: name ?? '(default)', known: fits }, 'status')
}

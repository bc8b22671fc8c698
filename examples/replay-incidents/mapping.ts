import type { CommandInput, StatusKind } from 'ticketwright'
import type { Names } from './definition.ts'
import type { Snapshot, State } from './snapshot.ts'

/** What the words of the log mean here. `-100` is a broken code: it says nothing. */
const statusOf: Record<Exclude<State, '-100'>, Status> = {
  New: { status: 'New' },
  Active: { status: 'Open' },
  'Awaiting User Info': { status: 'Postponed', reason: 'Awaiting User Info' },
  'Awaiting Vendor': { status: 'Postponed', reason: 'Awaiting Vendor' },
  'Awaiting Problem': { status: 'Postponed', reason: 'Awaiting Problem' },
  'Awaiting Evidence': { status: 'Postponed', reason: 'Awaiting Evidence' },
  Resolved: { status: 'Resolved' },
  Closed: { status: 'Closed' },
}
const priorityOf = { 1: 'Urgent', 2: 'High', 3: 'Medium', 4: 'Low' } as const

type Status = Pick<Update, 'status' | 'reason'>
type Opening = CommandInput<'open', Names> & { readonly ticketId: string }
type Update = CommandInput<'update', Names>

/** What an incident had said so far: the picture that the next snapshot is compared with. */
export type Picture = Pick<Snapshot, 'priority' | 'category' | 'group' | 'assignee'> & {
  readonly state: Exclude<State, '-100'>
}

/**
 * `Group 56` → `Group-56`: letters, digits, `.` and `_` stay, a space becomes `-`, anything else its code point
 * between colons, so that no two names become one id.
 */
export const idOf = (name: string): string =>
  name.replace(/[^A-Za-z0-9._]/gu, (other) => (other === ' ' ? '-' : `:${other.codePointAt(0)?.toString(16)}:`))

/**
 * The opening of an incident: what the caller brought. What the desk did with it comes as an update, at its own time.
 */
export function openingOf({ incident, caller, category, priority }: Snapshot): Opening {
  return {
    ticketId: idOf(incident),
    reference: incident,
    subject: category ?? 'Incident',
    category,
    priority: priorityOf[priority],
    requester: caller === null ? null : { id: idOf(caller), name: caller },
    role: 'requester',
  }
}

/** An incident just opened: nobody has it yet. */
export const openingPicture = ({ priority, category }: Snapshot): Picture => ({
  state: 'New',
  priority,
  category,
  group: null,
  assignee: null,
})

export const pictureOf = ({ state, priority, category, group, assignee }: Snapshot, before: Picture): Picture => ({
  state: state === '-100' ? before.state : state,
  priority,
  category,
  group,
  assignee,
})

/**
 * What a snapshot says anew, as one compound command: the desk applies the assignee before the status.
 * Null after a value takes it away; null from the start differs from nothing.
 */
export function updateOf(before: Picture, now: Picture, kind: StatusKind): Update {
  return {
    ...(now.priority === before.priority ? {} : { priority: priorityOf[now.priority] }),
    ...(now.category === before.category ? {} : { category: now.category }),
    ...(now.group === before.group ? {} : { department: now.group }),
    ...(now.assignee === before.assignee ? {} : { assignee: now.assignee && idOf(now.assignee) }),
    ...(now.state === before.state || closesByItself(now, kind) ? {} : statusOf[now.state]),
  }
}

/** A resolved ticket is closed by the library when its time has come, not when the log says so. */
const closesByItself = (now: Picture, kind: StatusKind): boolean =>
  now.state === 'Closed' && (kind === 'resolved' || kind === 'closed')

import type { Condition } from '../condition/condition.ts'
import type { Definition } from '../engine/definition.ts'
import { isPlainObject } from '../model/json.ts'
import type { StatusKind } from '../model/names.ts'

/** What an action of a rule does to a ticket, as far as that is known beforehand. */
export interface Writes {
  /** Events that may follow. */
  readonly events: readonly string[]
  /** Fields of conditions that may change. */
  readonly fields: readonly string[]
  /** What it says, by what it says it of: two that differ contradict each other. */
  readonly says: Readonly<Record<string, string>>
  /** What holds right after it, if it did anything. */
  readonly holds: readonly Condition[]
  /** Done twice it does more than once. */
  readonly repeats: boolean
}

const nothing: Writes = { events: [], fields: [], says: {}, holds: [], repeats: false }

const statusFields = [
  'status',
  'kind',
  'statusSince',
  'postponedUntil',
  'waitingSince',
  'firstResolvedAt',
  'resolvedAt',
  'closedAt',
  'closeReason',
  'reopens',
]
const is = (field: string, value: string): Condition => ({ field, op: 'is', value })

type Act = (input: Readonly<Record<string, unknown>>, definition: Definition) => Writes

function toStatus(name: unknown, kind: StatusKind | undefined, { workflow }: Definition): Writes {
  const status = typeof name === 'string' ? workflow.statusNamed(name) : kind && workflow.defaultOf(kind)
  return {
    ...nothing,
    events: ['status_changed', 'postponement_changed'],
    fields: statusFields,
    says: { status: status?.name ?? '?' },
    holds: status ? [is('status', status.name), is('kind', status.kind)] : [],
  }
}
const toKind =
  (kind: StatusKind): Act =>
  ({ status }, definition) =>
    toStatus(status, kind, definition)

const tagsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
const people =
  (of: 'followers' | 'collaborators'): Act =>
  ({ person }) => ({
    ...nothing,
    events: ['people_changed'],
    fields: [of],
    says: { [`${of} ${person}`]: 'changed' },
  })

/** By type of action. Effects change no ticket. */
const acts: Readonly<Record<string, Act>> = {
  setStatus: ({ status }, definition) => toStatus(status, undefined, definition),
  postpone: toKind('postponed'),
  resolve: toKind('resolved'),
  close: toKind('closed'),
  reopen: toKind('open'),
  wake: () => ({ ...nothing, events: ['status_changed'], fields: statusFields, says: { status: '? woken' } }),
  setPriority: ({ priority, force }) => ({
    ...nothing,
    events: ['priority_changed'],
    fields: ['priority', 'priorityRank'],
    says: { [force ? 'forced priority' : 'priority']: String(priority) },
  }),
  unsetPriority: ({ force }) => ({
    ...nothing,
    events: ['priority_changed'],
    fields: ['priority', 'priorityRank'],
    says: { [force ? 'forced priority' : 'priority']: 'none' },
  }),
  assign: ({ agent }) => ({
    ...nothing,
    events: ['assignee_changed'],
    fields: ['assignee', 'assignedSince', 'firstAssignedAt', 'reassignments'],
    says: { assignee: String(agent) },
    holds: [is('assignee', String(agent))],
  }),
  unassign: () => ({
    ...nothing,
    events: ['assignee_changed'],
    fields: ['assignee', 'assignedSince'],
    says: { assignee: 'nobody' },
    holds: [{ field: 'assignee', op: 'absent' }],
  }),
  transfer: ({ department, agent }) => ({
    ...nothing,
    events: ['department_changed', 'assignee_changed'],
    fields: ['department', 'departmentSince', 'assignee', 'assignedSince', 'firstAssignedAt', 'reassignments'],
    says: { department: String(department), ...(agent === undefined ? {} : { assignee: String(agent ?? 'nobody') }) },
    holds: [is('department', String(department))],
  }),
  escalate: ({ tier }) => ({
    ...nothing,
    events: ['tier_changed'],
    fields: ['tier'],
    says: tier === undefined ? {} : { tier: String(tier) },
    holds: [{ field: 'tier', op: 'present' }],
    repeats: tier === undefined,
  }),
  addFollower: people('followers'),
  removeFollower: people('followers'),
  addCollaborator: people('collaborators'),
  removeCollaborator: people('collaborators'),
  setFields: ({ fields = {}, ...content }) => ({
    ...nothing,
    events: ['fields_changed'],
    fields: [...Object.keys(content), 'fields.'],
    says: Object.fromEntries([
      ...Object.entries(content).map(([name, value]) => [name, JSON.stringify(value)]),
      ...Object.entries(fields as object).map(([name, value]) => [`fields.${name}`, JSON.stringify(value)]),
    ]),
  }),
  tag: ({ tags }) => ({
    ...nothing,
    events: ['tags_changed'],
    fields: ['tags'],
    says: Object.fromEntries(tagsOf(tags).map((tag) => [`tag ${tag}`, 'there'])),
    holds: [{ field: 'tags', op: 'hasAll', value: tagsOf(tags) }],
  }),
  untag: ({ tags }) => ({
    ...nothing,
    events: ['tags_changed'],
    fields: ['tags'],
    says: Object.fromEntries(tagsOf(tags).map((tag) => [`tag ${tag}`, 'gone'])),
    holds: [{ field: 'tags', op: 'hasNone', value: tagsOf(tags) }],
  }),
  note: () => ({ ...nothing, events: ['message_added'], fields: ['messages'], repeats: true }),
  applySla: ({ level }) => ({
    ...nothing,
    events: ['sla_applied'],
    fields: ['sla.level'],
    says: { level: String(level) },
  }),
  signal: () => ({ ...nothing, events: ['signalled'], repeats: true }),
}

export function writesOf(action: unknown, definition: Definition): Writes {
  if (!isPlainObject(action) || !Object.hasOwn(acts, String(action.type))) return nothing
  const { type, ...input } = action
  return acts[type as string]?.(input, definition) ?? nothing
}

/** What several actions do together, the later having the last word. */
export function writesOfAll(actions: readonly unknown[], definition: Definition): Writes {
  const all = actions.map((action) => writesOf(action, definition))
  const last = new Map(all.flatMap(({ says }) => Object.entries(says)))
  return {
    events: [...new Set(all.flatMap(({ events }) => events))],
    fields: [...new Set(all.flatMap(({ fields }) => fields))],
    says: Object.fromEntries(last),
    // of two that change the same, only the last one's facts are left
    holds: all.flatMap(({ holds, fields }, i) =>
      all.slice(i + 1).some((later) => later.fields.some((field) => fields.includes(field))) ? [] : holds,
    ),
    // a rule that says two things of one fact undoes its own work each time
    repeats: all.some((one, i) => one.repeats || all.slice(i + 1).some((later) => differ(one, later) !== undefined)),
  }
}

/** Something of which two say different things. */
export function differ(
  a: Writes,
  b: Writes,
): { readonly of: string; readonly one: string; readonly other: string } | undefined {
  for (const [of, one] of Object.entries(a.says)) {
    const other = Object.hasOwn(b.says, of) ? b.says[of] : undefined
    if (other !== undefined && other !== one) return { of, one, other }
  }
  return undefined
}

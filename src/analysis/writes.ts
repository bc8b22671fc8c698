import { type Condition, fieldsRead } from '../condition/condition.ts'
import type { Definition } from '../engine/definition.ts'
import { ruleActor } from '../model/actor.ts'
import { isPlainObject } from '../model/json.ts'
import type { StatusKind } from '../model/names.ts'
import { foldText } from '../model/text.ts'

/** What an action of a rule does to a ticket, as far as that is known beforehand. */
export interface Writes {
  /** Events that may follow. */
  readonly events: readonly string[]
  /** Fields of conditions that may change, those of clocks aside: of any change an SLA rule may make another level. */
  readonly fields: readonly string[]
  /** What it says, by what it says it of: two that differ contradict each other. */
  readonly says: Readonly<Record<string, string>>
  /** What holds right after it, if it did anything. */
  readonly holds: readonly Condition[]
  /** What its events say of themselves. */
  readonly facts: readonly Condition[]
  /** Done twice it does more than once. */
  readonly repeats: boolean
  /** It is undone when time has passed. */
  readonly passes: boolean
}

const nothing: Writes = { events: [], fields: [], says: {}, holds: [], facts: [], repeats: false, passes: false }

/** What changes with a status. */
export const statusFields = [
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
  (of: 'followers' | 'collaborators', says: 'there' | 'gone'): Act =>
  ({ person }) => ({
    ...nothing,
    events: ['people_changed'],
    fields: [of],
    says: { [`${of} ${person}`]: says },
    holds: [{ field: of, op: says === 'there' ? 'hasAll' : 'hasNone', value: [String(person)] }],
  })

const priorityFields = ['priority', 'priorityRank']

/** Also those that a tag has become: it is found under either name. */
const taggings =
  (says: 'there' | 'gone'): Act =>
  ({ tags: given }, { tags }) => {
    const names = tagsOf(given)
    const keys = names.map((name) => tags.merged.get(foldText(name)) ?? foldText(name))
    return {
      ...nothing,
      events: keys.some((key) => tags.keyed(key)?.priority !== undefined)
        ? ['tags_changed', 'priority_changed']
        : ['tags_changed'],
      // what an earlier revision made of a tag falls away with the next change
      fields: ['tags', ...priorityFields],
      says: Object.fromEntries(keys.map((key) => [`tag ${key}`, says])),
      holds: [{ field: 'tags', op: says === 'there' ? 'hasAll' : 'hasNone', value: [...new Set([...names, ...keys])] }],
    }
  }

/** What of a ticket's content the matrix reads. */
const weighed = ['impact', 'urgency', 'statedUrgency', 'affected']

/** By type of action. Effects change no ticket. */
const acts: Readonly<Record<string, Act>> = {
  setStatus: ({ status }, definition) => toStatus(status, undefined, definition),
  postpone: (input, definition) => ({
    ...toKind('postponed')(input, definition),
    passes: input.until !== undefined && input.until !== null,
  }),
  resolve: toKind('resolved'),
  close: toKind('closed'),
  reopen: toKind('open'),
  wake: () => ({ ...nothing, events: ['status_changed'], fields: statusFields, says: { status: '? woken' } }),
  setPriority: ({ priority, force }) => ({
    ...nothing,
    events: ['priority_changed'],
    fields: priorityFields,
    says: { [force ? 'forced priority' : 'priority']: String(priority) },
  }),
  unsetPriority: ({ force }) => ({
    ...nothing,
    events: ['priority_changed'],
    fields: priorityFields,
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
  addFollower: people('followers', 'there'),
  removeFollower: people('followers', 'gone'),
  addCollaborator: people('collaborators', 'there'),
  removeCollaborator: people('collaborators', 'gone'),
  setFields: ({ fields = {}, ...content }, { json }) => ({
    ...nothing,
    events:
      json.priorityMatrix !== undefined && weighed.some((name) => name in content)
        ? ['fields_changed', 'priority_changed']
        : ['fields_changed'],
    fields: [...Object.keys(content), 'fields.', ...priorityFields],
    says: Object.fromEntries([
      ...Object.entries(content).map(([name, value]) => [name, JSON.stringify(value)]),
      ...Object.entries(fields as object).map(([name, value]) => [`fields.${name}`, JSON.stringify(value)]),
    ]),
  }),
  tag: taggings('there'),
  untag: taggings('gone'),
  note: () => ({
    ...nothing,
    events: ['message_added'],
    fields: ['messages'],
    facts: [is('message.role', ruleActor.kind), is('message.visibility', 'internal')],
    repeats: true,
  }),
  applySla: ({ level }) => ({
    ...nothing,
    events: ['sla_applied'],
    fields: ['sla.level'],
    says: { level: String(level) },
  }),
  signal: ({ name }) => ({
    ...nothing,
    events: ['signalled'],
    facts: [is('event.signal', String(name))],
    repeats: true,
  }),
}

export function writesOf(action: unknown, definition: Definition): Writes {
  if (!isPlainObject(action) || !Object.hasOwn(acts, String(action.type))) return nothing
  const { type, ...input } = action
  return acts[type as string]?.(input, definition) ?? nothing
}

/** What several actions do together. */
export interface WritesTogether extends Writes {
  /** One by one: what holds after one of them. Another one may have been refused. */
  readonly each: readonly Pick<Writes, 'events' | 'fields' | 'holds' | 'facts'>[]
}

/** What several actions do together, the later having the last word. */
export function writesOfAll(actions: readonly unknown[], definition: Definition): WritesTogether {
  const all = actions.map((action) => writesOf(action, definition))
  const last = new Map(all.flatMap(({ says }) => Object.entries(says)))
  // of two that change the same, only the last one's facts are left
  const lasting = all.map(({ holds }, i) =>
    holds.filter((fact) =>
      all.slice(i + 1).every(({ fields }) => !fields.some((field) => fieldsRead(fact).has(field))),
    ),
  )
  return {
    events: [...new Set(all.flatMap(({ events }) => events))],
    fields: [...new Set(all.flatMap(({ fields }) => fields))],
    says: Object.fromEntries(last),
    holds: lasting.flat(),
    facts: all.flatMap(({ facts }) => facts),
    each: all.map(({ events, fields, facts }, i) => ({
      events,
      fields,
      facts,
      holds: lasting[i] as readonly Condition[],
    })),
    // a rule that says two things of one fact undoes its own work each time
    passes: all.some(({ passes }) => passes),
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

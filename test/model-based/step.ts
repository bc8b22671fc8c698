/**
 * Generated steps: what somebody does, and when; instants are worked out when the step
 * runs, from where the model stands.
 */
import fc from 'fast-check'
import type { PlainCommand, PlainMessage } from './plain/command.ts'
import type { By } from './plain/definition.ts'
import type { PlainTicket } from './plain/ticket.ts'
import type { Setting } from './setting.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** How far a step lies from the one before it. */
export type When =
  | { readonly by: number }
  /** The n-th instant at which something may change, and a little beside it. */
  | { readonly edge: number; readonly beside: number }
  /** Before what happened last. */
  | { readonly back: number }

export type Step =
  | { readonly when: When; readonly command: Draft }
  /** Somebody asks what time has caused, and stores it. */
  | { readonly when: When; readonly poll: true }

/** A command whose wake or due is said relative to its instant. */
export type Draft = PlainCommand & { readonly wakeIn?: number | null; readonly dueIn?: number }

const edges: fc.Arbitrary<When> = fc.record({
  edge: fc.nat({ max: 30 }),
  beside: fc.constantFrom(0, 0, 0, 1, -1),
})
const forwards: fc.WeightedArbitrary<When>[] = [
  { weight: 3, arbitrary: fc.constantFrom(0, 0, 1, 2, 999, second, 90 * second).map((by) => ({ by })) },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 180 }).map((minutes) => ({ by: minutes * minute })) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 40 }).map((hours) => ({ by: hours * hour })) },
  { weight: 1, arbitrary: fc.constantFrom(day, 3 * day, 7 * day, 40 * day).map((by) => ({ by })) },
  { weight: 7, arbitrary: edges },
]
const backwards: fc.WeightedArbitrary<When> = {
  weight: 1,
  arbitrary: fc.constantFrom(1, second, hour).map((back) => ({ back })),
}

export function instantOf(when: When, now: number, model: PlainTicket): number {
  if ('by' in when) return now + when.by
  if ('back' in when) return (model.state?.lastAt ?? now) - when.back
  const edges = [...new Set(model.edges())].sort((a, b) => a - b)
  const edge = edges[when.edge % Math.max(1, edges.length)]
  return edge === undefined ? now : Math.max(now, edge + when.beside)
}

const wakes = fc.constantFrom(null, 1, 1, second, 10 * minute, hour, 15 * hour, 3 * day, 0, -1)
const flags = { automatic: fc.constantFrom(false, false, false, true) }
const outsideMessage: fc.Arbitrary<PlainMessage> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      role: fc.constantFrom<By>('requester', 'requester', 'collaborator'),
      public: fc.constant(true),
      ...flags,
      reopens: fc.constantFrom(true, true, true, false),
    }),
  },
  { weight: 1, arbitrary: fc.record({ role: fc.constantFrom<By>('third_party', 'bot'), public: fc.constant(true) }) },
)
const reply: fc.Arbitrary<PlainMessage> = fc.record({
  role: fc.constantFrom<By>('agent', 'agent', 'agent', 'agent', 'bot'),
  public: fc.constant(true),
  automatic: fc.constantFrom(false, false, false, false, false, false, true),
})
const tags = fc.subarray(['vip', 'VIP', 'nosla', 'other'], { minLength: 1, maxLength: 2 })
const priorities = fc.constantFrom('Low', 'Medium', 'High', 'Urgent', 'Urgent')
const agents = fc.constantFrom('ana', 'ben', 'eve')

/** Optional keys: absent more often than not. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq = 2) => fc.option(arbitrary, { nil: undefined, freq })
const withoutUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T

const record = <T extends object>(weight: number, of: { [K in keyof T]: fc.Arbitrary<T[K]> }) => ({
  weight,
  arbitrary: fc.record(of).map((value) => withoutUndefined(value as object) as Draft),
})

/** Due times and levels said by somebody. */
const byHand = ({ names: { metrics, levels } }: Setting) => [
  record(4, {
    do: fc.constant('setDue'),
    metric: fc.constantFrom(...metrics),
    dueIn: fc.constantFrom(-hour, 0, 1, minute, hour, 9 * hour, day, 5 * day),
  }),
  record(2, { do: fc.constant('clearDue'), metric: fc.constantFrom(...metrics) }),
  record(3, { do: fc.constant('applySla'), level: fc.constantFrom(undefined, null, ...levels) }),
  record(2, { do: fc.constant('reapply') }),
]

export function openings({ plain: [plain], names }: Setting): fc.Arbitrary<Draft> {
  const out = plain.statuses.filter(({ kind }) => ['open', 'resolved', 'closed'].includes(kind)).map(({ name }) => name)
  const common = {
    do: fc.constant('open' as const),
    priority: maybe(priorities),
    assignee: maybe(agents, 4),
    department: maybe(fc.constantFrom(...names.departments), 4),
    tags: maybe(tags, 3),
    requesterCalendar: maybe(fc.constantFrom(...names.calendars), 5),
  }
  const byRequester = fc.record({
    ...common,
    by: fc.constant<By>('requester'),
    message: fc.record({ role: fc.constant<By>('requester'), public: fc.constant(true) }),
  })
  const byAgent = fc.record({
    ...common,
    by: fc.constant<By>('agent'),
    message: fc.constantFrom<PlainMessage>(
      { role: 'requester', public: true },
      { role: 'agent', public: true },
      { role: 'agent', public: false },
    ),
    status: maybe(fc.constantFrom(...out), 2),
    reason: maybe(fc.constantFrom('spam', 'done'), 3),
  })
  return fc
    .oneof({ weight: 3, arbitrary: byRequester }, { weight: 2, arbitrary: byAgent })
    .map((draft) => withoutUndefined(draft) as Draft)
}

function commands(setting: Setting): fc.Arbitrary<Draft> {
  const [plain] = setting.plain
  const { signals } = setting.names
  const departments = fc.constantFrom(...setting.names.departments)
  const names = plain.statuses.map(({ name }) => name)
  const live = plain.statuses.filter(({ kind }) => kind !== 'closed').map(({ name }) => name)
  const postponed = plain.statuses.filter(({ kind }) => kind === 'postponed').map(({ name }) => name)
  const is = <T extends string>(name: T) => fc.constant(name)
  return fc.oneof(
    record(10, { do: is('message'), message: outsideMessage }),
    record(9, { do: is('reply'), message: reply }),
    record(2, { do: is('note') }),
    record(6, {
      do: is('update'),
      message: maybe(
        fc.constantFrom<PlainMessage>(
          { role: 'agent', public: true },
          { role: 'agent', public: true },
          { role: 'agent', public: false },
        ),
      ),
      status: maybe(fc.constantFrom(...live), 1),
      priority: maybe(fc.option(priorities, { freq: 4 }), 3),
      assignee: maybe(fc.option(agents, { freq: 4 }), 4),
      department: maybe(departments, 5),
      addTags: maybe(tags, 5),
      removeTags: maybe(tags, 5),
    }),
    record(4, { do: is('setStatus'), status: fc.constantFrom(...names, 'no such status') }),
    record(1, { do: is('setStatus'), status: fc.constantFrom(...postponed), wakeIn: wakes }),
    record(6, {
      do: is('postpone'),
      wakeIn: wakes,
      reason: maybe(fc.constantFrom('parts', 'holiday'), 3),
      status: maybe(fc.constantFrom(...postponed), 3),
    }),
    record(2, { do: is('wake') }),
    record(6, { do: is('resolve') }),
    record(2, { do: is('confirm'), solved: fc.boolean() }),
    record(2, { do: is('close'), reason: maybe(fc.constantFrom('spam', 'duplicate', 'done')) }),
    record(4, { do: is('reopen'), by: fc.constantFrom<By>('agent', 'requester') }),
    record(3, { do: is('assign'), agent: agents }),
    record(1, { do: is('unassign') }),
    record(1, { do: is('transfer'), department: departments, agent: maybe(agents, 3) }),
    record(5, { do: is('setPriority'), priority: priorities }),
    record(2, { do: is('unsetPriority') }),
    record(4, { do: is('tag'), tags }),
    record(1, { do: is('setRequester'), calendar: fc.option(fc.constantFrom(...setting.names.calendars)) }),
    ...(signals.length > 0 ? [record(6, { do: is('signal'), name: fc.constantFrom(...signals) })] : []),
    ...byHand(setting),
    record(3, { do: is('untag'), tags }),
  )
}

/** Clocks stand still, step, jump and go back; now and then time's facts are stored. */
export const steps = (setting: Setting): fc.Arbitrary<Step> => {
  const when = fc.oneof(...forwards, backwards)
  return fc.oneof(
    { weight: 14, arbitrary: fc.record({ when, command: commands(setting) }) },
    { weight: 1, arbitrary: fc.record({ when: fc.oneof(...forwards), poll: fc.constant(true as const) }) },
  )
}

/** As `steps`, most of them at an instant at which something may change, or a millisecond beside it. */
export const stepsAtEdges = (setting: Setting): fc.Arbitrary<Step> => {
  const when = fc.oneof(...forwards.slice(0, -1), { weight: 16, arbitrary: edges })
  return fc.oneof(
    { weight: 14, arbitrary: fc.record({ when, command: commands(setting) }) },
    { weight: 1, arbitrary: fc.record({ when, poll: fc.constant(true as const) }) },
  )
}

/** In time order, and nobody stores anything but the commands. */
export const stepsForwards = (setting: Setting): fc.Arbitrary<Step> =>
  fc.record({ when: fc.oneof(...forwards), command: commands(setting) })

/** All within hours. */
export const stepsWithinHours = (setting: Setting): fc.Arbitrary<Step> =>
  fc.record({ when: fc.oneof(...forwards.slice(0, 2)), command: commands(setting) })

/** A draft at its instant. */
export function commandAt(draft: Draft, at: number): PlainCommand {
  if (draft.dueIn !== undefined) {
    const { dueIn, ...command } = draft
    return { ...command, dueAt: at + dueIn } as PlainCommand
  }
  if (!('wakeIn' in draft)) return draft
  const { wakeIn, ...command } = draft
  return { ...command, until: wakeIn === null || wakeIn === undefined ? null : at + wakeIn } as PlainCommand
}

/** Who gives a command, and how the library writes it. */
export function requestOf(command: PlainCommand): { actor: { kind: By; id: string }; request: { type: string } } {
  const agent = { kind: 'agent' as const, id: 'ana' }
  const text = { body: 'text' }
  const said = ({ role, public: isPublic, automatic, reopens }: PlainMessage) => ({
    ...text,
    role,
    visibility: isPublic ? 'public' : 'internal',
    ...(automatic === undefined ? {} : { automatic }),
    ...(reopens === undefined ? {} : { reopens }),
  })
  switch (command.do) {
    case 'open': {
      const { by, message, requesterCalendar, do: _, ...rest } = command
      return {
        actor: { kind: by, id: by },
        request: {
          type: 'open',
          subject: 'Cannot log in',
          ...rest,
          ...said(message),
          requester: { id: 'mari', ...(requesterCalendar === undefined ? {} : { calendar: requesterCalendar }) },
        } as { type: string },
      }
    }
    case 'message':
      return {
        actor: { kind: command.message.role, id: command.message.role },
        request: { type: 'message', ...said(command.message) },
      }
    case 'reply': {
      const { automatic, role } = command.message
      return {
        actor: { kind: role, id: role },
        request: { type: 'reply', ...text, automatic } as { type: string },
      }
    }
    case 'note':
      return { actor: agent, request: { type: 'note', ...text } as { type: string } }
    case 'update': {
      const { do: _, message, addTags, removeTags, until, ...rest } = command
      return {
        actor: agent,
        request: {
          type: 'update',
          ...rest,
          ...(message === undefined ? {} : { message: said(message) }),
          ...(until === undefined ? {} : { until }),
          ...(addTags === undefined && removeTags === undefined
            ? {}
            : { tags: { ...(addTags && { add: addTags }), ...(removeTags && { remove: removeTags }) } }),
        } as { type: string },
      }
    }
    case 'confirm':
      return { actor: agent, request: { type: 'confirmSolution', solved: command.solved } as { type: string } }
    case 'setRequester': {
      const requester = { id: 'mari', ...(command.calendar === null ? {} : { calendar: command.calendar }) }
      return { actor: agent, request: { type: 'setRequester', requester } as { type: string } }
    }
    case 'reopen':
      return { actor: { kind: command.by, id: command.by }, request: { type: 'reopen' } }
    default: {
      const { do: type, ...rest } = command
      return { actor: agent, request: { type, ...rest } }
    }
  }
}

/** Generated promises: levels, targets, metrics, calendars and rules, edited once or twice now and then. */
import fc from 'fast-check'
import type { HoursDefinition } from '../../src/time/calendar.ts'
import type { OwnMetric, PlainLevel, PlainRule, PlainStep, PlainTarget } from './plain/definition.ts'
import { pool, reworded, startsNear } from './pool.ts'
import { type Setting, type SettingInput, settingOf } from './setting.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const builtIn = [
  'firstResponse',
  'nextResponse',
  'resolution',
  'firstResolution',
  'firstAssignment',
  'periodicUpdate',
  'handling',
]

const ownMetrics: readonly OwnMetric[] = [
  {
    name: 'callAnswer',
    starts: [{ on: 'signal:ringing' }],
    fulfilledBy: ['signal:answered'],
    cancelledBy: ['signal:abandoned'],
    pausedIn: ['postponed'],
    pausedBy: ['signal:hold'],
    resumedBy: ['signal:unhold'],
    recurs: true,
  },
  {
    name: 'partsWait',
    starts: [{ on: 'entered:postponed' }],
    fulfilledBy: ['left:postponed'],
    onReopen: { mode: 'ignore' },
    recurs: true,
    calendarOf: 'department',
  },
  {
    name: 'onboarding',
    starts: [{ on: 'opened' }],
    fulfilledBy: ['signal:answered', 'changed:priority'],
    pausedBy: ['signal:hold'],
    resumedBy: ['signal:unhold'],
    onLeavingWork: 'fulfil',
    onReopen: { mode: 'continue' },
  },
]

const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq = 2) => fc.option(arbitrary, { nil: undefined, freq })
const withoutUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T
const record = <T extends object>(of: { [K in keyof T]: fc.Arbitrary<T[K] | undefined> }): fc.Arbitrary<T> =>
  fc.record(of as { [K in keyof T]: fc.Arbitrary<T[K]> }).map((value) => withoutUndefined(value as T))

const duration = fc.oneof(
  fc.constantFrom(second, 1_001, 30 * minute, hour, 2 * hour, 8 * hour, 16 * hour),
  fc.integer({ min: 1, max: 1_200 }).map((minutes) => minutes * minute),
)
const allowance = fc.oneof(
  { weight: 4, arbitrary: duration },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map((businessDays) => ({ businessDays })) },
)
const within: fc.Arbitrary<PlainTarget['within']> = fc.oneof(
  { weight: 3, arbitrary: allowance },
  {
    weight: 2,
    arbitrary: record<{ Urgent?: number; High?: null; default: number }>({
      Urgent: maybe(allowance, 1) as fc.Arbitrary<number | undefined>,
      High: maybe(fc.constant(null), 6),
      default: fc.option(allowance, { freq: 8 }) as fc.Arbitrary<number>,
    }),
  },
)

const step = (id: string): fc.Arbitrary<PlainStep> =>
  fc.oneof(
    fc.constantFrom(1, 500, 800, 1_000).map((share) => ({ id, share })),
    fc.constantFrom(10 * minute, hour, 8 * hour).map((before) => ({ id, before })),
    record<PlainStep>({
      id: fc.constant(id),
      afterDue: fc.constantFrom(0, 10 * minute, hour),
      every: fc.constantFrom(minute, hour),
      times: fc.constantFrom(1, 2, 5),
    }).map((one) => (one.times === 1 ? { id, afterDue: one.afterDue as number } : one)),
  )
const steps = fc
  .subarray(['a', 'b', 'c'])
  .chain((ids) => fc.tuple(...ids.map(step)))
  .map((all) => all as readonly PlainStep[])
const flag = maybe(fc.boolean(), 2)

const target = (metric: string, calendars: readonly string[]) =>
  record<PlainTarget>({
    metric: fc.constant(metric),
    within,
    calendar: maybe(fc.constantFrom(...calendars), 4),
    pauses: maybe(fc.subarray(['new', 'open', 'answered', 'postponed', 'Postponed']), 3),
    restartFrom: maybe(fc.constantFrom('opening', 'switch'), 2),
    botsCount: flag,
    answeringCounts: flag,
    resolvingCounts: flag,
    startedBy: maybe(fc.constantFrom(['requester'] as const, ['requester', 'agent'] as const), 5),
    steps,
  } as never)

function level(id: string, metrics: readonly string[], calendars: readonly string[]): fc.Arbitrary<PlainLevel> {
  return fc
    .tuple(
      maybe(fc.constantFrom(...calendars), 1),
      fc
        .subarray([...metrics], { minLength: 1 })
        .chain((some) => fc.tuple(...some.map((one) => target(one, calendars)))),
    )
    .map(([calendar, targets]) => withoutUndefined({ id, calendar, targets }) as PlainLevel)
}

const levels = (metrics: readonly string[], calendars: readonly string[]) =>
  fc.tuple(level('gold', metrics, calendars), level('silver', metrics, calendars))

/** A failure prints what was promised, not what became of it. */
function shown(promise: Omit<SettingInput, 'name'>): Setting {
  const name = JSON.stringify(promise)
  return Object.assign(settingOf({ ...promise, name }), { [fc.toStringMethod]: () => name })
}

const rules: readonly PlainRule[] = [
  { tag: 'nosla', level: null },
  { tag: 'vip', level: 'gold' },
  { priority: 'Urgent', level: 'gold' },
  { department: 'billing', level: 'gold' },
  { level: 'silver' },
]
const otherRules: readonly PlainRule[] = [
  { priority: 'Medium', level: null },
  { tag: 'vip', level: 'silver' },
  { level: 'gold' },
]

interface Edit {
  readonly after: number
  readonly levels?: readonly PlainLevel[]
  readonly rules?: readonly PlainRule[]
  readonly calendars?: readonly HoursDefinition[]
}

/** What somebody changes while tickets are open: any of levels, rules, calendars. */
const edit = (metrics: readonly string[], ids: readonly string[], calendars: readonly HoursDefinition[]) =>
  record<Edit>({
    after: fc.integer({ min: 0, max: 30 * hour }),
    levels: maybe(levels(metrics, ids), 4),
    rules: maybe(fc.constant(otherRules), 2),
    calendars: maybe(fc.constant(calendars.map(reworded)), 2),
  })

/** A whole desk with its promises. */
export const promises: fc.Arbitrary<Setting> = fc
  .record({
    calendars: fc.uniqueArray(fc.constantFrom(...pool), { minLength: 2, maxLength: 3 }),
    own: fc.subarray([...ownMetrics]),
  })
  .chain(({ calendars, own }) => {
    const ids = [...calendars.map(({ id }) => id), 'alwaysOpen']
    const metrics = [...builtIn, ...own.map(({ name }) => name)]
    return fc
      .record({
        start: fc.constantFrom(...startsNear(calendars)),
        levels: levels(metrics, ids),
        deskCalendar: fc.constantFrom(...ids),
        billing: fc.option(fc.constantFrom(...ids), { nil: undefined }),
        autoCloseAfter: fc.constantFrom(null, 90 * second, hour, 5 * day),
        reopenWithin: fc.constantFrom(null, 0, 10 * minute, 30 * day),
        edits: fc.array(edit(metrics, ids, calendars), { maxLength: 2 }),
      })
      .map(({ start, billing, edits, ...it }) => {
        let since = start
        return shown({
          ...it,
          calendars,
          ...(own.length > 0 && { metrics: own }),
          departments: [{ id: 'help' }, { id: 'billing', ...(billing && { calendar: billing }) }],
          rules,
          starts: [start],
          edits: edits.map(({ after, ...one }) => {
            since += after + 1
            return { since, ...one }
          }),
        })
      })
  })

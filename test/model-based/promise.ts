/** Generated promises: levels, targets, metrics, calendars and rules, with an edit now and then. */
import fc from 'fast-check'
import type { OwnMetric, PlainLevel, PlainStep, PlainTarget } from './plain/definition.ts'
import { pool, startsNear } from './pool.ts'
import { type Setting, type SettingInput, settingOf } from './setting.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Parts of the library that are under way; to be switched on as they come. */
const ready = { metrics: true, flags: true, businessDays: true, steps: false, byHand: false, own: true, edits: false }

const builtIn = ready.metrics
  ? ['firstResponse', 'nextResponse', 'resolution', 'firstResolution', 'firstAssignment', 'periodicUpdate', 'handling']
  : ['firstResponse', 'nextResponse', 'resolution', 'firstAssignment']

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
const allowance = ready.businessDays
  ? fc.oneof(
      { weight: 4, arbitrary: duration },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map((businessDays) => ({ businessDays })) },
    )
  : duration
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
const flag = ready.flags ? maybe(fc.boolean(), 2) : fc.constant(undefined)

const target = (metric: string, calendars: readonly string[]) =>
  record<PlainTarget>({
    metric: fc.constant(metric),
    within,
    calendar: maybe(fc.constantFrom(...calendars), 4),
    pauses: maybe(fc.subarray(['new', 'open', 'answered', 'postponed', 'Postponed']), 3),
    restartFrom: maybe(fc.constantFrom('opening', 'switch'), 2),
    // a nextResponse with flags, first counted from the log, is not settled yet where firstResponse has them too
    ...(metric === 'nextResponse' ? {} : { botsCount: flag, answeringCounts: flag, resolvingCounts: flag }),
    startedBy: ready.flags ? maybe(fc.constantFrom(['requester'] as const, ['requester', 'agent'] as const), 5) : flag,
    steps: ready.steps ? steps : fc.constant(undefined),
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

/** A whole desk with its promises. */
export const promises: fc.Arbitrary<Setting> = fc
  .record({
    calendars: fc.uniqueArray(fc.constantFrom(...pool), { minLength: 2, maxLength: 3 }),
    own: ready.own ? fc.subarray([...ownMetrics]) : fc.constant([] as OwnMetric[]),
  })
  .chain(({ calendars, own }) => {
    const ids = [...calendars.map(({ id }) => id), 'alwaysOpen']
    const metrics = [...builtIn, ...own.map(({ name }) => name)]
    const starts = startsNear(calendars)
    return fc
      .record({
        start: fc.constantFrom(...starts),
        levels: levels(metrics, ids),
        deskCalendar: fc.constantFrom(...ids),
        billing: ready.metrics ? fc.option(fc.constantFrom(...ids), { nil: undefined }) : fc.constant(undefined),
        autoCloseAfter: fc.constantFrom(null, 90 * second, hour, 5 * day),
        reopenWithin: fc.constantFrom(null, 0, 10 * minute, 30 * day),
        edit: ready.edits
          ? maybe(fc.record({ after: fc.integer({ min: 0, max: 30 * hour }), levels: levels(metrics, ids) }), 2)
          : fc.constant(undefined),
      })
      .map(({ start, levels, deskCalendar, billing, autoCloseAfter, reopenWithin, edit }) =>
        shown({
          calendars,
          deskCalendar,
          levels,
          ...(own.length > 0 && { metrics: own }),
          ...(ready.metrics && {
            departments: [{ id: 'help' }, { id: 'billing', ...(billing && { calendar: billing }) }],
          }),
          rules: [
            { tag: 'nosla', level: null },
            { tag: 'vip', level: 'gold' },
            { priority: 'Urgent', level: 'gold' },
            { department: 'billing', level: 'gold' },
            { level: 'silver' },
          ],
          autoCloseAfter,
          reopenWithin,
          starts: [start],
          ...(edit && { edited: { since: start + edit.after, levels: edit.levels } }),
          byHand: ready.byHand,
        }),
      )
  })

import fc from 'fast-check'
import { businessCalendar, type Definition, defineDesk, type SlaClock } from 'ticketwright'
import { clockLaws, generators, levelOf, officeHours, sampleDefinition, tell } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { ana, mari } from '../story.ts'

const given = generators(fc)
const seed = 20261126

/** A failure prints the definition, not what became of it. */
const printed = (definition: object): Definition =>
  Object.assign(
    { ...(defineDesk(definition as never) as Definition) },
    {
      [fc.toStringMethod]: () => JSON.stringify(definition),
    },
  )

/** Rules that change level and priority because of what clocks do. */
const actingOnClocks = {
  triggers: [
    { id: 'met', on: ['sla_fulfilled'], do: [{ type: 'tag', tags: ['gold'] }] },
    { id: 'cancelled', on: ['sla_cancelled'], do: [{ type: 'setPriority', priority: 'Urgent' }] },
    { id: 'late', on: ['sla_breached'], do: [{ type: 'tag', tags: ['gold'] }] },
  ],
  timeRules: [{ id: 'due', since: { dueAt: 'firstResponse' }, after: '0h', do: [{ type: 'tag', tags: ['none'] }] }],
}

/**
 * A desk of drawn parts: two calendars, two levels, rules by tag and priority, and now
 * and then rules that act on clocks.
 */
const desks = fc
  .tuple(
    fc.gen().map(given.calendar({ id: 'a' })),
    fc.gen().map(given.calendar({ id: 'b' })),
    fc.gen().map(given.level({ id: 'gold', calendars: ['a', 'b', 'alwaysOpen'], priorities: ['Urgent', 'High'] })),
    fc.gen().map(given.level({ id: 'silver', calendars: ['a', 'b'] })),
    fc.constantFrom({}, {}, actingOnClocks),
  )
  .map(([a, b, gold, silver, rules]) =>
    printed({
      calendars: [a, b],
      calendar: 'a',
      levels: [gold, silver],
      slaRules: [
        { when: { field: 'tags', op: 'hasAny', value: ['none'] }, level: null },
        { when: { field: 'tags', op: 'hasAny', value: ['gold'] }, level: 'gold' },
        { when: { field: 'priority', op: 'is', value: 'Urgent' }, level: 'gold' },
        { level: 'silver' },
      ],
      ...rules,
    }),
  )
const historyOf = (definitions: Definition) =>
  fc.gen().map(given.history({ definitions, tags: ['gold', 'none'], departments: ['help', 'billing'] }))

describe('laws of clocks', () => {
  const told = desks.chain((desk) => historyOf(desk).map((history) => ({ desk, history })))

  it.each(clockLaws)('$name', { timeout: 60_000 }, ({ run }) =>
    fc.assert(
      fc.property(told, ({ desk, history }) => run(desk, history)),
      { seed, numRuns: 200 },
    ),
  )
})

const longerLaw = clockLaws.find(({ name }) => name === 'a longer target is never due earlier')
const hoursLater = (hours: number) => new Date(Date.UTC(2026, 10, 23, 9 + hours)).toISOString()
const opening = { at: hoursLater(0), actor: mari, request: { type: 'open', subject: 'Help' } }
const noteAt = (hours: number) => ({ at: hoursLater(hours), actor: ana, request: { type: 'note', body: 'x' } })

describe('a longer target is never due earlier: of every valid policy', () => {
  const always = (targets: object[], more: object = {}) => ({
    calendar: 'alwaysOpen',
    levels: [{ id: 'std', targets }],
    slaRules: [{ level: 'std' }],
    ...more,
  })
  const half = { id: 'half', share: 500 }
  const policies: readonly [what: string, definition: object][] = [
    ['twice of it is more than ten years', always([{ metric: 'resolution', within: { hours: 52_560 } }])],
    [
      'twice of it is more than 3,650 business days',
      always([{ metric: 'resolution', within: { businessDays: 2_000 } }]),
    ],
    [
      'priorities are called as units of time are',
      {
        ...always([{ metric: 'resolution', within: { businessDays: 5_000, hours: '2h', default: '1h' } }]),
        priorities: ['businessDays', 'hours'].map((name, rank) => ({ name, rank })),
      },
    ],
    [
      'a step leads to another level',
      always([], {
        levels: [
          {
            id: 'std',
            targets: [
              { metric: 'firstResponse', within: '1h', steps: [half] },
              { metric: 'resolution', within: '8h' },
            ],
          },
          { id: 'vendor', targets: [{ metric: 'resolution', within: '40h' }] },
        ],
        slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['vendor'] }, level: 'vendor' }, { level: 'std' }],
        triggers: [{ id: 'to-vendor', on: ['sla_step_reached'], do: [{ type: 'tag', tags: ['vendor'] }] }],
      }),
    ],
    [
      'a step makes the ticket less urgent',
      always([{ metric: 'resolution', within: { Low: '8h', default: '3h' }, steps: [half] }], {
        triggers: [
          { id: 'urgent', on: ['ticket_opened'], do: [{ type: 'setPriority', priority: 'Urgent' }] },
          { id: 'less', on: ['sla_step_reached'], do: [{ type: 'setPriority', priority: 'Low' }] },
        ],
      }),
    ],
    [
      'a time rule counts from a due time',
      always(
        [
          { metric: 'resolution', within: { Low: '8h', default: '30h' } },
          { metric: 'firstResponse', within: '1h' },
        ],
        {
          timeRules: [
            {
              id: 'r',
              since: { dueAt: 'firstResponse' },
              after: '0h',
              do: [{ type: 'setPriority', priority: 'Urgent' }],
            },
          ],
        },
      ),
    ],
  ]

  it.each(policies)('%s', (_what, definition) => {
    const policy = defineDesk(definition as never) as Definition
    for (const hours of [0, 0.25, 0.75, 1.5, 2, 7]) longerLaw?.run(policy, [opening, noteAt(hours)])
  })

  it('and where rules act on clocks, a wrong library is caught all the same', () => {
    const policy = defineDesk(policies.find(([what]) => what.startsWith('a step leads'))?.[1] as never) as Definition
    const less = wrong(policy, ({ add }) => ({ add: (at: number, ms: number) => add(at, 86_400_000 - ms) }))
    expect(() => longerLaw?.run(less, [opening, noteAt(0.25)])).toThrow(/is due/)
  })
})

/** A definition whose calendars are wrong in one point. */
function wrong(definition: Definition, fault: (calendar: ReturnType<typeof businessCalendar>) => object): Definition {
  const calendars = new Map(
    [...definition.calendars].map(([id, named]) => [
      id,
      { ...named, calendar: { ...named.calendar, ...fault(named.calendar) } },
    ]),
  )
  return { ...definition, calendars }
}

describe('a wrong library is caught by', () => {
  const law = (name: string) => clockLaws.find((one) => one.name === name)
  const broken = (name: string, definition: Definition) =>
    fc.check(
      fc.property(fc.gen().map(given.history({ definitions: sampleDefinition })), (history) =>
        law(name)?.run(definition, history),
      ),
      { seed, numRuns: 200 },
    ).failed

  it('late and breached agree: due an hour too late', () => {
    const late = wrong(sampleDefinition, ({ add }) => ({ add: (at: number, ms: number) => add(at, ms + 3_600_000) }))
    expect(broken('late and breached agree', sampleDefinition)).toBe(false)
    expect(broken('late and breached agree', late)).toBe(true)
  })

  it('a longer target is never due earlier: what is added is taken away', () => {
    const less = wrong(sampleDefinition, ({ add }) => ({ add: (at: number, ms: number) => add(at, 86_400_000 - ms) }))
    expect(broken('a longer target is never due earlier', sampleDefinition)).toBe(false)
    expect(broken('a longer target is never due earlier', less)).toBe(true)
  })

  it('counted time never shrinks: a calendar that counts backwards', () => {
    const backwards = wrong(sampleDefinition, ({ between }) => ({
      between: (from: number, to: number) => -between(from, to),
    }))
    expect(broken('counted time never shrinks', backwards)).toBe(true)
  })
})

describe('generators', () => {
  it('draw calendars that open', () => {
    fc.assert(
      fc.property(fc.gen().map(given.calendar()), (calendar) => {
        const { nextOpening } = businessCalendar(calendar)
        expect(nextOpening(Date.UTC(2026, 0))).toBeGreaterThanOrEqual(Date.UTC(2026, 0))
      }),
      { seed, numRuns: 300 },
    )
  })

  it('draw histories most of whose steps are taken, half of them beside an edge', () => {
    let steps = 0
    let taken = 0
    fc.assert(
      fc.property(fc.gen().map(given.history({ definitions: sampleDefinition })), (history) => {
        steps += history.length
        taken += history.length - tell(sampleDefinition, history).refused.size
      }),
      { seed, numRuns: 300 },
    )
    expect(taken / steps).toBeGreaterThan(0.6)
  })

  it('shrink to few steps: a breached resolution needs none but the opening', () => {
    const { counterexample } = fc.check(
      fc.property(fc.gen().map(given.history({ definitions: sampleDefinition })), (history) => {
        const { ticket } = tell(sampleDefinition, history, { after: { hours: 240 } })
        return !ticket?.clocks.resolution?.breachedAt
      }),
      { seed, numRuns: 200 },
    )
    expect(counterexample?.[0]).toHaveLength(1)
  })
})

describe('builders', () => {
  const desk = defineDesk({
    calendars: [officeHours('office', 'Europe/Tallinn', [['09:00', '17:00']])],
    calendar: 'office',
    levels: [levelOf('gold', { firstResponse: '1h', resolution: { within: '8h', pauses: ['postponed'] } })],
    slaRules: [{ level: 'gold' }],
  })
  const opened = { at: '2026-11-23T09:00:00+02:00', actor: mari, request: { type: 'open', subject: 'Help' } }
  const reply = { at: '2026-11-23T10:30:00+02:00', actor: ana, request: { type: 'reply', body: 'x' } }

  it('tell what becomes of a ticket', () => {
    const { ticket, refused, events } = tell(desk, [opened, reply])
    expect(refused.size).toBe(0)
    expect(ticket?.clocks.firstResponse).toMatchObject({ ending: 'fulfilled', latenessMs: 30 * 60_000 })
    expect(events.map(({ type }) => type)).toContain('sla_breached')
  })

  it('let time go on afterwards, polled or not', () => {
    const breaches = (pollEvery?: string) =>
      tell(desk, [opened], { after: '200h', pollEvery }).events.flatMap(({ type, data }) =>
        type === 'sla_breached' ? [(data as { clock: SlaClock }).clock.metric] : [],
      )
    expect(breaches()).toEqual(['firstResponse', 'resolution'])
    expect(breaches('1h')).toEqual(breaches())
  })

  it('a poll takes time, and there is an end to them', () => {
    for (const pollEvery of [0, '0h', { minutes: 0 }, '1ms'])
      expect(() => tell(desk, [opened], { after: '1000h', pollEvery })).toThrow(
        expect.objectContaining({ code: 'invalid_duration', path: 'pollEvery' }),
      )
    expect(tell(desk, [opened], { after: '1h', pollEvery: '1s' }).until).toBe(Date.parse('2026-11-23T08:00:00Z'))
    expect(() => tell(desk, [opened], { pollEvery: '1 day' })).toThrow(
      expect.objectContaining({ code: 'invalid_duration', path: 'pollEvery' }),
    )
  })

  it('list refused steps, which change nothing', () => {
    const wake = { at: '2026-11-23T09:30:00+02:00', actor: ana, request: { type: 'setStatus', status: 'Opn' } }
    const told = tell(desk, [opened, wake, reply])
    expect([...told.refused].map(([step, { code }]) => [step, code])).toEqual([[1, 'unknown_name']])
    expect(told.events).toEqual(
      tell(desk, [opened, reply]).events.map((event) =>
        event.cause.kind === 'command' && event.cause.id === 'step-1'
          ? { ...event, cause: { kind: 'command', id: 'step-2' } }
          : event,
      ),
    )
  })

  it('an instant that is none is refused', () => {
    expect(() => tell(desk, [{ ...opened, at: '2026-02-30T09:00:00Z' }])).toThrow(
      expect.objectContaining({ code: 'invalid_instant' }),
    )
  })
})

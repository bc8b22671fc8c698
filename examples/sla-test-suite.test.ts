// How an application tests its own SLA policy: what it promises customers, over histories that nobody thought of.
import fc from 'fast-check'
import { businessCalendars, defineDesk, type SlaClock } from 'ticketwright'
import { clockLaws, generators, type History, levelOf, officeHours, tell } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'

const office = officeHours('office', 'Europe/Tallinn', [
  ['09:00', '12:30'],
  ['13:15', '17:30'],
])
const policy = (firstResponseOfHigh: string) =>
  defineDesk({
    calendars: [{ ...office, holidays: ['12-24', '12-25'] }],
    calendar: 'office',
    levels: [
      levelOf('gold', { firstResponse: '1h', nextResponse: '2h', resolution: '8h' }),
      {
        id: 'standard',
        targets: [
          { metric: 'firstResponse', within: { Urgent: '1h', High: firstResponseOfHigh, default: '4h' } },
          { metric: 'nextResponse', within: '8h' },
          { metric: 'resolution', within: { Urgent: '8h', default: '24h' }, pauses: ['postponed'] },
        ],
      },
    ],
    slaRules: [{ when: { field: 'tags', op: 'hasAny', value: ['gold'] }, level: 'gold' }, { level: 'standard' }],
  })
const ours = policy('2h')

const given = generators(fc)
const histories = fc.gen().map(given.history({ definitions: ours, tags: ['gold'] }))
const days = fc.date({ min: new Date('2026-01-01'), max: new Date('2026-12-31'), noInvalidDate: true })

const opened = (at: Date, more: object): History => [
  { at, actor: { kind: 'requester', id: 'mari' }, request: { type: 'open', subject: 'Help', ...more } },
]
const dueOf = (metric: string, history: History, definition = ours): number =>
  tell(definition, history).ticket?.clocks[metric]?.dueAt ?? Number.POSITIVE_INFINITY

/** Whenever a ticket comes, the more urgent one is due first. */
const inOrderOfPriority = (definition = ours) =>
  fc.property(days, (at) => {
    const dues = ['Urgent', 'High', 'Medium', 'Low'].map((priority) =>
      dueOf('firstResponse', opened(at, { priority }), definition),
    )
    expect(dues).toEqual([...dues].sort((a, b) => a - b))
  })

describe('What we promise', () => {
  it('the more urgent is due first', () => fc.assert(inOrderOfPriority()))

  it('gold is never due later than the others', () =>
    fc.assert(
      fc.property(days, fc.constantFrom('Low', 'High', 'Urgent'), (at, priority) => {
        for (const metric of ['firstResponse', 'resolution'])
          expect(dueOf(metric, opened(at, { priority, tags: ['gold'] }))).toBeLessThanOrEqual(
            dueOf(metric, opened(at, { priority })),
          )
      }),
    ))

  it('whoever answers the next working morning by ten has kept the two hours of High', () =>
    fc.assert(
      fc.property(days, (at) => {
        const calendar = businessCalendars(ours.json.calendars ?? []).get('office')
        const morning = calendar?.nextOpening(at.getTime()) as number
        const answer = { at: Math.max(at.getTime(), morning) + 3_600_000, request: { type: 'reply', body: 'Hello' } }
        const agent = { kind: 'agent', id: 'ana' } as const
        const { ticket } = tell(ours, [...opened(at, { priority: 'High' }), { ...answer, actor: agent }])
        expect(ticket?.clocks.firstResponse).toMatchObject({ ending: 'fulfilled', breachedAt: null })
      }),
    ))

  it('nobody waits for us while we wait for them: Postponed uses up nothing', () =>
    fc.assert(
      fc.property(histories, (history) => {
        const used = new Map<string, number>()
        for (const { type, data } of tell(ours, history, { after: '100h' }).events) {
          if (!('clock' in data)) continue
          const { metric, cycle, elapsedMs } = data.clock as SlaClock
          const name = `${metric} ${cycle}`
          if (type === 'sla_paused') used.set(name, elapsedMs)
          else if (used.has(name)) expect(elapsedMs).toBe(used.get(name))
          if (type === 'sla_resumed') used.delete(name)
        }
      }),
    ))
})

describe('What holds of every clock', () => {
  it.each(clockLaws)('$name', ({ run }) => fc.assert(fc.property(histories, (history) => run(ours, history))))
})

it('A slip in the policy is found: High slower than Low', () => {
  expect(fc.check(inOrderOfPriority(policy('20h'))).failed).toBe(true)
})

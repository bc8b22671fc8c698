import fc from 'fast-check'
import type { AnyTicketEvent, Definition, Json, SlaClock } from 'ticketwright'
import { type ReportKey, type SlaReport, type SlaReportGroup, slaReport, slaTally } from 'ticketwright/analysis'
import { describe, expect, it } from 'vitest'
import { settings } from '../model-based/settings.ts'
import { desk } from '../sla/level.ts'
import { ana, ben, hour, mari, minute, type Story, story } from '../story.ts'
import { lives, logOf } from './history.ts'

const seed = Number(process.env.TICKETWRIGHT_FUZZ_SEED ?? 20261203)
const numRuns = Math.ceil(Number(process.env.TICKETWRIGHT_FUZZ_COMMANDS ?? 100_000) / 2_000)

/** The log of a story, as that of another ticket. */
const as = (ticketId: string, { events }: Pick<Story, 'events'>): AnyTicketEvent[] =>
  events.map((event) => ({ ...event, ticketId, id: `${ticketId}:${event.version}` }))

const reply = { type: 'reply', body: 'x' } as const
const line = (report: SlaReport, key: SlaReportGroup['key']): SlaReportGroup => {
  const found = report.groups.find((group) => JSON.stringify(group.key) === JSON.stringify(key))
  if (!found)
    throw new Error(`no line ${JSON.stringify(key)} among ${JSON.stringify(report.groups.map(({ key }) => key))}`)
  return found
}
const firstResponses = (events: Iterable<unknown>, by: readonly ReportKey[] = []) =>
  slaReport(events, { by: ['metric', ...by] })

describe('slaReport counts', () => {
  const definition = desk({ firstResponse: { within: '2h', penalty: { points: 2 } }, resolution: '8h' })
  const inTime = as('a', story(definition).open('Mon 09:00').do('Mon 10:00', ana, reply))
  const late = as('b', story(definition).open('Mon 09:00').do('Mon 12:00', ana, reply))
  const open = as('c', story(definition).open('Mon 09:00').until('Mon 10:00'))
  const overdue = as('d', story(definition).open('Mon 09:00').until('Mon 13:00'))
  const cancelled = as('e', story(definition).open('Mon 09:00').do('Mon 09:30', ana, { type: 'resolve' }))
  const overdueThenCancelled = as('f', story(definition).open('Mon 09:00').do('Mon 15:00', ana, { type: 'resolve' }))
  const all = [inTime, late, open, overdue, cancelled, overdueThenCancelled]

  it('met, late, cancelled, open, and all that were breached', () => {
    const report = firstResponses(all.flat())
    expect(report).toMatchObject({ by: ['metric'], tickets: 6 })
    expect(line(report, { metric: 'firstResponse' })).toEqual({
      key: { metric: 'firstResponse' },
      cycles: 6,
      met: 1,
      late: 1,
      cancelled: 2,
      open: 2,
      breached: 3,
      elapsed: { count: 2, p50: hour, p90: 3 * hour, p95: 3 * hour, max: 3 * hour, exact: true },
      lateness: { count: 1, p50: hour, p90: hour, p95: hour, max: hour, exact: true },
      penalties: [{ penalty: { points: 2 }, count: 3 }],
      unlistedPenalties: 0,
    })
  })

  it('the same, however the events of tickets are mixed, and page after page', () => {
    const expected = slaReport(all.flat(), { by: ['level', 'metric'] })
    const mixed = all.flat().sort((a, b) => a.version - b.version)
    expect(slaReport(mixed, { by: ['level', 'metric'] })).toEqual(expected)
    expect(slaReport(all.flat(), { by: ['level', 'metric'], order: 'ticket' })).toEqual(expected)
    const tally = slaTally({ by: ['level', 'metric'] })
    for (let i = 0; i < mixed.length; i += 3) {
      tally.add(mixed.slice(i, i + 3))
      tally.report() // asking changes nothing
    }
    expect(tally.report()).toEqual(expected)
  })

  it('the same from the ledger alone, where nobody asks whose a ticket was', () => {
    const ledger = all.flat().filter(({ type }) => type.startsWith('sla_'))
    const by = ['level', 'metric'] as const
    expect(slaReport(ledger, { by })).toEqual(slaReport(all.flat(), { by }))
  })

  it('a cycle once, by its last ending', () => {
    const reopened = story(definition)
      .open('Mon 09:00')
      .do('Mon 10:00', ana, { type: 'resolve' })
      .do('Mon 11:00', mari, { type: 'reopen' })
    expect(line(firstResponses(reopened.events), { metric: 'resolution' })).toMatchObject({
      cycles: 1,
      open: 1,
      met: 0,
    })
    reopened.do('Mon 20:00', ana, { type: 'resolve' })
    expect(line(firstResponses(reopened.events), { metric: 'resolution' })).toMatchObject({
      ...{ cycles: 1, open: 0, met: 0, late: 1 },
      lateness: { p50: 2 * hour },
    })
  })

  it('no breach that was taken back, and no penalty of it', () => {
    const byPriority = desk({ firstResponse: { within: { Low: '4h', default: '2h' }, penalty: 'cake' } })
    const back = story(byPriority)
      .open('Mon 09:00', { priority: 'High' })
      .until('Mon 12:00')
      .do('Mon 12:30', ana, { type: 'setPriority', priority: 'Low' })
      .do('Mon 12:40', ana, reply)
    expect(back.ledger('firstResponse')).toContain('Mon 11:00:00.001 breached')
    expect(line(firstResponses(back.events), { metric: 'firstResponse' })).toMatchObject({
      ...{ met: 1, late: 0, breached: 0, penalties: [] },
    })
  })

  it('each cycle of a metric that recurs', () => {
    const talk = story(desk({ nextResponse: '1h' }))
      .open('Mon 09:00')
      .do('Mon 09:10', ana, reply)
      .do('Mon 10:00', mari, { type: 'message', body: 'x' })
      .do('Mon 10:30', ana, reply)
      .do('Mon 11:00', mari, { type: 'message', body: 'x' })
      .do('Mon 13:00', ana, reply)
      .do('Mon 14:00', mari, { type: 'message', body: 'x' })
    expect(line(firstResponses(talk.events), { metric: 'nextResponse' })).toMatchObject({
      ...{ cycles: 3, met: 1, late: 1, open: 1 },
      elapsed: { count: 2, p50: 30 * minute, max: 2 * hour },
    })
  })
})

describe('A cycle belongs', () => {
  const definition = desk({ firstResponse: '2h', firstAssignment: '2h', handling: '2h' })

  it('to the department and agent that had the ticket before what ended it', () => {
    const moved = story(definition)
      .open('Mon 09:00', { department: 'help', assignee: 'ana' })
      .do('Mon 10:00', ana, { type: 'transfer', department: 'billing', agent: 'ben' })
      .do('Mon 10:30', ben, reply)
    const report = firstResponses(moved.events, ['department', 'agent'])
    expect(line(report, { metric: 'handling', department: 'help', agent: 'ana' })).toMatchObject({ met: 1, open: 0 })
    expect(line(report, { metric: 'handling', department: 'billing', agent: 'ben' })).toMatchObject({ open: 1 })
    expect(line(report, { metric: 'firstResponse', department: 'billing', agent: 'ben' })).toMatchObject({ met: 1 })
  })

  it('where nobody had it, to who got it then: a wait for an assignment ends with the agent', () => {
    const assigned = story(definition).open('Mon 09:00').do('Mon 10:00', ana, { type: 'assign', agent: 'ben' })
    expect(line(firstResponses(assigned.events, ['agent']), { metric: 'firstAssignment', agent: 'ben' })).toMatchObject(
      { met: 1 },
    )
  })

  it('to those who have it, while it is open; to nobody, if nobody has', () => {
    const waiting = story(definition).open('Mon 09:00')
    expect(line(firstResponses(waiting.events, ['agent']), { metric: 'firstResponse', agent: null })).toMatchObject({
      open: 1,
    })
    waiting.do('Mon 09:05', ana, { type: 'assign', agent: 'ben' })
    expect(line(firstResponses(waiting.events, ['agent']), { metric: 'firstResponse', agent: 'ben' })).toMatchObject({
      open: 1,
    })
  })

  it('to the priority the ticket had before what ended it, not to the one its target was chosen by', () => {
    // one target for all priorities: raising it is no switch, and the clock keeps the name it began under
    const raised = story(definition)
      .open('Mon 09:00', { priority: 'Low' })
      .do('Mon 09:30', ana, { type: 'setPriority', priority: 'Urgent' })
      .do('Mon 12:00', ana, { type: 'update', priority: 'High', message: { body: 'x', visibility: 'public' } })
    expect(raised.ticket.clocks.firstResponse).toMatchObject({ ending: 'fulfilled', priority: 'Low' })
    const report = firstResponses(raised.events, ['priority'])
    expect(line(report, { metric: 'firstResponse', priority: 'Urgent' })).toMatchObject({ cycles: 1 })
  })

  it('to the priority the ticket has, while it is open; to the one it came with, where it ended at once', () => {
    const open = story(definition)
      .open('Mon 09:00', { priority: 'Low' })
      .do('Mon 09:30', ana, { type: 'setPriority', priority: 'Urgent' })
    expect(
      line(firstResponses(open.events, ['priority']), { metric: 'firstResponse', priority: 'Urgent' }),
    ).toMatchObject({ open: 1 })
    const atOnce = story(definition).open('Mon 09:00', { priority: 'Low', status: 'Resolved' })
    const keys = firstResponses(atOnce.events, ['priority']).groups.map(({ key }) => key.priority)
    expect(new Set(keys)).toEqual(new Set(['Low']))
  })

  it('lines are sorted by their keys, nobody first, whatever they are called', () => {
    const tickets = ['constructor', '__proto__', 'b', undefined, 'a'].map((department, i) =>
      as(`t${i}`, story(definition).open('Mon 09:00', department === undefined ? {} : { department })),
    )
    const names = slaReport(tickets.flat(), { by: ['department'] }).groups.map(({ key }) => key.department)
    expect(names).toEqual([null, '__proto__', 'a', 'b', 'constructor'])
  })
})

/** A ledger entry as stores keep it, of a clock that ended. */
const fulfilled = (ticketId: string, elapsedMs: number, latenessMs = 0, penalty?: Json) => {
  const clock = { level: 'l', metric: 'm', priority: 'p', cycle: 1, ending: 'fulfilled', elapsedMs, latenessMs }
  const envelope = { ticketId, tenant: 't', revision: 1, v: 1, at: 1, cause: { kind: 'command', id: 'c' } }
  const breachedAt = latenessMs > 0 ? 1 : null
  const open = { ...clock, ending: null, latenessMs: null, breachedAt }
  return [
    { ...envelope, version: 1, type: 'sla_breached', data: { clock: open, reason: 'time', penalty } },
    { ...envelope, version: 2, type: 'sla_fulfilled', data: { clock: { ...clock, breachedAt }, reason: 'x' } },
  ]
}

describe('Percentiles', () => {
  const naive = (values: readonly number[], percent: number) =>
    [...values].sort((a, b) => a - b)[Math.ceil((percent * values.length) / 100) - 1]
  const elapsedOf = (values: readonly number[]) =>
    slaReport(
      values.flatMap((value, i) => fulfilled(`t${i}`, value)),
      { by: [] },
    ).groups[0]?.elapsed

  it('are by the nearest rank, exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1e12 }), { minLength: 1, maxLength: 200 }), (values) => {
        const [p50, p90, p95] = [50, 90, 95].map((percent) => naive(values, percent))
        expect(elapsedOf(values)).toEqual({
          count: values.length,
          p50,
          p90,
          p95,
          max: Math.max(...values),
          exact: true,
        })
      }),
      { seed, numRuns: 100 },
    )
  })

  it('of more than 4,096 different values are too large by 0.05 % at most, and never too small', () => {
    for (const spread of [1, 977, 1e8]) {
      const values = Array.from({ length: 6_000 }, (_, i) => (i * 7_919 * spread) % (6_007 * spread))
      const found = elapsedOf(values)
      expect(found?.exact).toBe(false)
      expect(found?.max).toBe(Math.max(...values))
      for (const [key, percent] of [
        ['p50', 50],
        ['p90', 90],
        ['p95', 95],
      ] as const) {
        const [exact = 0, told = 0] = [naive(values, percent), found?.[key]]
        expect(told).toBeGreaterThanOrEqual(exact)
        expect(told).toBeLessThanOrEqual(exact * (1 + 1 / 2_048) + 1)
      }
    }
  })

  it('keep to few values, however many there are', () => {
    const tally = slaTally({ by: [], order: 'ticket' })
    for (let i = 0; i < 30_000; i++) tally.add(fulfilled(`t${i}`, i * 104_729))
    const report = tally.report()
    expect(report).toMatchObject({
      tickets: 30_000,
      groups: [{ met: 30_000, elapsed: { count: 30_000, exact: false } }],
    })
  })

  it('penalties are listed by what they say, whatever the order of their keys, up to 1,000 different ones', () => {
    const same = [...fulfilled('a', 9, 1, { points: 1, to: 'x' }), ...fulfilled('b', 9, 1, { to: 'x', points: 1 })]
    const others = Array.from({ length: 1_005 }, (_, i) => fulfilled(`t${i}`, 9, 1, i)).flat()
    const [group] = slaReport([...same, ...others], { by: [] }).groups
    expect(group?.penalties.length).toBe(1_000)
    expect(group?.penalties[0]).toEqual({ penalty: { points: 1, to: 'x' }, count: 2 })
    expect(group?.unlistedPenalties).toBe(6)
  })
})

/** Counted by somebody who reads every clock of every cycle once more, at the end. */
function countedPlainly(logs: readonly (readonly AnyTicketEvent[])[]) {
  const counts = { cycles: 0, met: 0, late: 0, cancelled: 0, open: 0, breached: 0 }
  for (const events of logs) {
    const last = new Map<string, SlaClock>()
    for (const { data } of events) if ('clock' in data) last.set(`${data.clock.metric} ${data.clock.cycle}`, data.clock)
    for (const { ending, breachedAt } of last.values()) {
      counts.cycles += 1
      if (breachedAt !== null) counts.breached += 1
      counts[ending === null ? 'open' : ending === 'cancelled' ? 'cancelled' : breachedAt === null ? 'met' : 'late'] +=
        1
    }
  }
  return counts
}

describe('Over generated lives', { timeout: 60_000 }, () => {
  type Report = typeof slaReport
  const compare = (report: Report) => {
    const [setting] = settings
    if (!setting) throw new Error('no setting')
    let cycles = 0
    fc.assert(
      fc.property(fc.array(lives(setting), { minLength: 1, maxLength: 5 }), (many) => {
        const logs = many.map((life, i) => as(`t${i}`, { events: [...logOf(setting.definitions, life)] }))
        const expected = countedPlainly(logs)
        const { groups } = report(logs.flat(), { by: [] })
        const {
          key: _key,
          elapsed: _e,
          lateness: _l,
          penalties: _p,
          unlistedPenalties: _u,
          ...found
        } = groups[0] ?? {
          ...{ ...expected, key: {}, elapsed: 0, lateness: 0, penalties: 0, unlistedPenalties: 0 },
        }
        expect(found).toEqual(expected)
        const lines = report(logs.flat(), { by: ['metric', 'priority', 'department', 'agent'] }).groups
        expect(lines.reduce((sum, group) => sum + group.cycles, 0)).toBe(expected.cycles)
        cycles += expected.cycles
      }),
      { seed, numRuns, endOnFailure: true },
    )
    return cycles
  }

  it('the counts are those of whoever looks at the end', () => {
    expect(compare(slaReport)).toBeGreaterThan(numRuns * 5)
  })

  it('and a report that counts every ending is caught', () => {
    const careless: Report = (events, options) => {
      let n = 0
      const apart = [...(events as AnyTicketEvent[])].map((event) =>
        event.type === 'sla_fulfilled'
          ? { ...event, data: { ...event.data, clock: { ...event.data.clock, cycle: 1_000 + n++ } } }
          : event,
      )
      return slaReport(apart, options)
    }
    expect(() => compare(careless)).toThrow(/Property failed/)
  })
})

describe('slaReport refuses', () => {
  const definition: Definition = desk({ firstResponse: '2h' })
  const { events } = story(definition).open('Mon 09:00').do('Mon 10:00', ana, reply)
  const by = ['level'] as const
  const clock = (change: object) =>
    events.map((event) =>
      'clock' in event.data ? { ...event, data: { ...event.data, clock: { ...event.data.clock, ...change } } } : event,
    )

  it.each<[string, unknown, unknown, string, string]>([
    ['no options', events, undefined, 'invalid_command', 'options'],
    ['a list for options', events, ['level'], 'invalid_command', 'options'],
    ['no keys', events, {}, 'invalid_command', 'by'],
    ['a text for keys', events, { by: 'level' }, 'invalid_command', 'by'],
    ['a key that is none', events, { by: ['level', '__proto__'] }, 'unknown_name', 'by[1]'],
    ['a key that is no name', events, { by: [{ toString: null }] }, 'unknown_name', 'by[0]'],
    ['a key twice', events, { by: ['level', 'level'] }, 'duplicate_name', 'by[1]'],
    ['another order', events, { by, order: 'random' }, 'invalid_command', 'order'],
    ['an option that is none', events, { by, from: 1 }, 'invalid_command', 'options'],
    ['no events', undefined, { by }, 'event_malformed', 'events'],
    ['a text for events', 'x', { by }, 'event_malformed', 'events'],
    ['an event that is none', [...events, null], { by }, 'event_malformed', `events[${events.length}]`],
    ['an event of a later release', [{ ...events[0], type: 'teleported' }], { by }, 'event_too_new', 'events[0]'],
    ['an event twice', [...events, events.at(-1)], { by }, 'event_malformed', `events[${events.length}]`],
    [
      'a ledger without clocks',
      events.map((event) => ({ ...event, data: {} })),
      { by },
      'event_malformed',
      'events[3]',
    ],
    ['a clock of texts', clock({ elapsedMs: '0' }), { by }, 'event_malformed', 'events[3]'],
    ['an elapsed time below 0', clock({ elapsedMs: -1 }), { by }, 'event_malformed', 'events[3]'],
    ['an ending of another kind', clock({ ending: 'lost' }), { by }, 'event_malformed', 'events[3]'],
    [
      'a log without its beginning, where it matters',
      events.slice(1),
      { by: ['agent'] },
      'event_malformed',
      'events[0]',
    ],
    ['the same, by priority', events.slice(1), { by: ['priority'] }, 'event_malformed', 'events[0]'],
    [
      'a ticket that comes twice, in order of tickets',
      [...as('a', { events }), ...as('b', { events }).slice(0, 1), ...as('a', { events }).slice(-1)],
      { by, order: 'ticket' },
      'event_malformed',
      `events[${events.length + 1}]`,
    ],
  ])('%s', (_what, given, options, code, path) => {
    expect(() => slaReport(given as never, options as never)).toThrow(
      expect.objectContaining({ name: 'DeskError', code, path }),
    )
  })

  it('tickets of two tenants never meet', () => {
    const elsewhere = events.map((event) => ({ ...event, tenant: 'other' }))
    expect(slaReport([...events, ...elsewhere], { by }).tickets).toBe(2)
  })
})

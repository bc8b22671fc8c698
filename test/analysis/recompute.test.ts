import fc from 'fast-check'
import { type AnyTicketEvent, type Definition, type DeskDefinition, defineDesk, rebuild } from 'ticketwright'
import { type Recomputed, recompute } from 'ticketwright/analysis'
import { describe, expect, it } from 'vitest'
import type { Setting } from '../model-based/setting.ts'
import { settings } from '../model-based/settings.ts'
import { desk } from '../sla/level.ts'
import { ana, story, when } from '../story.ts'
import { lives, logOf } from './history.ts'

const seed = Number(process.env.TICKETWRIGHT_FUZZ_SEED ?? 20261203)
const numRuns = Math.ceil(Number(process.env.TICKETWRIGHT_FUZZ_COMMANDS ?? 100_000) / 1_000)

const hour = 3_600_000
const office = settings.find(({ name }) => name.startsWith('office')) as Setting

/** The office desk with more in it: the same names of levels, so that lives fit. */
const richer: Readonly<Record<string, readonly Definition[]>> = (() => {
  const { json } = office.definitions[0]
  const steps = [
    { id: 'half', share: 500 },
    { id: 'warn', before: '30m' },
    { id: 'again', afterDue: '0h', every: '20m', times: 5 },
  ]
  const targets = [
    { metric: 'firstResponse', within: { Urgent: '30m', default: '2h' }, steps, penalty: { points: 3 } },
    { metric: 'nextResponse', within: { High: null, default: '1h' }, steps, botsCount: true },
    { metric: 'resolution', within: { Urgent: '2h', default: { businessDays: 1 } }, steps, penalty: 'none' },
    { metric: 'periodicUpdate', within: '3h' },
    { metric: 'handling', within: '2h', steps: [{ id: 'warn', share: 800 }] },
    { metric: 'onHold', within: '1h' },
  ]
  const metrics = [
    {
      name: 'onHold',
      starts: [{ on: 'entered:postponed' }],
      fulfilledBy: ['left:postponed'],
      pausedBy: ['note'],
      resumedBy: ['changed:priority'],
      recurs: true,
    },
  ]
  // one restarts by a switch: also where rules switch there and back within a cause
  const levels = (json.levels ?? []).map((level, i) => ({
    ...level,
    targets: targets
      .map((target) =>
        target.metric === 'resolution' && i > 0 ? { ...target, restartFrom: 'switch' as const } : target,
      )
      .filter(({ metric }) => metric !== 'handling' || i === 0),
  }))
  const departments = [{ id: 'billing', calendar: 'lunch' }]
  const more = { ...json, metrics, levels, departments }
  const triggers = [
    {
      id: 'late',
      on: ['sla_breached', 'sla_step_reached'],
      do: [
        { type: 'setPriority', priority: 'Urgent' },
        { type: 'tag', tags: ['vip'] },
      ],
    },
    {
      id: 'started',
      on: ['sla_started'],
      when: { field: 'priority', op: 'is', value: 'High' },
      do: [
        { type: 'tag', tags: ['other'] },
        { type: 'untag', tags: ['vip'] },
      ],
    },
    {
      id: 'applied',
      on: ['sla_applied'],
      when: { field: 'priority', op: 'is', value: 'Medium' },
      do: [{ type: 'setPriority', priority: 'High' }],
    },
    {
      id: 'held',
      on: ['sla_retargeted'],
      do: [
        { type: 'signal', name: 'x' },
        { type: 'untag', tags: ['vip'] },
      ],
    },
    {
      id: 'written',
      on: ['message_added'],
      when: { field: 'priority', op: 'is', value: 'Urgent' },
      do: [{ type: 'transfer', department: 'billing' }],
    },
  ]
  const timeRules = [
    {
      id: 'idle',
      since: 'statusSince',
      after: '3h',
      when: { field: 'kind', op: 'is', value: 'answered' },
      do: [{ type: 'resolve' }],
    },
    {
      id: 'asleep',
      since: 'openedAt',
      after: '2h',
      do: [{ type: 'postpone', until: { business: '90m', calendar: 'alwaysOpen' } }],
    },
  ]
  const [start = 0] = office.starts
  const of = (desk: object): Definition => defineDesk(desk as DeskDefinition)
  const edited = levels.map((level) => ({
    ...level,
    targets: level.targets
      .filter(({ metric }) => metric !== 'periodicUpdate')
      .map((target) => ({ ...target, within: '90m' })),
  }))
  return {
    'with every metric, steps, business days and penalties': [of(more)],
    'with rules': [of({ ...more, triggers, timeRules })],
    'with rules, under two revisions': [
      of({ ...more, triggers }),
      of({ ...more, levels: edited, timeRules, since: start + 20 * hour }),
    ],
  }
})()

const ledgerOf = (events: readonly AnyTicketEvent[]) =>
  events.flatMap(({ type, at, cause, definitionVersion, data }) =>
    type.startsWith('sla_') ? [{ type, at, cause, definitionVersion, data }] : [],
  )

type Recompute = (definitions: readonly Definition[], events: readonly AnyTicketEvent[]) => Recomputed

/** Where the ledger and what is recomputed part, in the life of some ticket; says how many entries it compared. */
function agrees(
  setting: Setting,
  runs = numRuns,
  under: Recompute = recompute,
  definitions: readonly Definition[] = setting.definitions,
  endOnFailure = false,
): number {
  let compared = 0
  fc.assert(
    fc.property(lives(setting), (life) => {
      const events = logOf(definitions, life)
      if (events.length === 0) return
      const { ledger, clocks, sla, differences } = under(definitions, events)
      const ticket = rebuild(events)
      expect(ledger).toEqual(ledgerOf(events))
      expect([clocks, sla]).toEqual([ticket?.clocks, ticket?.sla])
      expect(differences).toEqual([])
      compared += ledger.length
    }),
    { seed, numRuns: runs, endOnFailure },
  )
  return compared
}

describe('What is recomputed equals the ledger', { timeout: 120_000 }, () => {
  it.each(settings)('$name', (setting) => {
    expect(agrees(setting)).toBeGreaterThan(numRuns * 5)
  })

  it.each(Object.entries(richer))('%s', (_name, definitions) => {
    expect(agrees(office, numRuns, recompute, definitions)).toBeGreaterThan(numRuns * 10)
  })
})

describe('An error put in on purpose is found', { timeout: 60_000 }, () => {
  const parts = (under: Recompute, definitions?: readonly Definition[]) => {
    expect(() => agrees(office, numRuns, under, definitions, true)).toThrow(/Property failed/)
  }

  it('a target a millisecond longer than the one that was in force', () => {
    const { json } = office.definitions[0]
    const levels = json.levels?.map((level) => ({
      ...level,
      targets: level.targets.map((target) => ({ ...target, within: { default: hour + 1 } })),
    }))
    const longer = defineDesk({ ...json, levels } as DeskDefinition)
    parts((_, events) => recompute(longer, events))
  })

  it('a due time set by hand that is forgotten', () => {
    parts((definitions, events) =>
      recompute(
        definitions,
        events.map((event) =>
          event.type === 'sla_retargeted' && event.data.reason === 'manual_due'
            ? { ...event, data: { ...event.data, reason: 'switch' } }
            : event,
        ),
      ),
    )
  })

  it('what rules did in answer to the clocks, taken before them', () => {
    const early = (events: readonly AnyTicketEvent[]) => {
      const sorted = [...events]
      for (let i = 1; i < sorted.length; i++) {
        const [a, b] = [sorted[i - 1], sorted[i]]
        if (a && b && b.cause.rule === 'late' && a.cause.rule !== 'late') {
          sorted[i - 1] = { ...b, version: a.version } as AnyTicketEvent
          sorted[i] = { ...a, version: b.version } as AnyTicketEvent
        }
      }
      return sorted
    }
    parts((definitions, events) => recompute(definitions, early(events)), richer['with rules'])
  })
})

describe('recompute', () => {
  const definition = desk({ firstResponse: '4h', resolution: '8h' }, 'office')
  const told = story(definition).open('Mon 09:00').do('Mon 14:00', ana, { type: 'reply', body: 'x' })

  it('works out the clocks afresh, and finds nothing to say of a log that is right', () => {
    const found = recompute(definition, told.events)
    expect(found).toMatchObject({ ticketId: 't1', at: when('Mon 14:00'), clocks: told.ticket.clocks, differences: [] })
    expect(found.ledger.map(({ type }) => type)).toEqual([
      'sla_applied',
      'sla_started',
      'sla_started',
      'sla_breached',
      'sla_fulfilled',
      'sla_paused',
    ])
  })

  it('says what differs: entries that one of them lacks, and keys that say something else', () => {
    const other = desk({ firstResponse: '6h', resolution: '8h' }, 'office')
    const differences = recompute(other, told.events).differences
    const shown = differences.map(({ type, metric, stored, recomputed, keys }) => ({
      what: `${type} ${metric}`,
      has: stored && recomputed ? 'both' : stored ? 'log' : 'recomputed',
      keys: keys.filter((key) => !key.endsWith('ersion')),
    }))
    expect(shown).toEqual([
      { what: 'sla_applied null', has: 'both', keys: [] },
      { what: 'sla_started firstResponse', has: 'both', keys: ['clock.dueAt', 'clock.lateFrom', 'clock.targetMs'] },
      { what: 'sla_started resolution', has: 'both', keys: [] },
      { what: 'sla_breached firstResponse', has: 'log', keys: [] },
      {
        what: 'sla_fulfilled firstResponse',
        has: 'both',
        keys: ['breachedAt', 'dueAt', 'lateFrom', 'latenessMs', 'targetMs'].map((key) => `clock.${key}`),
      },
      { what: 'sla_paused resolution', has: 'both', keys: [] },
    ])
  })

  it('finds an entry that somebody changed', () => {
    const events = told.events.map((event) =>
      event.type === 'sla_fulfilled'
        ? { ...event, data: { ...event.data, clock: { ...event.data.clock, elapsedMs: 1 } } }
        : event,
    )
    expect(recompute(definition, events).differences).toMatchObject([
      { type: 'sla_fulfilled', metric: 'firstResponse', keys: ['clock.elapsedMs'] },
    ])
  })

  it('leaves the log that it is given as it is', () => {
    const events = JSON.parse(JSON.stringify(told.events)) as AnyTicketEvent[]
    recompute(desk({ firstResponse: '1h' }), events)
    expect(events).toEqual(told.events)
    expect(events.every((event) => !Object.isFrozen(event.data))).toBe(true)
  })

  it.each<[string, unknown, unknown, string, string]>([
    ['no definition', undefined, [], 'invalid_definition', 'definitions'],
    ['plain JSON for a definition', {}, [], 'invalid_definition', 'definitions'],
    ['a list with something else in it', [definition, null], [], 'invalid_definition', 'definitions[1]'],
    ['no definition in the list', [], told.events, 'invalid_definition', 'definitions'],
    ['no log', definition, undefined, 'event_malformed', 'events'],
    ['a text', definition, 'events', 'event_malformed', 'events'],
    ['an empty log', definition, [], 'event_malformed', 'events'],
    [
      'something else in the log',
      definition,
      [...told.events.slice(0, 2), { type: 'x' }],
      'event_malformed',
      'events[2]',
    ],
    ['a log with a gap', definition, told.events.toSpliced(1, 1), 'event_malformed', 'events[1]'],
    [
      'an event of a later release',
      definition,
      [told.events[0], { ...told.events[1], v: 9 }],
      'event_too_new',
      'events[1]',
    ],
    [
      'a clock that is none',
      definition,
      told.events.map((event) => (event.type === 'sla_started' ? { ...event, data: {} } : event)),
      'event_malformed',
      'events[3]',
    ],
  ])('refuses %s', (_what, definitions, events, code, path) => {
    let error: unknown
    try {
      recompute(definitions as Definition, events as AnyTicketEvent[])
    } catch (thrown) {
      error = thrown
    }
    expect(error).toMatchObject({ name: 'DeskError', code })
    expect((error as { path?: string }).path ?? '').toBe(path)
  })
})

import {
  type AnyTicketEvent,
  advance,
  compileDefinition,
  DeskError,
  defineDesk,
  evolve,
  rebuild,
  type Ticket,
  upcastEvent,
} from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, day, hour, mari, minute, story, when } from '../story.ts'

const definition = defineDesk({
  levels: [
    {
      id: 'std',
      calendar: 'alwaysOpen',
      targets: [
        { metric: 'resolution', within: '2h' },
        { metric: 'firstResponse', within: '3h' },
      ],
    },
  ],
  slaRules: [{ level: 'std' }],
})
const told = () =>
  story(definition)
    .open('Mon 09:00')
    .do('Mon 10:00', ana, { type: 'postpone', until: when('Mon 12:00') })
    .until('Mon 20:00')
    .do('Mon 21:00', ana, { type: 'resolve' })
const codeOf = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return error instanceof DeskError ? error.code : String(error)
  }
  return 'nothing'
}

describe('the envelope', () => {
  it('of a command: id from ticket and version, tenant, cause, actor, revision, definition', () => {
    expect(told().events[0]).toEqual({
      id: 't1:1',
      ticketId: 't1',
      tenant: 'default',
      version: 1,
      revision: 1,
      type: 'ticket_opened',
      v: 1,
      at: when('Mon 09:00'),
      recordedAt: when('Mon 09:00'),
      actor: { kind: 'requester', id: 'mari' },
      cause: { kind: 'command', id: 'c0' },
      definitionVersion: definition.version,
      data: expect.any(Object),
      personal: expect.any(Object),
    })
  })

  it('of a fact of time: its own instant, nobody’s revision', () => {
    const breach = told().events.find(({ type }) => type === 'sla_breached')
    expect(breach).toMatchObject({
      at: when('Mon 13:00') + 1,
      recordedAt: when('Mon 20:00'),
      actor: { kind: 'system', id: 'time' },
      cause: { kind: 'time', fact: 'breach' },
      revision: 2,
    })
  })

  it('versions have no gaps, ids and instants are in order, all of it is frozen plain JSON', () => {
    const { events, ticket } = told()
    expect(events.map(({ version }) => version)).toEqual(events.map((_, i) => i + 1))
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((a, b) => a - b))
    expect(JSON.parse(JSON.stringify(events))).toEqual(events)
    expect(JSON.parse(JSON.stringify(ticket))).toEqual(ticket)
    for (const event of events) {
      expect(Object.isFrozen(event)).toBe(true)
      expect(Object.isFrozen(event.data)).toBe(true)
    }
    expect(Object.isFrozen(ticket) && Object.isFrozen(ticket.counts) && Object.isFrozen(ticket.clocks.resolution)).toBe(
      true,
    )
  })

  it('an actor’s name is no part of it', () => {
    const named = story(definition).open('Mon 09:00', {}, { ...mari, name: 'Mari Maasikas' })
    expect(JSON.stringify(named.events.map(({ personal: _, ...event }) => event))).not.toContain('Maasikas')
  })
})

describe('rebuild and evolve', () => {
  it('an empty log is no ticket', () => expect(rebuild([])).toBeNull())

  it.each<[what: string, change: (events: AnyTicketEvent[]) => unknown[]]>([
    ['a gap', (events) => events.filter(({ version }) => version !== 3)],
    ['the first one missing', (events) => events.slice(1)],
    ['one twice', (events) => [...events.slice(0, 2), events[1], ...events.slice(2)]],
    ['out of order', ([a, b, c, ...rest]) => [a, c, b, ...rest]],
    ['null', (events) => [...events, null]],
    ['text', (events) => [...events, 'event']],
    ['an empty object', (events) => [...events, {}]],
    ['one without data', ([first, ...rest]) => [{ ...first, data: undefined }, ...rest]],
    ['one with a list for data', ([first, ...rest]) => [{ ...first, data: [] }, ...rest]],
    ['one with a fraction for an instant', ([first, ...rest]) => [{ ...first, at: 0.5 }, ...rest]],
    ['version 0 of a schema', ([first, ...rest]) => [{ ...first, v: 0 }, ...rest]],
  ])('%s: event_malformed', (_what, change) => {
    expect(codeOf(() => rebuild(change([...told().events])))).toBe('event_malformed')
  })

  it.each([
    ['a type', { type: 'ticket_teleported' }],
    ['a version', { v: 2 }],
    ['a name of the prototype', { type: 'constructor' }],
  ])('%s of a later release: event_too_new, nothing partly loaded (hazard 43)', (_what, change) => {
    const { events } = told()
    const last = events.at(-1) as AnyTicketEvent
    const log = [...events.slice(0, -1), { ...last, ...change }]
    expect(codeOf(() => rebuild(log))).toBe('event_too_new')
    expect(codeOf(() => evolve(rebuild(events), { ...last, version: last.version + 1, ...change }))).toBe(
      'event_too_new',
    )
  })

  it('needs no definition and no calendar: a log of names nobody knows any more', () => {
    const renamed = JSON.parse(
      JSON.stringify(told().events).replaceAll('"Resolved"', '"Erledigt"').replaceAll('"std"', '"gone"'),
    )
    expect(rebuild(renamed)).toMatchObject({ status: 'Erledigt', kind: 'resolved', sla: { level: 'gone' } })
  })

  it('without what is personal, states, clocks and order are the same (hazard 45)', () => {
    const { events, ticket } = told()
    const erased = rebuild(events.map(({ personal: _, ...event }) => event)) as Ticket
    expect(erased).toEqual({ ...ticket, subject: '', excerpt: '' })
  })

  it('does not change the ticket it is given, and freezes the one it returns', () => {
    const { events } = told()
    const before = rebuild(events.slice(0, -1)) as Ticket
    const copy = structuredClone(before)
    const after = evolve(before, events.at(-1))
    expect(before).toEqual(copy)
    expect(Object.isFrozen(after)).toBe(true)
  })
})

describe('upcasting', () => {
  // a type that has had three shapes: { name } → { label } → { label, loud }
  const rows = {
    signalled: {
      v: 3,
      upcast: [
        ({ data, ...more }: { data: Record<string, unknown>; personal?: Record<string, unknown> }) => ({
          ...more,
          data: { label: data.name },
        }),
        ({ data, ...more }: { data: Record<string, unknown>; personal?: Record<string, unknown> }) => ({
          ...more,
          data: { ...data, loud: false },
        }),
      ],
      apply: () => {},
    },
  }
  const event = (v: number, data: object) => ({
    id: 't1:2',
    ticketId: 't1',
    tenant: 'default',
    version: 2,
    revision: 2,
    type: 'signalled',
    v,
    at: 1,
    recordedAt: 1,
    actor: { kind: 'agent', id: 'ana' },
    cause: { kind: 'command', id: 'c' },
    definitionVersion: 'x',
    data,
  })

  it.each([
    [1, { name: 'x' }],
    [2, { label: 'x' }],
    [2, { label: 'x', loud: undefined }],
  ])('brings version %i up step by step', (v, data) => {
    const old = Object.freeze(event(v, Object.freeze(data)))
    expect(upcastEvent(old, rows)).toEqual({ ...old, v: 3, data: { label: 'x', loud: false } })
  })

  it('leaves the newest as it is', () => {
    const newest = event(3, { label: 'x', loud: true })
    expect(upcastEvent(newest, rows)).toBe(newest)
  })

  it('brings what is personal along', () => {
    expect(upcastEvent({ ...event(1, { name: 'x' }), personal: { a: 1 } }, rows)).toMatchObject({ personal: { a: 1 } })
  })

  it.each([
    ['a later version', 4, 'event_too_new'],
    ['version 0', 0, 'event_malformed'],
    ['half a version', 1.5, 'event_malformed'],
  ])('%s is refused', (_what, v, code) => {
    expect(codeOf(() => upcastEvent(event(v, {}), rows))).toBe(code)
  })

  it('a step that is missing is found', () => {
    const gap = { signalled: { ...rows.signalled, upcast: rows.signalled.upcast.slice(1) } }
    expect(codeOf(() => upcastEvent(event(1, {}), gap))).toBe('event_malformed')
  })
})

describe('lazy time', () => {
  const strip = (events: readonly AnyTicketEvent[]) => events.map(({ recordedAt: _, ...event }) => event)

  it.each([
    ['each minute', minute],
    ['every seven minutes', 7 * minute],
    ['once a day', day],
  ])('polled %s or never, the events are the same', (_name, step) => {
    const life = (poll: boolean) => {
      const ticket = story(definition).open('Mon 09:00')
      const wait = (from: string, to: string) => {
        for (let at = when(from); poll && at < when(to); at += step) ticket.until(at)
      }
      wait('Mon 09:00', 'Mon 10:00')
      ticket.do('Mon 10:00', ana, { type: 'postpone', until: when('Mon 15:30') })
      wait('Mon 10:00', 'Mon 22:00')
      ticket.do('Mon 22:00', ana, { type: 'resolve' })
      wait('Mon 22:00', 'Sun 23:00')
      return ticket.until('Sun 23:00')
    }
    const [polled, never] = [life(true), life(false)]
    expect(strip(polled.events)).toEqual(strip(never.events))
    expect(polled.ticket).toEqual(never.ticket)
  })

  it('advance says when time changes the ticket next', () => {
    const ticket = story(definition).open('Mon 09:00')
    const first = advance(definition, ticket.ticket, when('Mon 09:00'))
    expect(first).toEqual({
      ticket: ticket.ticket,
      events: [],
      effects: [],
      nextAt: when('Mon 11:00') + 1,
      more: false,
    })
    expect(advance(definition, ticket.ticket, when('Mon 11:30'))).toMatchObject({
      nextAt: when('Mon 12:00') + 1,
      events: [{}],
    })
    expect(advance(definition, ticket.ticket, when('Sun 00:00'))).toMatchObject({ nextAt: null, events: [{}, {}] })
  })

  it('a limit bounds one commit, not the whole: nothing is dropped or overtaken', () => {
    const { ticket } = story(definition).open('Mon 09:00')
    const one = advance(definition, ticket, when('Mon 20:00'), { limit: 1 })
    expect(one).toMatchObject({ more: true, nextAt: when('Mon 12:00') + 1, events: [{ at: when('Mon 11:00') + 1 }] })
    const two = advance(definition, one.ticket, when('Mon 20:00'), { limit: 1 })
    const whole = advance(definition, ticket, when('Mon 20:00'))
    expect(two).toMatchObject({ more: false, nextAt: null })
    expect(two.ticket).toEqual(whole.ticket)
    expect([...one.events, ...two.events]).toEqual(whole.events)
  })

  it('a clock that stands still, or that time has not moved, yields nothing', () => {
    const { ticket } = story(definition).open('Mon 09:00').until('Mon 20:00')
    expect(advance(definition, ticket, when('Mon 20:00')).ticket).toBe(ticket)
    expect(advance(definition, ticket, ticket.lastAt - hour).ticket).toBe(ticket)
  })
})

describe('a definition', () => {
  it('is frozen plain data that gives itself again', () => {
    expect(Object.isFrozen(definition)).toBe(true)
    expect(Object.isFrozen(definition.json)).toBe(true)
    const again = compileDefinition(JSON.parse(JSON.stringify(definition.json)))
    expect('value' in again && again.value.version).toBe(definition.version)
  })

  it('has another version when anything in it changes, and not when it is written in another order', () => {
    const versionOf = (json: unknown) => {
      const found = compileDefinition(json)
      return 'value' in found ? found.value.version : found.refusals
    }
    expect(versionOf({ newTags: false, tags: [{ name: 'a', archived: true }] })).toBe(
      versionOf({ tags: [{ archived: true, name: 'a' }], newTags: false }),
    )
    expect(versionOf({ newTags: false })).not.toBe(versionOf({ newTags: true }))
    expect(versionOf({ since: 5 })).toBe(versionOf({}))
  })

  it.each<[what: string, json: unknown, code: string, path: string]>([
    ['an unknown key', { sttuses: [] }, 'invalid_definition', 'sttuses'],
    ['a list', [], 'invalid_definition', ''],
    ['null', null, 'invalid_definition', ''],
    [
      'a level of an unknown calendar',
      { levels: [{ id: 'l', calendar: 'office', targets: [] }] },
      'unknown_name',
      'levels[0].calendar',
    ],
    [
      'a target without a calendar',
      { levels: [{ id: 'l', targets: [{ metric: 'resolution', within: '1h' }] }] },
      'missing_calendar',
      'levels[0].targets[0]',
    ],
    [
      'an unknown metric',
      { levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resoluton', within: '1h' }] }] },
      'unknown_name',
      'levels[0].targets[0].metric',
    ],
    [
      'a metric twice',
      {
        levels: [
          {
            id: 'l',
            calendar: 'alwaysOpen',
            targets: [
              { metric: 'resolution', within: '1h' },
              { metric: 'resolution', within: '2h' },
            ],
          },
        ],
      },
      'duplicate_name',
      'levels[0].targets[1].metric',
    ],
    [
      'an unknown priority',
      { levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: { Hgh: '1h' } }] }] },
      'unknown_name',
      'levels[0].targets[0].within.Hgh',
    ],
    [
      'a target of a day',
      { levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '1 day' }] }] },
      'invalid_duration',
      'levels[0].targets[0].within',
    ],
    [
      'a target under a second',
      { levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: { High: 999 } }] }] },
      'invalid_duration',
      'levels[0].targets[0].within.High',
    ],
    [
      'an unknown pause',
      {
        levels: [
          { id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '1h', pauses: ['Opn'] }] },
        ],
      },
      'unknown_name',
      'levels[0].targets[0].pauses[0]',
    ],
    [
      'a level twice',
      {
        levels: [
          { id: 'l', targets: [] },
          { id: 'l', targets: [] },
        ],
      },
      'duplicate_name',
      'levels[1].id',
    ],
    ['a rule to an unknown level', { slaRules: [{ level: 'gold' }] }, 'unknown_name', 'slaRules[0].level'],
    ['an unknown desk calendar', { calendar: 'office' }, 'unknown_name', 'calendar'],
    [
      'a calendar that never opens',
      { calendars: [{ id: 'c', zone: 'UTC', hours: {} }] },
      'calendar_never_open',
      'calendars[0]',
    ],
    [
      'a calendar twice',
      { calendars: [1, 2].map(() => ({ id: 'c', zone: 'UTC', hours: { mon: [['09:00', '10:00']] } })) },
      'duplicate_name',
      'calendars[1].id',
    ],
    [
      'a calendar of the built-in name',
      { calendars: [{ id: 'alwaysOpen', zone: 'UTC', hours: { mon: [['09:00', '10:00']] } }] },
      'duplicate_name',
      'calendars[0].id',
    ],
    [
      'an unknown zone',
      { calendars: [{ id: 'c', zone: 'Europe/Talinn', hours: { mon: [['09:00', '10:00']] } }] },
      'unknown_zone',
      'calendars[0].zone',
    ],
    [
      'a priority twice',
      {
        priorities: [
          { name: 'a', rank: 1 },
          { name: 'a', rank: 2 },
        ],
      },
      'duplicate_name',
      'priorities[1].name',
    ],
    [
      'a rank twice',
      {
        priorities: [
          { name: 'a', rank: 1 },
          { name: 'b', rank: 1 },
        ],
      },
      'duplicate_name',
      'priorities[1].rank',
    ],
    ['an unknown default priority', { defaultPriority: 'Lo' }, 'unknown_name', 'defaultPriority'],
    ['a tag twice, by its fold', { tags: [{ name: 'Straße' }, { name: 'STRASSE' }] }, 'duplicate_name', 'tags[1].name'],
    ['a view twice', { views: [{ id: 'v' }, { id: 'v' }] }, 'duplicate_name', 'views[1].id'],
    ['a view of 1,001', { views: [{ id: 'v', limit: 1_001 }] }, 'invalid_definition', 'views[0].limit'],
    ['since without a zone', { since: '2026-01-01T00:00:00' }, 'invalid_instant', 'since'],
    ['"1" for 1', { priorities: [{ name: 'a', rank: '1' }] }, 'invalid_definition', 'priorities[0].rank'],
    [
      '__proto__',
      JSON.parse('{"levels":[{"id":"l","targets":[],"__proto__":1}]}'),
      'forbidden_key',
      'levels[0].__proto__',
    ],
    ['a name with a line break', { priorities: [{ name: 'a\nb', rank: 1 }] }, 'invalid_text', 'priorities[0].name'],
  ])('%s is refused with its path', (_what, json, code, path) => {
    const found = compileDefinition(json)
    expect('refusals' in found && found.refusals).toContainEqual(expect.objectContaining({ code, path }))
    expect(codeOf(() => defineDesk(json as never))).not.toBe('nothing')
  })

  it('tells everything that is wrong at once', () => {
    const found = compileDefinition({
      calendar: 'x',
      defaultPriority: 'y',
      slaRules: [{ level: 'z' }],
      workflow: { statuses: [{ name: 'New', kind: 'new' }] },
    })
    expect('refusals' in found && found.refusals.map(({ path }) => path).sort()).toEqual([
      'calendar',
      'defaultPriority',
      'slaRules[0].level',
      'workflow.statuses',
      'workflow.statuses',
    ])
  })
})

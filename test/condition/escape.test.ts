import { type Condition, compileDefinition, type DeskError, defineDesk, matches } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { globTest } from '../../src/condition/glob.ts'
import { leastCpuMs } from '../cpu.ts'
import { story } from '../story.ts'

const { ticket } = story(defineDesk({})).open('Mon 09:00', { fields: { a: { b: 1 } } })

/** What reaches beyond an object's own facts, in many a rule engine. */
const keys = ['__proto__', 'constructor', 'prototype']
const inherited = [
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  '__lookupGetter__',
  'isPrototypeOf',
  'at',
  'map',
  'concat',
  'call',
  'apply',
  'bind',
  'then',
  'caller',
  'arguments',
  'polluted',
]
const unknown = [
  ...keys,
  ...inherited,
  ...keys.flatMap((a) => [...keys, ...inherited].map((b) => `${a}.${b}`)),
  ...['requester', 'clocks', 'counts', 'links', 'sla', 'event', 'message', 'actor'].flatMap((room) =>
    [...keys, 'toString', 'polluted'].map((key) => `${room}.${key}`),
  ),
  ...keys.flatMap((key) => [`fields.${key}`, `fields.a.${key}`, `fields.${key}.a`, `fields.a.b.${key}.c`]),
  ...[
    '',
    '.',
    '..',
    'fields',
    'fields.',
    'fields..',
    'fields..a',
    'fields.a.',
    'fields.a..b',
    '.fields.a',
    ' fields.a',
    'Fields.a',
    'fields[0]',
    "fields['a']",
    'fields/a',
    '$',
    '$.fields.a',
    '$where',
    '{{fields.a}}',
    'ticket',
    'ticket.id',
    'this',
    'this.constructor',
    'process.env',
    'globalThis',
    'require',
    'import',
    'eval',
    'status; DROP TABLE tickets',
    "status' OR '1'='1",
    'status--',
    'status\u200b',
    'ѕtatus',
    'STATUS',
  ],
  ...[
    'fields.<path>',
    'sla.<metric>.state',
    'hoursSince.<instant>',
    'inBusinessHours.<calendar>',
    'weekday.<zone>',
    'event.weekday.<zone>',
  ].map((name) => (name === 'fields.<path>' ? 'fields.' : name)),
  ...[
    ...['sla', 'inBusinessHours', 'event.inBusinessHours', 'event.weekday', 'weekday', 'hoursSince'].flatMap((family) =>
      keys.map((key) => (family === 'sla' ? `sla.${key}.state` : `${family}.${key}`)),
    ),
    'sla..state',
    'sla.state',
    'sla.resolution',
    'sla.resolution.',
    'sla.resolution.constructor',
    'sla.resolution.__proto__',
    'sla.__proto__.polluted',
  ],
  ...[
    'hoursSince.',
    'hoursSince.subject',
    'hoursSince.now',
    'hoursSince.hoursSince.openedAt',
    'hoursSince.constructor',
    'hoursSince.__proto__',
  ],
  ...[
    'weekday.',
    'weekday.Mars/Olympus',
    'weekday.+02:00',
    'weekday.constructor',
    'weekday.__proto__',
    'inBusinessHours.',
    'inBusinessHours',
  ],
]

describe('fields that reach beyond a ticket’s own facts (hazard 27)', () => {
  it('are 200 at least, each written once', () => {
    expect(new Set(unknown).size).toBeGreaterThanOrEqual(200)
  })

  it.each([...new Set(unknown)])('%j is refused when it is defined, and when it is asked', (field) => {
    const before = Object.getOwnPropertyNames(Object.prototype)
    const found = compileDefinition({
      timeRules: [{ id: 'r', since: 'openedAt', after: 1, when: { field, op: 'present' }, do: [{ type: 'escalate' }] }],
    })
    expect(found).toMatchObject({ refusals: [{ code: 'unknown_name', path: 'timeRules[0].when.field' }] })
    const condition = { all: [{ field, op: 'present' }] } as Condition
    expect(() => matches(condition, ticket)).toThrow(
      expect.objectContaining<Partial<DeskError>>({ code: 'unknown_name', path: 'all[0].field' }),
    )
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  })

  it.each(inherited)('a custom field %s is there only if the ticket has one of its own', (name) => {
    expect(matches({ field: `fields.${name}`, op: 'present' }, ticket)).toBe(false)
    expect(matches({ field: `fields.a.${name}`, op: 'present' }, ticket)).toBe(false)
    expect(matches({ field: `fields.a.b.${name}`, op: 'present' }, ticket)).toBe(false)
  })

  it('names of the prototype are names like any other where something has them', () => {
    const [zone, hours] = ['UTC', { mon: [['09:00', '17:00']] }]
    const names = ['constructor', 'toString', 'prototype']
    const definition = defineDesk({
      calendars: names.map((id) => ({ id, zone, hours }) as never),
    })
    for (const name of names) {
      const when = { field: `inBusinessHours.${name}`, op: 'is', value: true } as Condition
      const asked = (now: string) => matches(when, ticket, { now: Date.parse(now), definition })
      expect([asked('2024-01-15T10:00Z'), asked('2024-01-15T20:00Z')]).toEqual([true, false])
      const timeRules = [{ id: 'r', since: 'openedAt', after: 1, when, do: [{ type: 'escalate' }] }]
      expect(compileDefinition({ calendars: definition.json.calendars, timeRules })).toHaveProperty('value')
    }
  })

  it.each(keys)('%s is refused as a key of a condition', (key) => {
    const when = JSON.parse(`{ "field": "status", "op": "present", "${key}": {} }`)
    expect(compileDefinition({ views: [{ id: 'v', when }] })).toMatchObject({ refusals: [{ code: 'forbidden_key' }] })
  })
})

describe('patterns take time that is bounded by what is compared', () => {
  it('twenty runs on a text made to go back', () => {
    const test = globTest(`${'*a'.repeat(20)}b`)
    const text = 'a'.repeat(50_000)
    // without a bound it would be more steps than the universe has atoms;
    // test/condition/glob.test.ts says how few it takes
    expect(leastCpuMs(() => expect(test(text)).toBe(false), 50)).toBeLessThan(50)
  })

  it('more than twenty are refused, full-width ones too', () => {
    const issues = (value: string) =>
      compileDefinition({ views: [{ id: 'v', when: { field: 'subject', op: 'glob', value } }] })
    expect(issues('*a'.repeat(20))).toHaveProperty('value')
    expect(issues('*a'.repeat(21))).toMatchObject({
      refusals: [{ code: 'invalid_definition', path: 'views[0].when.value' }],
    })
    expect(issues('＊a'.repeat(21))).toMatchObject({ refusals: [{ path: 'views[0].when.value' }] })
    expect(issues('\\*'.repeat(200))).toHaveProperty('value')
  })
})

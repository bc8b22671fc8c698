import {
  type AnyTicketEvent,
  bounds,
  createDesk,
  DeskError,
  defineDesk,
  isDeskError,
  memoryStore,
  parseCommand,
  type Refusal,
} from 'ticketwright'
import { afterAll, describe, expect, it } from 'vitest'
import { leastCpuMs } from '../cpu.ts'
import { ana, mari, story, when } from '../story.ts'

const definition = defineDesk({})
const open = () => story(definition).open('Mon 09:00')

/** JSON as it comes over the wire, where `__proto__` is a key like any other. */
const json = (text: string) => JSON.parse(text)

interface Bad {
  readonly what: string
  readonly request: { readonly type: string; readonly [field: string]: unknown }
  readonly code: Refusal['code']
  readonly path?: string
  readonly facts?: object
}

/** Hazards 26, 30, 31, 34: each with its code and its path. */
const bad: readonly Bad[] = [
  // 31: too large
  {
    what: '1 MB subject',
    request: { type: 'setFields', subject: 'x'.repeat(1_000_000) },
    code: 'too_large',
    path: 'subject',
    facts: { limit: 500, actual: 1_000_000, unit: 'characters' },
  },
  {
    what: '501 characters of subject',
    request: { type: 'setFields', subject: 'x'.repeat(501) },
    code: 'too_large',
    path: 'subject',
  },
  {
    what: '1 MB body',
    request: { type: 'reply', body: 'x'.repeat(1_000_000) },
    code: 'too_large',
    path: 'body',
    facts: { limit: 262_144, unit: 'bytes' },
  },
  {
    what: '256 kB and a byte of body',
    request: { type: 'reply', body: 'x'.repeat(262_145) },
    code: 'too_large',
    path: 'body',
  },
  {
    what: 'a body of 100,000 three-byte characters',
    request: { type: 'reply', body: '€'.repeat(100_000) },
    code: 'too_large',
    path: 'body',
    facts: { actual: 300_000 },
  },
  {
    what: '1,000 tags',
    request: { type: 'tag', tags: Array.from({ length: 1_000 }, (_, i) => `t${i}`) },
    code: 'too_large',
    path: 'tags',
    facts: { limit: 50, actual: 1_000, unit: 'entries' },
  },
  {
    what: '101 fields',
    request: { type: 'setFields', fields: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`f${i}`, 1])) },
    code: 'too_large',
    path: 'fields',
  },
  {
    what: '51 attachments',
    request: {
      type: 'reply',
      attachments: Array.from({ length: 51 }, (_, i) => ({
        id: `a${i}`,
        name: 'n',
        mediaType: 'text/plain',
        bytes: 1,
        reference: 'r',
      })),
    },
    code: 'too_large',
    path: 'attachments',
  },
  {
    what: 'depth 100,000',
    request: { type: 'setFields', fields: { deep: json('['.repeat(100_000) + ']'.repeat(100_000)) } },
    code: 'too_large',
    facts: { limit: 32, unit: 'levels' },
  },
  {
    what: 'depth 100,000 of objects',
    request: { type: 'setFields', fields: { deep: json(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`) } },
    code: 'too_large',
    facts: { limit: 32, unit: 'levels' },
  },
  {
    what: 'an id of 65 characters',
    request: { type: 'assign', agent: 'a'.repeat(65) },
    code: 'too_large',
    path: 'agent',
    facts: { limit: 64 },
  },
  {
    what: 'a name of 201 characters',
    request: { type: 'transfer', department: 'a'.repeat(201) },
    code: 'too_large',
    path: 'department',
    facts: { limit: 200 },
  },
  // 26: keys
  {
    what: '__proto__ among the keys',
    request: json('{"type":"reply","__proto__":{"a":1}}'),
    code: 'forbidden_key',
    path: '__proto__',
    facts: { key: '__proto__' },
  },
  {
    what: '__proto__ in fields',
    request: json('{"type":"setFields","fields":{"__proto__":{"polluted":1}}}'),
    code: 'forbidden_key',
    path: 'fields.__proto__',
  },
  {
    what: '__proto__ far down',
    request: json('{"type":"setFields","fields":{"a":[{"b":{"__proto__":1}}]}}'),
    code: 'forbidden_key',
    path: 'fields.a[0].b.__proto__',
  },
  {
    what: 'constructor in fields',
    request: json('{"type":"setFields","fields":{"constructor":1}}'),
    code: 'forbidden_key',
    path: 'fields.constructor',
  },
  {
    what: 'prototype in fields',
    request: json('{"type":"setFields","fields":{"x":{"prototype":1}}}'),
    code: 'forbidden_key',
    path: 'fields.x.prototype',
  },
  {
    what: '__proto__ in a requester',
    request: json('{"type":"setRequester","requester":{"id":"a","__proto__":{}}}'),
    code: 'forbidden_key',
    path: 'requester.__proto__',
  },
  // 30: text
  {
    what: 'half a surrogate pair in the body',
    request: { type: 'reply', body: 'x\uD800' },
    code: 'invalid_text',
    path: 'body',
  },
  {
    what: 'half a surrogate pair in a field',
    request: { type: 'setFields', fields: { a: ['\uDC00'] } },
    code: 'invalid_text',
    path: 'fields.a[0]',
  },
  {
    what: 'half a surrogate pair in a key',
    request: { type: 'setFields', fields: { '\uD800': 1 } },
    code: 'invalid_text',
  },
  { what: 'NUL in the body', request: { type: 'reply', body: 'a\0b' }, code: 'invalid_text', path: 'body' },
  {
    what: 'NUL in a field',
    request: { type: 'setFields', fields: { a: 'x\0' } },
    code: 'invalid_text',
    path: 'fields.a',
  },
  { what: 'NUL in the key of a field', request: { type: 'setFields', fields: { 'a\0': 1 } }, code: 'invalid_text' },
  ...(['\r', '\n', '\0', '\u2028', '\u2029', '\u0007', '\u0085', '\t'] as const).flatMap((character): Bad[] => [
    {
      what: `${JSON.stringify(character)} in the subject`,
      request: { type: 'setFields', subject: `a${character}b` },
      code: 'invalid_text',
      path: 'subject',
    },
    {
      what: `${JSON.stringify(character)} in a name`,
      request: { type: 'setRequester', requester: { id: 'a', name: `a${character}b` } },
      code: 'invalid_text',
      path: 'requester.name',
    },
    {
      what: `${JSON.stringify(character)} in an address`,
      request: { type: 'setRequester', requester: { id: 'a', email: `a${character}b` } },
      code: 'invalid_text',
      path: 'requester.email',
    },
    {
      what: `${JSON.stringify(character)} in an attachment’s name`,
      request: {
        type: 'reply',
        attachments: [{ id: 'a', name: `a${character}`, mediaType: 't', bytes: 1, reference: 'r' }],
      },
      code: 'invalid_text',
      path: 'attachments[0].name',
    },
  ]),
  { what: 'an id with a space', request: { type: 'assign', agent: 'a b' }, code: 'invalid_text', path: 'agent' },
  { what: 'an id that is empty', request: { type: 'assign', agent: '' }, code: 'invalid_text', path: 'agent' },
  { what: 'an id beyond ASCII', request: { type: 'assign', agent: 'ööö' }, code: 'invalid_text', path: 'agent' },
  // instants
  {
    what: 'an instant without a zone',
    request: { type: 'reply', sentAt: '2026-01-01T10:00:00' },
    code: 'invalid_instant',
    path: 'sentAt',
  },
  {
    what: '30 February',
    request: { type: 'reply', sentAt: '2026-02-30T10:00:00Z' },
    code: 'invalid_instant',
    path: 'sentAt',
  },
  {
    what: 'a leap second',
    request: { type: 'reply', sentAt: '2016-12-31T23:59:60Z' },
    code: 'invalid_instant',
    path: 'sentAt',
  },
  { what: 'NaN', request: { type: 'reply', sentAt: Number.NaN }, code: 'invalid_instant', path: 'sentAt' },
  { what: 'half a millisecond', request: { type: 'reply', sentAt: 0.5 }, code: 'invalid_instant', path: 'sentAt' },
  {
    what: 'the year 2200',
    request: { type: 'reply', sentAt: '2200-01-01T00:00:00Z' },
    code: 'invalid_instant',
    path: 'sentAt',
  },
  {
    what: 'an instant of a nested message',
    request: { type: 'update', message: { sentAt: 'now' } },
    code: 'invalid_instant',
    path: 'message.sentAt',
  },
  {
    what: 'a requester since 30 February',
    request: { type: 'setRequester', requester: { id: 'a', since: '2026-02-30T00:00:00Z' } },
    code: 'invalid_instant',
    path: 'requester.since',
  },
  // 34: shapes
  {
    what: 'an unknown key',
    request: { type: 'reply', bdy: 'x' },
    code: 'invalid_command',
    path: 'bdy',
    facts: { reason: 'unknown key "bdy"' },
  },
  {
    what: 'an unknown key further down',
    request: { type: 'update', message: { body: 'x', to: 'y' } },
    code: 'invalid_command',
    path: 'message.to',
  },
  { what: 'an unknown command', request: { type: 'rply' }, code: 'invalid_command', path: 'type' },
  { what: 'a command of the prototype', request: { type: 'constructor' }, code: 'invalid_command', path: 'type' },
  {
    what: 'half of a merge',
    request: { type: 'receiveMerge', from: 'x', waitingSince: null },
    code: 'invalid_command',
    path: 'type',
  },
  {
    what: 'an array for an object',
    request: { type: 'setFields', fields: [] },
    code: 'invalid_command',
    path: 'fields',
  },
  {
    what: 'an array for a message',
    request: { type: 'update', message: [] },
    code: 'invalid_command',
    path: 'message',
  },
  { what: 'an object for a list', request: { type: 'tag', tags: { 0: 'x' } }, code: 'invalid_command', path: 'tags' },
  {
    what: 'a list with a hole',
    request: { type: 'setFields', fields: { a: Object.assign(new Array(3), { 0: 1, 2: 2 }) } },
    code: 'invalid_command',
    path: 'fields.a',
  },
  { what: '"0" for 0', request: { type: 'setFields', affected: '0' }, code: 'invalid_command', path: 'affected' },
  { what: '"5" for a score', request: { type: 'rate', score: '5' }, code: 'invalid_command', path: 'score' },
  {
    what: '"true" for true',
    request: { type: 'reply', automatic: 'true' },
    code: 'invalid_command',
    path: 'automatic',
  },
  {
    what: 'a fraction of a person',
    request: { type: 'setFields', affected: 1.5 },
    code: 'invalid_command',
    path: 'affected',
  },
  {
    what: 'a negative number of people',
    request: { type: 'setFields', affected: -1 },
    code: 'invalid_command',
    path: 'affected',
  },
  {
    what: 'an infinite effort',
    request: { type: 'setFields', effortMinutes: Number.POSITIVE_INFINITY },
    code: 'invalid_command',
    path: 'effortMinutes',
  },
  {
    what: 'a Date among fields',
    request: { type: 'setFields', fields: { a: new Date(0) } },
    code: 'invalid_command',
    path: 'fields.a',
  },
  {
    what: 'a function among fields',
    request: { type: 'setFields', fields: { a: () => 1 } },
    code: 'invalid_command',
    path: 'fields.a',
  },
  {
    what: 'undefined among fields',
    request: { type: 'setFields', fields: { a: undefined } },
    code: 'invalid_command',
    path: 'fields.a',
  },
  {
    what: 'NaN among fields',
    request: { type: 'setFields', fields: { a: Number.NaN } },
    code: 'invalid_command',
    path: 'fields.a',
  },
  ...(['setFields', 'update'] as const).flatMap((type): Bad[] => [
    {
      what: `${type} of a field that no condition can name`,
      request: { type, fields: { ok: 1, 'a.b': 1 } },
      code: 'invalid_text',
      path: 'fields["a.b"]',
    },
    {
      what: `${type} of a field without a name`,
      request: { type, fields: { '': 1 } },
      code: 'invalid_text',
      path: 'fields[""]',
    },
    {
      what: `${type} of a field of two lines`,
      request: { type, fields: { 'a\nb': 1 } },
      code: 'invalid_text',
      path: 'fields["a\\nb"]',
    },
  ]),
  {
    what: 'a Map for fields',
    request: { type: 'setFields', fields: new Map() },
    code: 'invalid_command',
    path: 'fields',
  },
  { what: 'a tag that is no text', request: { type: 'tag', tags: ['a', 5] }, code: 'invalid_command', path: 'tags[1]' },
  { what: 'null for a list', request: { type: 'tag', tags: null }, code: 'invalid_command', path: 'tags' },
  { what: 'a missing field', request: { type: 'assign' }, code: 'invalid_command', path: 'agent' },
]

/** Hazard 31. */
const limitMs = 50

describe('bad input gets its code and its path, quickly, and changes nothing (hazards 26, 30, 31, 34)', () => {
  it.each(bad)('$what: $code', ({ request, code, path, facts = {} }) => {
    const told = open()
    expect(leastCpuMs(() => told.refusal('Mon 10:00', ana, request), limitMs)).toBeLessThan(limitMs)
    expect(told.refusal('Mon 10:00', ana, request)).toMatchObject({
      code,
      facts,
      ...(path === undefined ? {} : { path }),
    })
  })

  it.each(bad)('$what: the error repeats at most 200 characters of it', ({ request }) => {
    const { message } = new DeskError(open().refusal('Mon 10:00', ana, request))
    expect(message.length).toBeLessThan(1_000)
    expect(message).not.toMatch(/(.)\1{200}/)
  })

  it.each([
    ['an unknown key', { type: 'reply', ['k'.repeat(10_000)]: 1 }],
    ['a key among fields', { type: 'setFields', fields: { ['k'.repeat(10_000)]: { a: Number.NaN } } }],
    [
      'many keys, one in the other',
      {
        type: 'setFields',
        fields: {
          x: json(`${'{"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk":'.repeat(30)}{"prototype":1}${'}'.repeat(30)}`),
        },
      },
    ],
    ['an unknown type', { type: 'k'.repeat(10_000) }],
    ['an unknown status', { type: 'setStatus', status: 'k'.repeat(200) }],
    ['an unknown priority', { type: 'setPriority', priority: 'k'.repeat(200) }],
    ['an instant', { type: 'reply', sentAt: 'k'.repeat(10_000) }],
  ])('%s is repeated in at most 200 characters', (_name, request) => {
    const { message } = new DeskError(open().refusal('Mon 10:00', ana, request))
    expect(message.match(/k/g)?.length ?? 0).toBeLessThanOrEqual(205) // with those of “unknown key”
  })

  it('and what takes longer is caught', () => {
    const busy = () => {
      const from = process.cpuUsage()
      while (process.cpuUsage(from).user < limitMs * 1_000);
    }
    expect(leastCpuMs(busy, limitMs)).toBeGreaterThanOrEqual(limitMs)
  })

  afterAll(() => {
    expect(Object.keys(Object.prototype)).toEqual([])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('what is at the bound is taken', () => {
  it.each([
    { type: 'setFields', subject: 'x'.repeat(bounds.subjectCharacters) },
    { type: 'reply', body: 'x'.repeat(bounds.bodyBytes) },
    { type: 'reply', body: '€'.repeat(87_381) },
    { type: 'assign', agent: 'A.z_0:9-'.repeat(8) },
    { type: 'transfer', department: 'ö'.repeat(bounds.nameCharacters) },
    { type: 'reply', body: 'two\nlines\tand a tab, \u200B too' },
    { type: 'setFields', subject: 'زبان \u200C👩‍👩‍👧' },
  ])('%o', (request) => {
    expect(open().do('Mon 10:00', ana, request).ticket.revision).toBe(2)
  })

  it('nesting of 32 levels below the command', () => {
    const nested = (levels: number) => json(`${'['.repeat(levels)}${']'.repeat(levels)}`)
    expect(open().do('Mon 10:00', ana, { type: 'setFields', fields: { deep: nested(30) } }).ticket.revision).toBe(2)
    expect(open().refusal('Mon 10:00', ana, { type: 'setFields', fields: { deep: nested(40) } })).toMatchObject({
      code: 'too_large',
    })
  })

  it('names like properties of objects are names like others', () => {
    const told = open().do('Mon 10:00', ana, {
      type: 'update',
      department: 'constructor',
      tags: { add: ['__proto__', 'prototype'] },
      category: 'hasOwnProperty',
    })
    expect(told.ticket).toMatchObject({ department: 'constructor', tags: ['__proto__', 'prototype'] })
  })

  it('-0 is stored as 0', () => {
    const told = open().do('Mon 10:00', ana, { type: 'setFields', fields: { a: -0 }, affected: -0, effortMinutes: -0 })
    expect(Object.is(told.ticket.fields.a, 0)).toBe(true)
    expect(Object.is(told.ticket.affected, 0)).toBe(true)
    expect(Object.is(told.ticket.effortMinutes, 0)).toBe(true)
  })
})

describe('a whole ticket is at most 64 kB', () => {
  const kilobytes = (count: number) => ({ type: 'setFields', fields: { a: 'x'.repeat(count * 1_024) } })

  it('refuses what would outgrow it, and still takes what does not grow it', () => {
    const told = open().do('Mon 10:00', ana, kilobytes(60))
    expect(told.refusal('Mon 11:00', ana, { type: 'setFields', fields: { b: 'x'.repeat(5_000) } })).toMatchObject({
      code: 'too_large',
      facts: { limit: 65_536, unit: 'bytes' },
    })
    told.do('Mon 11:00', ana, { type: 'reply', body: 'x'.repeat(100_000) })
    expect(told.do('Mon 12:00', ana, { type: 'resolve' }).ticket.kind).toBe('resolved')
  })

  it('an opening too', () => {
    expect(
      story(definition).refusal('Mon 09:00', mari, { type: 'open', subject: 's', ...{ fields: kilobytes(70).fields } }),
    ).toMatchObject({
      code: 'too_large',
      facts: { unit: 'bytes' },
    })
  })

  it('the opening excerpt is its first 500 characters, never half a character', () => {
    expect(story(definition).open('Mon 09:00', { body: 'x'.repeat(501) }).ticket.excerpt).toBe('x'.repeat(500))
    expect(story(definition).open('Mon 09:00', { body: `${'x'.repeat(499)}😀` }).ticket.excerpt).toBe('x'.repeat(499))
  })
})

describe('who and what a command is for', () => {
  const by = { id: 'c', ticketId: 't', actor: ana }
  it.each([
    ['the command id', { ...by, id: 'a b' }, 'invalid_text', 'commandId'],
    ['the ticket id', { ...by, ticketId: '' }, 'invalid_text', 'ticketId'],
    ['the actor', { ...by, actor: { kind: 'agnt', id: 'a' } }, 'invalid_command', 'actor.kind'],
    ['the actor', { ...by, actor: { kind: 'agent', id: 'a', role: 'admin' } }, 'invalid_command', 'actor.role'],
    ['the actor', { ...by, actor: { kind: 'agent', id: 'a', name: 'a\r\nb' } }, 'invalid_text', 'actor.name'],
    ['the actor', { ...by, actor: null }, 'invalid_command', 'actor'],
  ])('%s is checked: %o', (_name, who, code, path) => {
    expect(parseCommand({ type: 'wake' }, who as typeof by)).toMatchObject({ ok: false, error: { code, path } })
  })

  it.each([null, 'reply', [], 5, { kind: 'reply' }, { type: 5 }])('%o is no command', (request) => {
    expect(parseCommand(request as never, by)).toMatchObject({
      ok: false,
      error: { code: 'invalid_command', path: 'type' },
    })
  })
})

describe('through the desk', () => {
  const clock = { now: () => when('Mon 12:00') }
  const desk = createDesk({ definition, store: memoryStore({ clock }), clock })
  const agent = desk.as(ana)

  it.each(bad)('$what: the version stands and nothing is stored', async ({ request, code }) => {
    const { ticket } = await agent.open({ subject: 's' })
    const { position } = await desk.changes(0)
    const error = await agent.perform(ticket.id, request as never).catch((thrown: unknown) => thrown)
    expect(isDeskError(error, code)).toBe(true)
    expect(await desk.get(ticket.id)).toEqual(ticket)
    expect((await desk.changes(position)).events).toEqual([] satisfies AnyTicketEvent[])
  })

  it.each<[what: string, run: () => unknown, code: Refusal['code'], path: string]>([
    ['open(null)', () => agent.open(null as never), 'invalid_command', ''],
    ['open([])', () => agent.open([] as never), 'invalid_command', ''],
    ['open("text")', () => agent.open('text' as never), 'invalid_command', ''],
    ['setFields([])', () => agent.setFields('t', [] as never), 'invalid_command', ''],
    ['reply(…, "text")', () => agent.reply('t', 'text' as never), 'invalid_command', ''],
  ])('%s is refused, not thrown as a TypeError', async (_what, run, code) => {
    const error = await Promise.resolve()
      .then(run)
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DeskError)
    expect((error as DeskError).code).toBe(code)
  })
})

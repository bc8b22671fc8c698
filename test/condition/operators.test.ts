import {
  type Condition,
  compileDefinition,
  DeskError,
  defineDesk,
  matches,
  type Operator,
  type Ticket,
} from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, mari, story, when } from '../story.ts'

const ticket: Ticket = story(
  defineDesk({
    levels: [{ id: 'gold', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '1h' }] }],
    slaRules: [{ level: 'gold' }],
  }),
)
  .open('Mon 09:00', {
    subject: 'Straße gesperrt: 工单 ÕHTU',
    category: 'hardware',
    tags: ['VIP', 'Straße'],
    followers: ['ana', 'ben'],
    affected: 12,
    fields: { plan: 'Gold', count: 0, on: false, list: ['a', 'b'], deep: { level: { name: 'x' } }, nothing: '' },
    requester: { id: 'mari', vip: true, revenue: 0 },
  })
  .do('Mon 10:00', ana, { type: 'setStatus', status: 'Open' }).ticket

const ask = (field: string, op: string, value?: unknown) =>
  matches({ field, op: op as Operator, ...(value === undefined ? {} : { value: value as string }) }, ticket)

/** Every operator on every type of field it fits: [field, value that holds, value that does not]. */
const rows: readonly [op: Operator, type: string, field: string, yes: unknown, no: unknown][] = [
  ['is', 'text', 'subject', 'strasse gesperrt: 工单 õhtu', 'Strasse'],
  ['is', 'name', 'category', 'hardware', 'Hardware'],
  ['is', 'number', 'affected', 12, 13],
  ['is', 'instant', 'openedAt', when('Mon 09:00'), when('Mon 09:00') + 1],
  ['is', 'boolean', 'requester.vip', true, false],
  ['is', 'any', 'fields.plan', 'Gold', 'gold'],
  ['is', 'any', 'fields.count', 0, 1],
  ['is', 'any', 'fields.on', false, true],
  ['is', 'any', 'fields.deep.level.name', 'x', 'y'],
  ['isNot', 'text', 'subject', 'other', 'STRASSE GESPERRT: 工单 õhtu'],
  ['isNot', 'name', 'category', 'software', 'hardware'],
  ['isNot', 'number', 'requester.revenue', 1, 0],
  ['oneOf', 'name', 'kind', ['new', 'open'], ['new', 'closed']],
  ['oneOf', 'number', 'affected', [1, 12], [1, 2]],
  ['oneOf', 'any', 'fields.count', [0, 'x'], ['0']],
  ['noneOf', 'name', 'kind', ['new'], ['open']],
  ['noneOf', 'text', 'subject', ['x'], ['STRASSE GESPERRT: 工单 ÕHTU']],
  ['lt', 'number', 'affected', 13, 12],
  ['lte', 'number', 'affected', 12, 11],
  ['gt', 'number', 'affected', 11, 12],
  ['gte', 'number', 'affected', 12, 13],
  ['lt', 'instant', 'openedAt', when('Mon 09:00') + 1, when('Mon 09:00')],
  ['gte', 'instant', 'statusSince', when('Mon 10:00'), when('Mon 10:00') + 1],
  ['gt', 'any', 'fields.count', -1, 0],
  ['contains', 'text', 'subject', 'STRASSE', 'xyz'],
  ['contains', 'text', 'subject', '工单', '单工'],
  ['contains', 'text', 'subject', 'õhtu', 'ohtu'],
  ['contains', 'name', 'category', 'HARD', 'soft'],
  ['contains', 'any', 'fields.plan', 'OLD', 'new'],
  ['hasAny', 'tags', 'tags', ['x', 'vip'], ['x']],
  ['hasAny', 'tags', 'tags', ['STRASSE'], []],
  ['hasAny', 'names', 'followers', ['ben'], ['Ben']],
  ['hasAny', 'any', 'fields.list', ['b'], ['c']],
  ['hasAll', 'tags', 'tags', ['strasse', 'VIP'], ['vip', 'x']],
  ['hasAll', 'names', 'followers', [], ['ana', 'cy']],
  ['hasNone', 'tags', 'tags', ['x'], ['x', 'ＶＩＰ']],
  ['hasNone', 'any', 'fields.list', ['c'], ['a']],
]

describe('operators', () => {
  it.each(rows)('%s on %s: %s', (op, _type, field, yes, no) => {
    expect(ask(field, op, yes)).toBe(true)
    expect(ask(field, op, no)).toBe(false)
  })

  it.each([
    ['category', true],
    ['affected', true],
    ['requester.vip', true],
    ['requester.revenue', true],
    ['tags', true],
    ['followers', true],
    ['fields.count', true],
    ['fields.on', true],
    ['fields.nothing', false],
    ['fields.missing', false],
    ['fields.deep.level', true],
    ['fields.deep.level.name.length', false],
    ['assignee', false],
    ['collaborators', false],
    ['postponedUntil', false],
    ['requester.email', false],
  ])('present and absent: %s', (field, there) => {
    expect(ask(field, 'present')).toBe(there)
    expect(ask(field, 'absent')).toBe(!there)
  })

  it.each<[op: Operator, field: string, value: unknown, answer: boolean]>([
    ['is', 'assignee', 'ana', false],
    ['isNot', 'assignee', 'ana', true],
    ['oneOf', 'assignee', ['ana'], false],
    ['noneOf', 'assignee', ['ana'], true],
    ['lt', 'postponedUntil', 1e15, false],
    ['lte', 'postponedUntil', 0, false],
    ['gt', 'postponedUntil', 0, false],
    ['gte', 'postponedUntil', 0, false],
    ['contains', 'requester.email', 'a', false],
    ['is', 'requester.plan', 'gold', false],
    ['isNot', 'requester.plan', 'gold', true],
    ['hasAny', 'collaborators', ['a'], false],
    ['hasAll', 'collaborators', ['a'], false],
    ['hasNone', 'collaborators', ['a'], true],
    ['is', 'fields.missing', 'x', false],
    ['isNot', 'fields.missing', 'x', true],
    ['hasAny', 'fields.missing', ['x'], false],
    ['hasNone', 'fields.plan', ['Gold'], true],
    ['lt', 'fields.plan', 5, false],
  ])('what is missing, or of another type, passes the negative ones only: %s %s', (op, field, value, answer) => {
    expect(ask(field, op, value)).toBe(answer)
  })

  it('a ticket without a requester misses all of one', () => {
    const nobody = story(defineDesk({})).open('Mon 09:00', { requester: null }).ticket
    expect(matches({ field: 'requester.id', op: 'absent' }, nobody)).toBe(true)
    expect(matches({ field: 'requester.vip', op: 'isNot', value: true }, nobody)).toBe(true)
  })
})

describe('groups', () => {
  const yes: Condition = { field: 'kind', op: 'is', value: 'open' }
  const no: Condition = { field: 'kind', op: 'is', value: 'new' }
  it.each<[condition: Condition, answer: boolean]>([
    [{ all: [] }, true],
    [{ any: [] }, false],
    [{ none: [] }, true],
    [{ all: [yes, yes] }, true],
    [{ all: [yes, no] }, false],
    [{ any: [no, yes] }, true],
    [{ any: [no, no] }, false],
    [{ none: [no, no] }, true],
    [{ none: [no, yes] }, false],
    [{ all: [{ any: [no, { none: [no] }] }, yes] }, true],
  ])('%j is %s', (condition, answer) => expect(matches(condition, ticket)).toBe(answer))
})

/** Where every place that takes a condition says what is wrong with it. */
const issues = (when_: unknown, place: 'slaRules' | 'views' = 'views') => {
  const found = compileDefinition({
    levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [] }],
    ...(place === 'views' ? { views: [{ id: 'v', when: when_ }] } : { slaRules: [{ when: when_, level: 'l' }] }),
  })
  return 'refusals' in found ? found.refusals : []
}

describe('a wrong condition gets its code and exact path', () => {
  const deep = (leaf: object) => ({ all: [{ field: 'kind', op: 'present' }, { any: [{ none: [leaf] }] }] })
  const at = 'views[0].when.all[1].any[0].none[0]'
  it.each<[what: string, condition: unknown, code: string, path: string, facts: object]>([
    [
      'an unknown field',
      deep({ field: 'sttus', op: 'is', value: 'x' }),
      'unknown_name',
      `${at}.field`,
      { what: 'field', name: 'sttus' },
    ],
    [
      'an unknown operator',
      deep({ field: 'status', op: 'equals', value: 'x' }),
      'unknown_name',
      `${at}.op`,
      { what: 'operator', name: '"equals"' },
    ],
    [
      'an operator of the prototype',
      deep({ field: 'status', op: 'constructor', value: 'x' }),
      'unknown_name',
      `${at}.op`,
      {},
    ],
    [
      'an operator that does not fit',
      deep({ field: 'status', op: 'lt', value: 1 }),
      'invalid_definition',
      `${at}.op`,
      { reason: 'lt does not fit the field status, which is of type name' },
    ],
    [
      'a value of another type',
      deep({ field: 'affected', op: 'is', value: '12' }),
      'invalid_definition',
      `${at}.value`,
      {},
    ],
    ['a value that is missing', deep({ field: 'affected', op: 'gt' }), 'invalid_definition', `${at}.value`, {}],
    ['a value too many', deep({ field: 'affected', op: 'present', value: 1 }), 'invalid_definition', `${at}.value`, {}],
    [
      'a list that is none',
      deep({ field: 'tags', op: 'hasAny', value: 'vip' }),
      'invalid_definition',
      `${at}.value`,
      {},
    ],
    [
      'a list of other things',
      deep({ field: 'tags', op: 'hasAny', value: [1] }),
      'invalid_definition',
      `${at}.value`,
      {},
    ],
    ['an infinite number', deep({ field: 'affected', op: 'lt', value: null }), 'invalid_definition', `${at}.value`, {}],
    ['a field that is missing', deep({ op: 'is', value: 'x' }), 'invalid_definition', `${at}.field`, {}],
    ['no object', 'kind = open', 'invalid_definition', 'views[0].when', {}],
    ['a list', [], 'invalid_definition', 'views[0].when', {}],
    ['a group of no list', { all: { field: 'kind', op: 'present' } }, 'invalid_definition', 'views[0].when.all', {}],
    ['a key too many', { field: 'kind', op: 'present', not: true }, 'invalid_definition', 'views[0].when', {}],
    ['two groups', { all: [], any: [] }, 'invalid_definition', 'views[0].when', {}],
    ['a function', () => true, 'invalid_definition', 'views[0].when', {}],
  ])('%s', (_what, condition, code, path, facts) => {
    expect(issues(condition)).toMatchObject([{ code, path, facts }])
  })

  it('all findings at once', () => {
    const condition = {
      any: [
        { field: 'a', op: 'is', value: 1 },
        { field: 'status', op: 'b', value: 1 },
      ],
    }
    expect(issues(condition).map(({ path }) => path)).toEqual(['views[0].when.any[0].field', 'views[0].when.any[1].op'])
  })

  it('depth 10,000 is refused, not walked', () => {
    let condition: unknown = { field: 'kind', op: 'present' }
    for (let i = 0; i < 10_000; i++) condition = { all: [condition] }
    expect(issues(condition)).toMatchObject([{ code: 'too_large', facts: { limit: 32, unit: 'levels' } }])
    expect(() => matches(condition as Condition, ticket)).toThrow(DeskError)
  })

  it.each(['sla.level', 'sla.breached', 'sla.dueAt', 'sla.rank'])('an SLA rule may not read %s', (field) => {
    expect(issues({ field, op: 'present' }, 'slaRules')).toMatchObject([
      { code: 'field_not_allowed', path: 'slaRules[0].when.field', facts: { field, use: 'an SLA rule' } },
    ])
    expect(issues({ field, op: 'present' })).toEqual([])
  })

  it.each([
    '__proto__',
    'fields.__proto__',
    'fields.constructor.name',
    'fields.a.prototype',
    'fields.',
    'fields..a',
    'fields',
    'requester',
    'clocks',
    'counts.messages',
    'constructor',
    'toString',
    'requester.constructor',
  ])('paths reach own, known properties only (hazard 27): %s', (field) => {
    expect(issues({ field, op: 'present' })).toMatchObject([{ code: 'unknown_name', path: 'views[0].when.field' }])
  })

  it('a custom field of the prototype is not there', () => {
    expect(ask('fields.toString', 'present')).toBe(false)
    expect(ask('fields.deep.hasOwnProperty', 'present')).toBe(false)
    expect(mari.kind).toBe('requester')
  })

  it('matches throws what it finds', () => {
    expect(() => matches({ field: 'sttus', op: 'is', value: 'x' }, ticket)).toThrow(DeskError)
    expect(() => matches(null as never, ticket)).toThrow(DeskError)
    expect(() => matches('x' as never, ticket)).toThrow(DeskError)
  })
})

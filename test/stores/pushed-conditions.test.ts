import { DatabaseSync } from 'node:sqlite'
import { type Condition, type DeskError, defineDesk, foldText, type Ticket } from 'ticketwright'
import { conditionInSql, sqliteStore } from 'ticketwright/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compileCondition } from '../../src/condition/compile.ts'
import { fields } from '../../src/engine/field.ts'
import { columnOf } from '../../src/stores/sql/column.ts'
import { pushed, conditionSql as sqlOf } from '../../src/stores/sql/condition.ts'
import { postgres, sqlite } from '../../src/stores/sql/dialect.ts'
import { queryOf } from '../../src/testing/case/query.ts'
import { changeOf, decided } from '../../src/testing/sample.ts'
import { fieldNames, randomCondition, randomTicket } from '../condition/oracle/generate.ts'
import { naive } from '../condition/oracle/naive.ts'
import { Random } from '../condition/oracle/random.ts'
import { story } from '../story.ts'

const handle = new DatabaseSync(':memory:')
const store = sqliteStore(handle)
const base = story(defineDesk({})).open('Mon 09:00', {}).ticket
const random = new Random(11)
const tickets: readonly Ticket[] = Array.from({ length: 150 }, (_, i) => randomTicket(random, base, `t${i}`))

beforeAll(async () => {
  const opened = decided(null, { type: 'open', subject: 's' }, { tenant: 'a', ticketId: 't', at: 0 })
  for (const ticket of tickets) {
    const change = changeOf(null, opened)
    const events = opened.events.slice(0, 1).map((event) => ({ ...event, ticketId: ticket.id }))
    const saved = await store.commit({
      tenant: 'a',
      changes: [{ ...change, ticketId: ticket.id, ticket, events }],
      effects: [],
    })
    expect(saved).toEqual({ ok: true })
  }
})
afterAll(() => handle.close())

const conditionSql = (condition: Condition) => sqlOf(condition, { dialect: sqlite })
type Translate = (condition: Condition) => ReturnType<typeof conditionSql>

/** Ids of tickets for which the SQL holds, asked of the database itself. */
function selected({ sql, params }: ReturnType<typeof conditionSql>): ReadonlySet<string> {
  const where = sql === undefined ? '' : `AND (${sql})`
  const rows = handle.prepare(`SELECT id FROM ticketwright_tickets WHERE tenant = 'a' ${where}`).all(...params)
  return new Set(rows.map(({ id }) => id as string))
}

/** The first condition and ticket on which SQL and residue together differ from the naive interpreter. */
function compare(translate: Translate, seed: number, conditions: number, among = fieldNames) {
  const random = new Random(seed)
  let [pairs, whole, narrowed] = [0, 0, 0]
  for (let i = 0; i < conditions; i++) {
    const condition = randomCondition(random, ['stored'], among)
    const translated = translate(condition)
    const found = selected(translated)
    const rest = translated.residue === null ? () => true : compileCondition(translated.residue, fields)
    if (translated.residue === null) whole++
    if (translated.sql !== undefined) narrowed++
    for (const ticket of tickets) {
      const answer = found.has(ticket.id) && rest({ ticket })
      if (answer !== naive(condition, { ticket })) return { pairs, whole, narrowed, differs: { condition, ticket } }
      pairs++
    }
  }
  return { pairs, whole, narrowed, differs: undefined }
}

const inColumns = fieldNames.filter((name) => columnOf(name))

describe('conditions in SQLite', () => {
  it('mean what they mean in memory, on 105,000 generated pairs', { timeout: 120_000 }, () => {
    const { pairs, differs } = compare(conditionSql, 21, 700)
    expect(differs).toBeUndefined()
    expect(pairs).toBe(105_000)
  })

  it('are decided by the database where every field has a column', { timeout: 120_000 }, () => {
    const { pairs, whole, differs } = compare(conditionSql, 22, 500, inColumns)
    expect(differs).toBeUndefined()
    expect(pairs).toBe(75_000)
    expect(whole).toBeGreaterThan(350) // the rest asks for parts of names, which stand unfolded
  })

  it('are found and counted by the store as in memory', { timeout: 60_000 }, async () => {
    const random = new Random(23)
    for (let i = 0; i < 100; i++) {
      const condition = randomCondition(random)
      const expected = tickets.filter((ticket) => naive(condition, { ticket })).map(({ id }) => id)
      const query = queryOf('a', condition)
      expect((await store.find(query)).map(({ ticket }) => ticket.id).sort()).toEqual(expected.sort())
      expect(await store.count(query)).toBe(expected.length)
    }
  })

  const broken =
    (change: (sql: string) => string): Translate =>
    (condition) => {
      const translated = conditionSql(condition)
      return { ...translated, sql: translated.sql === undefined ? undefined : change(translated.sql) }
    }
  it.each<[string, Translate]>([
    ['a missing fact is equal to nothing', broken((sql) => sql.replaceAll(/\w+ IS NULL OR NOT/g, 'NOT'))],
    ['NULL is turned round', broken((sql) => sql.replaceAll(/\w+ IS NOT NULL AND /g, ''))],
    ['LIKE is taken for GLOB', broken((sql) => sql.replaceAll('GLOB', 'LIKE'))],
    ['less is less or equal', broken((sql) => sql.replaceAll(' < ', ' <= '))],
    ['none is not', broken((sql) => sql.replaceAll('NOT (', '('))],
    ['any is all', broken((sql) => sql.replaceAll(' OR ', ' AND '))],
    ['the residue is forgotten', (condition) => ({ ...conditionSql(condition), residue: null })],
    ['the SQL is forgotten', (condition) => ({ ...conditionSql(condition), sql: undefined, params: [] })],
  ])('the comparison finds: %s', { timeout: 60_000 }, (_what, translate) => {
    expect(compare(translate, 21, 700).differs).toBeDefined()
  })
})

describe('what is pushed down', () => {
  it.each<[Condition, string | undefined, readonly unknown[], Condition | null]>([
    [{ field: 'status', op: 'is', value: "x' OR 1=1; --" }, 'status IN (?)', ["x' OR 1=1; --"], null],
    [{ field: 'assignee', op: 'isNot', value: 'ana' }, '(assignee IS NULL OR NOT (assignee IN (?)))', ['ana'], null],
    [{ field: 'status', op: 'isNot', value: 'New' }, 'NOT (status IN (?))', ['New'], null],
    [{ field: 'subject', op: 'contains', value: 'STRASSE' }, 'instr(subject_folded, ?) > 0', ['strasse'], null],
    [{ field: 'subject', op: 'glob', value: 'a*[b]?\\*' }, 'subject_folded GLOB ?', ['a*[[]b]?[*]'], null],
    [{ field: 'subject', op: 'startsWith', value: '50%*' }, 'subject_folded GLOB ?', ['50%[*]*'], null],
    [
      { field: 'tags', op: 'hasAny', value: ['VIP', 'x'] },
      '(instr(tags, ?) > 0 OR instr(tags, ?) > 0)',
      ['\nvip\n', '\nx\n'],
      null,
    ],
    [{ field: 'requester.vip', op: 'is', value: true }, 'requester_vip IN (?)', [1], null],
    [{ field: 'openedAt', op: 'lt', value: '1970-01-01T00:00:01Z' }, 'opened_at < ?', [1000], null],
    [{ field: 'status', op: 'oneOf', value: [] }, '1 = 0', [], null],
    [{ all: [] }, undefined, [], null],
    [{ any: [] }, '1 = 0', [], null],
    [{ none: [{ all: [] }] }, '1 = 0', [], null],
    [
      { none: [{ field: 'assignee', op: 'is', value: 'a' }] },
      'NOT ((assignee IS NOT NULL AND assignee IN (?)))',
      ['a'],
      null,
    ],
    ...[
      { field: 'fields.plan', op: 'is', value: 'gold' } as const,
      { field: 'excerpt', op: 'contains', value: 'x' } as const,
      { field: 'category', op: 'contains', value: 'x' } as const,
      { field: 'sla.resolution.state', op: 'is', value: 'running' } as const,
      {
        any: [
          { field: 'status', op: 'is', value: 'New' },
          { field: 'fields.plan', op: 'present' },
        ],
      } as const,
    ].map((condition): [Condition, undefined, [], Condition] => [condition, undefined, [], condition]),
  ])('%j', (condition, sql, params, residue) => {
    expect(conditionSql(condition)).toEqual({ sql, params, residue })
  })

  const named: Condition = { field: 'status', op: 'is', value: 'New' }
  const own: Condition = { field: 'fields.plan', op: 'is', value: 'gold' }

  it('the rest is a residue, which the database narrows where it can', () => {
    expect(conditionSql({ all: [named, own] })).toEqual({ sql: 'status IN (?)', params: ['New'], residue: own })
    expect(conditionSql({ none: [named, own] })).toEqual({
      sql: 'NOT (status IN (?))',
      params: ['New'],
      residue: { none: [own] },
    })
    const either: Condition = { any: [{ all: [named, own] }, { field: 'kind', op: 'is', value: 'new' }] }
    expect(conditionSql(either)).toEqual({
      sql: '((status IN (?)) OR (kind IN (?)))',
      params: ['New', 'new'],
      residue: either,
    })
  })

  it('no more than a database takes: of 5,000 questions the rest is left', () => {
    const many: Condition = { all: Array.from({ length: 5_000 }, () => named) }
    const { params, residue } = conditionSql(many)
    expect(params).toHaveLength(pushed.leaves)
    expect(residue).toEqual({ all: Array.from({ length: 5_000 - pushed.leaves }, () => named) })
    const any: Condition = { any: many.all as readonly Condition[] }
    expect(conditionSql(any)).toEqual({ sql: undefined, params: [], residue: any })
    const lists: Condition = {
      all: Array.from(
        { length: 50 },
        () => ({ field: 'category', op: 'noneOf', value: Array.from({ length: 1_000 }, String) }) as const,
      ),
    }
    expect(conditionSql(lists).params).toHaveLength(pushed.params)
    expect(selected(conditionSql(lists)).size).toBeGreaterThan(0)
    expect(
      selected(conditionSql({ any: Array.from({ length: pushed.leaves - 1 }, () => named) })).size,
    ).toBeGreaterThan(0)
  })

  it('PostgreSQL writes patterns in its own way', () => {
    expect(sqlOf({ field: 'subject', op: 'glob', value: '50%_*?' }, { dialect: postgres })).toEqual({
      sql: "subject_folded LIKE ? ESCAPE E'\\\\'",
      params: ['50\\%\\_%_'],
      residue: null,
    })
    expect(sqlOf({ field: 'subject', op: 'contains', value: 'x' }, { dialect: postgres }).sql).toBe(
      'strpos(subject_folded, ?::text) > 0',
    )
  })

  it('what is folded stays folded: a folded text has no capitals that a database could overlook', () => {
    const found: string[] = []
    for (let point = 0; point < 0x110000; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue
      if (/[A-Z]/.test(foldText(String.fromCodePoint(point)))) found.push(point.toString(16))
    }
    expect(found).toEqual([])
  })
})

describe('what SQLite decides is told by a public name', () => {
  const isNew = { field: 'kind', op: 'is', value: 'new' } as const
  const plant = { field: 'fields.plant', op: 'is', value: 7 } as const
  const vip = { field: 'tags', op: 'hasAny', value: ['vip'] } as const

  it.each<[what: string, condition: Condition, decided: readonly boolean[], residue: Condition | null]>([
    ['a column', isNew, [true], null],
    ['no column', plant, [false], plant],
    ['both', { all: [isNew, plant, vip] }, [true, false, true], plant],
    ['one or the other', { any: [isNew, plant] }, [false, false], { any: [isNew, plant] }],
    ['neither', { none: [isNew, plant] }, [true, false], { none: [plant] }],
    [
      'groups in groups',
      { all: [vip, { any: [isNew, vip] }, { none: [plant] }] },
      [true, true, true, false],
      { none: [plant] },
    ],
    ['no question at all', { all: [] }, [], null],
  ])('%s', (_what, condition, decided, residue) => {
    const told = conditionInSql(condition)
    expect(told.residue).toEqual(residue)
    expect(told.leaves.map((leaf) => leaf.decided)).toEqual(decided)
    expect(told.sql === null).toBe(!decided.includes(true))
  })

  it('with the place of each leaf, and values that are bound', () => {
    expect(conditionInSql({ all: [vip, { any: [isNew] }] })).toMatchObject({
      params: ['\nvip\n', 'new'],
      leaves: [
        { path: 'all[0]', leaf: vip },
        { path: 'all[1].any[0]', leaf: isNew },
      ],
    })
  })

  it('and means what the condition means, on generated ones', () => {
    const told: Translate = (condition) => {
      const { sql, ...rest } = conditionInSql(condition)
      return { sql: sql ?? undefined, ...rest }
    }
    expect(compare(told, 29, 100).differs).toBeUndefined()
  })

  it.each<[what: string, condition: unknown, code: string, path: string]>([
    ['nothing', null, 'invalid_definition', ''],
    ['a part that is none', { all: [isNew, 5] }, 'invalid_definition', 'all[1]'],
    ['two groups', { all: [], any: [] }, 'invalid_definition', ''],
    ['no list', { any: isNew }, 'invalid_definition', ''],
    ['no field', { op: 'is', value: 1 }, 'invalid_definition', 'field'],
    ['an unknown operator', { none: [{ field: 'kind', op: 'equals' }] }, 'unknown_name', 'none[0].op'],
    ['a value that does not fit', { field: 'kind', op: 'is', value: {} }, 'invalid_definition', 'value'],
    ['a forbidden key', JSON.parse('{"all":[{"__proto__":1}]}'), 'forbidden_key', 'all[0].__proto__'],
  ])('%s is refused with its place', (_what, condition, code, path) => {
    expect(() => conditionInSql(condition as Condition)).toThrow(
      expect.objectContaining<Partial<DeskError>>({ code, path } as never),
    )
  })
})

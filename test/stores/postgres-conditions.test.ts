import { type Condition, createDesk, type Definition, defineDesk, type Ticket } from 'ticketwright'
import { postgresStore } from 'ticketwright/postgres'
import { beforeAll, describe, expect, it } from 'vitest'
import { compileCondition } from '../../src/condition/compile.ts'
import { fields } from '../../src/engine/field.ts'
import { hasTrait } from '../../src/stores/postgres/statement/trait.ts'
import { columnOf } from '../../src/stores/sql/column.ts'
import { type ConditionSql, conditionSql } from '../../src/stores/sql/condition.ts'
import { postgres } from '../../src/stores/sql/dialect.ts'
import { readyIn } from '../../src/stores/sql/order.ts'
import { queryOf } from '../../src/testing/case/query.ts'
import { changeOf, decided } from '../../src/testing/sample.ts'
import { fieldNames, randomCondition, randomTicket } from '../condition/oracle/generate.ts'
import { naive } from '../condition/oracle/naive.ts'
import { Random } from '../condition/oracle/random.ts'
import { story } from '../story.ts'
import { openLite } from './postgres-setup.ts'

const schema = 'conditions'
const base = story(defineDesk({})).open('Mon 09:00', {}).ticket
const random = new Random(11)
const tickets: readonly Ticket[] = Array.from({ length: 150 }, (_, i) => randomTicket(random, base, `t${i}`))
const lite = await openLite()
const store = postgresStore(lite, { schema })

beforeAll(async () => {
  const opened = decided(null, { type: 'open', subject: 's' }, { tenant: 'a', ticketId: 't', at: 0 })
  for (const ticket of tickets) {
    const events = opened.events.slice(0, 1).map((event) => ({ ...event, ticketId: ticket.id }))
    const change = { ...changeOf(null, opened), ticketId: ticket.id, ticket, events }
    expect(await store.commit({ tenant: 'a', changes: [change], effects: [] })).toEqual({ ok: true })
  }
}, 120_000)

type Translate = (condition: Condition) => ConditionSql

/** Ids of tickets for which the SQL holds, asked of the database itself. */
async function selected({ sql, params }: ConditionSql): Promise<ReadonlySet<string>> {
  let count = 0
  const where = sql === undefined ? '' : `AND (${sql.replaceAll('?', () => `$${++count}`)})`
  const { rows } = await lite.query<{ id: string }>(
    `SELECT id FROM ${schema}.tickets WHERE tenant = 'a' ${where}`,
    params as unknown[],
  )
  return new Set(rows.map(({ id }) => id))
}

/** The first condition and ticket on which SQL and residue together differ from the naive interpreter. */
async function compare(translate: Translate, seed: number, conditions: number, among = fieldNames) {
  const random = new Random(seed)
  let [pairs, whole] = [0, 0]
  for (let i = 0; i < conditions; i++) {
    const condition = randomCondition(random, ['stored'], among)
    const translated = translate(condition)
    const found = await selected(translated)
    const rest = translated.residue === null ? () => true : compileCondition(translated.residue, fields)
    if (translated.residue === null) whole++
    for (const ticket of tickets) {
      const answer = found.has(ticket.id) && rest({ ticket })
      if (answer !== naive(condition, { ticket })) return { pairs, whole, differs: { condition, ticket } }
      pairs++
    }
  }
  return { pairs, whole, differs: undefined }
}

const translate: Translate = (condition) => conditionSql(condition, { dialect: postgres, hasTrait: hasTrait('a') })
const inColumns = fieldNames.filter((name) => columnOf(name))

describe('conditions in PostgreSQL', () => {
  it('mean what they mean in memory, on 75,000 generated pairs', { timeout: 240_000 }, async () => {
    const { pairs, differs } = await compare(translate, 21, 500)
    expect(differs).toBeUndefined()
    expect(pairs).toBe(75_000)
  })

  it('are decided by the database where every field has a column', { timeout: 240_000 }, async () => {
    const { pairs, whole, differs } = await compare(translate, 22, 300, inColumns)
    expect(differs).toBeUndefined()
    expect(pairs).toBe(45_000)
    expect(whole).toBeGreaterThan(200) // the rest asks for parts of names, which stand unfolded
  })

  it('are found and counted by the store as in memory', { timeout: 120_000 }, async () => {
    const random = new Random(23)
    for (let i = 0; i < 60; i++) {
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
      const translated = translate(condition)
      return { ...translated, sql: translated.sql === undefined ? undefined : change(translated.sql) }
    }
  it.each<[string, Translate]>([
    ['a missing fact is equal to nothing', broken((sql) => sql.replaceAll(/\w+ IS NULL OR NOT/g, 'NOT'))],
    ['NULL is turned round', broken((sql) => sql.replaceAll(/\w+ IS NOT NULL AND /g, ''))],
    ['case is overlooked', broken((sql) => sql.replaceAll('LIKE', 'NOT LIKE'))],
    ['less is less or equal', broken((sql) => sql.replaceAll(' < ', ' <= '))],
    ['the residue is forgotten', (condition) => ({ ...translate(condition), residue: null })],
  ])('the comparison finds: %s', { timeout: 120_000 }, async (_what, translate) => {
    expect((await compare(translate, 21, 700)).differs).toBeDefined()
  })
})

describe('columns of named orderings', () => {
  it.each([...readyIn(postgres)])('hold %s as written, to the last bit', async (term, column) => {
    const { rows } = await lite.query(
      `SELECT count(*) AS n FROM ${schema}.tickets WHERE ${column} IS DISTINCT FROM (${term})::double precision`,
    )
    expect(rows).toEqual([{ n: 0 }])
  })

  it('hold what JavaScript makes of it: due, slack and age', async () => {
    const { rows } = await lite.query<Record<'by_due' | 'by_slack' | 'by_age' | 'ticket', never>>(
      `SELECT by_due, by_slack, by_age, ticket FROM ${schema}.tickets`,
    )
    expect(rows).toHaveLength(tickets.length)
    let exact = 0
    for (const { by_due, by_slack, by_age, ticket } of rows) {
      const { waitingSince, openedAt, effortMinutes, priorityRank, clocks } = JSON.parse(ticket) as Ticket
      const waits = waitingSince ?? openedAt
      if (Object.keys(clocks).length === 0) expect(by_due).toBe(waits + 604_800_000)
      expect(by_slack).toBe(by_due + (effortMinutes ?? 0) * -60_000)
      expect(by_age).toBe(waits + priorityRank * -86_400_000)
      exact++
    }
    expect(exact).toBe(tickets.length)
  })
})

describe('what a condition or an ordering says is bound (hazard 41)', () => {
  let tenants = 0
  it.each([
    "'; DROP TABLE tickets; --",
    '" OR "1"="1',
    "' OR 1=1 --",
    '%',
    '_',
    '\\',
    '\\%',
    '[a-z]*?',
    '$1 $$ ?',
    '@tickets',
  ])('%s finds what it is', async (text) => {
    const desk = createDesk({ definition: defineDesk({}) as Definition, store, tenant: `bound-${++tenants}` })
    const ana = desk.as({ kind: 'agent', id: 'ana' })
    await ana.open({ ticketId: 'hit', subject: `a ${text} b`, category: text })
    await ana.open({ ticketId: 'other', subject: 'nothing of the kind', category: 'x' })
    const found = async (when: Condition, order?: Parameters<typeof queryOf>[2]) =>
      (await store.find(queryOf(desk.tenant, when, order))).map(({ ticket }) => ticket.id)
    const glob = text.replace(/[*?\\]/g, '\\$&')
    expect(await found({ field: 'category', op: 'is', value: text })).toEqual(['hit'])
    expect(await found({ field: 'category', op: 'isNot', value: text })).toEqual(['other'])
    expect(await found({ field: 'subject', op: 'contains', value: text })).toEqual(['hit'])
    expect(await found({ field: 'subject', op: 'startsWith', value: `a ${text} b` })).toEqual(['hit'])
    expect(await found({ field: 'subject', op: 'glob', value: `a ${glob} ?` })).toEqual(['hit'])
    expect(
      await found({ all: [] }, [
        {
          by: { pick: { field: 'category', values: { [text]: 1 }, otherwise: 2 } },
          direction: 'descending',
          nulls: 'last',
        },
        { by: { among: { field: 'category', names: [text] } }, direction: 'ascending', nulls: 'last' },
      ]),
    ).toEqual(['other', 'hit'])
    expect(await store.lookup(desk.tenant, { reference: text })).toBe(null)
    expect((await store.load(`${desk.tenant}' OR '1'='1`, 'hit')).row).toBe(null)
  })

  it('NUL is refused where it is written, and finds nothing where it is asked for', async () => {
    const hit = { field: 'category', op: 'isNot', value: 'a\0b' } as const
    expect(await store.count(queryOf('a', hit))).toBe(tickets.filter((ticket) => naive(hit, { ticket })).length)
    expect(await store.count(queryOf('a', { ...hit, op: 'is' }))).toBe(0)
    expect(await store.count(queryOf('a\0', null))).toBe(0)
    expect((await store.load('a', 't\0')).row).toBe(null)
    await expect(store.nextNumber('a\0')).rejects.toMatchObject({ code: 'invalid_text' })
  })
})

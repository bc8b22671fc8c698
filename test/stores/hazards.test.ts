import {
  type Condition,
  createDesk,
  type Definition,
  type Desk,
  defineDesk,
  isDeskError,
  type Ordering,
} from 'ticketwright'
import type { MakeStore } from 'ticketwright/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { conditionSql } from '../../src/stores/sql/condition.ts'
import { findSql } from '../../src/stores/sql/find.ts'
import { place } from '../../src/stores/sqlite/place.ts'
import { queryOf } from '../../src/testing/case/query.ts'
import { anotherDatabase, describePostgres } from '../postgres/database.ts'
import { server, serverForApp } from './postgres-setup.ts'
import { memory, sqliteHandle } from './setups.ts'

const hostile = [
  `'; DROP TABLE ticketwright_tickets; --`,
  `" OR "1"="1`,
  `' OR 1=1 --`,
  '%',
  '_',
  '\\',
  '[a-z]*?',
  '/* */ UNION SELECT ticket FROM ticketwright_tickets',
  '?1 :a $b @c',
  'ticketwright_tickets.id',
]

describe('what a condition or an ordering says is bound, never written into SQL (hazard 41)', () => {
  const values: Condition[] = hostile.flatMap((value): Condition[] => [
    { field: 'category', op: 'is', value },
    { field: 'category', op: 'noneOf', value: [value] },
    { field: 'subject', op: 'contains', value },
    { field: 'subject', op: 'startsWith', value },
    { field: 'subject', op: 'glob', value },
    { field: 'tags', op: 'hasAny', value: [value] },
    { field: 'requester.email', op: 'contains', value },
  ])

  it.each(values)('$field $op $value', (condition) => {
    const { sql = '', params } = conditionSql(condition, place)
    // what is left when our own words are taken away
    expect(
      sql.replace(/\b(tags|category|subject_folded|requester_email_folded|IS NULL|OR|NOT|IN|GLOB|instr)\b/g, ''),
    ).toMatch(/^[\s(),?>0]*$/)
    expect(params.length).toBeGreaterThan(0)
  })

  it.each(hostile)('%s finds what it is, on SQLite as in memory', async (text) => {
    for (const make of [memory, sqliteHandle]) {
      const { store, clock, close } = await make()
      const desk = createDesk({ definition: defineDesk({}) as Definition, store, ...(clock ? { clock } : {}) })
      const ana = desk.as({ kind: 'agent', id: 'ana' })
      await ana.open({ ticketId: 'hit', subject: `a ${text} b`, category: text })
      await ana.open({ ticketId: 'other', subject: 'nothing of the kind', category: 'x' })
      const found = async (when: Condition) => {
        const rows = await store.find(queryOf('default', when))
        return rows.map(({ ticket }) => ticket.id)
      }
      expect(await found({ field: 'category', op: 'is', value: text })).toEqual(['hit'])
      expect(await found({ field: 'subject', op: 'contains', value: text })).toEqual(['hit'])
      expect(await found({ field: 'category', op: 'isNot', value: text })).toEqual(['other'])
      expect(await store.lookup('default', { reference: text })).toBe(null)
      expect(await store.load("x' OR '1'='1", 'hit')).toMatchObject({ row: null })
      await close()
    }
  })

  it('a field or a key that is not known is refused, and its name is in no statement', () => {
    for (const field of [...hostile, 'id; --', 'nonsense', '__proto__', 'constructor']) {
      const asked = () =>
        defineDesk({ views: [{ id: 'v', when: { field, op: 'is', value: 'x' } as never, order: 'fifo' }] })
      const ordered = () =>
        defineDesk({
          views: [{ id: 'v', order: [{ by: { field }, direction: 'ascending', nulls: 'last' }] as Ordering }],
        })
      for (const define of [asked, ordered]) {
        let code = 'nothing'
        try {
          define()
        } catch (error) {
          code = isDeskError(error) ? error.code : String(error)
        }
        expect([field, code]).toEqual([
          field,
          expect.stringMatching(/^(unknown_name|forbidden_key|invalid_definition)$/),
        ])
      }
    }
  })

  it('names in an ordering of one’s own are bound, too', () => {
    for (const name of hostile) {
      const query = queryOf('acme', null, [
        { by: { among: { field: 'category', names: [name] } }, direction: 'ascending', nulls: 'last' },
        {
          by: { pick: { field: 'category', values: { [name]: 1 }, otherwise: 0 } },
          direction: 'ascending',
          nulls: 'last',
        },
      ])
      const { text, params } = findSql(query, 0, place).page(undefined, 10)
      expect(text).not.toContain(name.length > 2 ? name : `'${name}'`)
      expect(params.filter((value) => value === name)).toHaveLength(2)
    }
  })
})

/** Everything that a desk does and tells, for two tenants whose ids are the same. */
const apart = (make: MakeStore) => {
  it('never meet: references, mails, views, counts, feeds, exports, claims, links, effects, receipts, erasure', async () => {
    const { store, clock, close } = await make()
    const definition = defineDesk({
      views: [{ id: 'all', order: 'fifo' }],
      triggers: [{ id: 'tell', on: ['ticket_opened'], do: [{ type: 'webhook', hook: 'crm' }] }],
    }) as Definition
    const [red, blue] = ['red', 'blue'].map((tenant) =>
      createDesk({ definition, store, tenant, ...(clock ? { clock } : {}) }),
    )
    if (!red || !blue) throw new Error('no desks')
    const mari = { kind: 'requester', id: 'mari' } as const
    const ana = { kind: 'agent', id: 'ana' } as const
    const openA = (desk: Desk) => {
      const opened = { ticketId: 'a', reference: 'R', subject: `of ${desk.tenant}`, externalId: 'mail' }
      return desk.as(mari).open(opened, { commandId: 'c' })
    }
    for (const desk of [red, blue]) expect((await openA(desk)).repeated).toBe(false)
    await red.as(mari).open({ ticketId: 'own', reference: 'OWN', subject: 'of red', externalId: 'own-mail' })
    const lease = await red.as(ana).claim('a')
    if (!lease) throw new Error('no lease')
    expect(await store.leases('blue', 'ana')).toEqual([])
    await red.as(ana).announce('a', 'viewing')
    expect(await blue.presence('a')).toMatchObject({ lease: null, people: [] })
    expect(await store.renew('blue', lease, 1_000)).toBe(null)
    expect(await store.release('blue', lease)).toBe(false)
    for (const attempt of [
      () => blue.get('own'),
      () => blue.history('own'),
      () => blue.as(ana).claim('own'),
      () => blue.as(ana).link('a', 'own'),
      () => blue.as(ana).merge('own', 'a'),
      () => blue.as(ana).merge('a', 'own'),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'ticket_not_found' })
    expect([await blue.byReference('OWN'), await blue.byExternalId('own-mail')]).toEqual([null, null])
    for (const desk of [red, blue]) {
      const mine = `of ${desk.tenant}`
      const tickets = desk === red ? 2 : 1
      expect((await desk.byReference('R'))?.subject).toBe(mine)
      expect((await desk.byExternalId('mail'))?.subject).toBe(mine)
      expect((await desk.view('all')).tickets.map(({ subject }) => subject)).toEqual(Array(tickets).fill(mine))
      expect((await desk.count('all')).count).toBe(tickets)
      expect(new Set((await desk.changes(0)).events.map(({ tenant }) => tenant))).toEqual(new Set([desk.tenant]))
      let text = ''
      for await (const line of desk.exportLines()) text += line
      for await (const line of desk.exportCsv()) text += line
      expect(text).toContain(mine)
      expect(text).not.toContain(`of ${desk === red ? 'blue' : 'red'}`)
    }
    const sent: string[] = []
    await blue.deliver(({ ticket }) => void sent.push(ticket.subject))
    expect(sent).toEqual(['of blue'])
    expect(await store.effects('red', { now: 9e12, limit: 10 })).toHaveLength(2)
    expect(await store.forgetReceipts('red', 9e12)).toBe(2)
    expect((await openA(blue)).repeated).toBe(true)
    await red.erase('mari')
    expect((await red.get('a')).subject).not.toBe('of red')
    expect((await blue.get('a')).subject).toBe('of blue')
    await close()
  })
}

describe.each([
  ['memory', memory],
  ['SQLite', sqliteHandle],
])('two tenants in one store (hazard 40): %s', (_where, make) => apart(make))

describePostgres('two tenants in one store (hazard 40): PostgreSQL', ({ url }) => {
  describe('whose statements say the tenant', () => apart(server(url)))
  describe('which holds them to it, too', () => {
    let make: MakeStore
    beforeAll(async () => {
      make = serverForApp((await anotherDatabase()).url, true)
    })
    apart(() => make())
  })
})

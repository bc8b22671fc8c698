import { DatabaseSync } from 'node:sqlite'
import { createDesk, type Definition, foldText, memoryStore, type Ticket } from 'ticketwright'
import { sqliteStore } from 'ticketwright/sqlite'
import { manualClock, sampleDefinition } from 'ticketwright/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { fieldNamed } from '../../../src/condition/field.ts'
import { fields } from '../../../src/engine/field.ts'
import { columns, filled, isActionable } from '../../../src/stores/sql/column.ts'
import { sqlite } from '../../../src/stores/sql/dialect.ts'
import { readyIn } from '../../../src/stores/sql/order.ts'
import { changeOf, decided } from '../../../src/testing/sample.ts'

/** Tickets in all the states that columns tell apart. */
async function tickets(): Promise<readonly Ticket[]> {
  const clock = manualClock('2026-11-23T09:00:00+02:00')
  const desk = createDesk({ definition: sampleDefinition as Definition, store: memoryStore({ clock }), clock })
  const ana = desk.as({ kind: 'agent', id: 'ana' })
  const requester = {
    ...{ id: 'mari', name: 'Mari STRASSE', email: 'Mari@Example.ee', plan: 'gold', segment: 'smb' },
    ...{ revenue: 12.5, previousTickets: 3, vip: false },
  }
  const full = { category: 'Billing', channel: 'mail', language: 'et', tags: ['VIP', 'Straße'], effortMinutes: 0.5 }
  const people = { followers: ['ben', 'eve'], collaborators: ['kim'], department: 'it', tier: 2 }
  const open = async (input: object) => (await ana.open({ subject: 'Ärger', ...input })).ticket
  const seen = [await open({}), await open({ ...full, ...people, requester })]
  const id = seen[0]?.id ?? ''
  seen.push((await ana.reply(id, { body: 'hello' })).ticket, (await ana.assign(id, 'ana')).ticket)
  seen.push((await ana.postpone(id)).ticket)
  const breached = await open({ requester: { id: 'x', vip: true } })
  clock.pass('20h')
  seen.push(await desk.get(breached.id), (await ana.setStatus(breached.id, 'Answered')).ticket)
  seen.push((await ana.resolve(breached.id)).ticket, (await ana.close(breached.id)).ticket)
  return seen
}

const opened = decided(null, { type: 'open', subject: 'x', reference: 'R' }, { tenant: 'acme', ticketId: 't', at: 1 })

describe('a column', () => {
  let seen: readonly Ticket[]
  beforeAll(async () => {
    seen = await tickets()
  })

  it.each(Object.entries(columns))('holds what the field %s says, in its form', (name, { form, read, always }) => {
    const field = fieldNamed(fields, name)
    const forms = {
      plain: (found: unknown) => found ?? null,
      folded: (found: unknown) => (typeof found === 'string' ? foldText(found) : null),
      truth: (found: unknown) => (found === true ? 1 : found === false ? 0 : null),
      set: (found: unknown) => ['', ...(found as string[]), ''].join('\n'),
    }
    for (const ticket of seen) {
      expect(read(ticket)).toEqual(forms[form](field?.read({ ticket })))
      if (always) expect(read(ticket)).not.toBe(null)
    }
    expect(field?.class).toBe('stored')
  })

  it('of the kinds that views begin with tells them apart', () => {
    const actionable = filled.find(({ column }) => column === 'actionable')
    for (const ticket of seen) expect(actionable?.read(ticket)).toBe(isActionable([ticket.kind]) ? 0 : 1)
    expect(new Set(seen.map(({ kind }) => isActionable([kind]))).size).toBe(2)
  })

  it.each([...readyIn(sqlite)])('of a named ordering holds %s', (term, column) => {
    const handle = new DatabaseSync(':memory:')
    const store = sqliteStore(handle)
    const changes = seen.map((ticket, i) => ({
      ...changeOf(null, { ...opened, ticket: { ...ticket, id: `t${i}`, reference: `R${i}` } }),
    }))
    expect(changes.length).toBeGreaterThan(5)
    return store.commit({ tenant: 'acme', changes, effects: [] }).then((outcome) => {
      expect(outcome).toEqual({ ok: true })
      const differing = `SELECT count(*) AS n, count(DISTINCT ${column}) AS kinds FROM ticketwright_tickets`
      expect(handle.prepare(`${differing} WHERE ${column} IS NOT ${term}`).get()).toMatchObject({ n: 0 })
      expect(handle.prepare(differing).get()?.n).toBe(seen.length)
      handle.close()
    })
  })

  it('is in the tables under its name and type', () => {
    const handle = new DatabaseSync(':memory:')
    sqliteStore(handle)
    const table = handle.prepare(`SELECT name, type FROM pragma_table_info('ticketwright_tickets')`).all()
    const types = new Map(table.map(({ name, type }) => [name, type]))
    for (const { column, type } of [...Object.values(columns), ...filled])
      expect([column, types.get(column)]).toEqual([column, type])
    handle.close()
  })
})

import { DatabaseSync } from 'node:sqlite'
import { type SqliteHandle, sqliteStore } from 'ticketwright/sqlite'
import { type MakeStore, manualClock, storeCases } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'

const ofTenant = /tenant = \?/

/** The real store, with the tenant left out of one of its statements. */
const makeWithout =
  (leftOut: string | null, seen: (sql: string) => void = () => {}): MakeStore =>
  () => {
    const clock = manualClock('2026-11-23T09:00:00+02:00')
    const handle: SqliteHandle = new DatabaseSync(':memory:')
    const store = sqliteStore(
      {
        exec: (sql) => handle.exec(sql),
        prepare: (sql) => {
          seen(sql)
          return handle.prepare(sql === leftOut ? sql.replace(ofTenant, '? IS NOT NULL') : sql)
        },
        close: () => handle.close(),
      },
      { clock },
    )
    return {
      store,
      clock,
      close: async () => {
        await store.close()
        handle.close()
      },
    }
  }

/** What may be asked of all tenants without any of them being told of another, or losing anything. */
const harmless: Readonly<Record<string, string>> = {
  'SELECT id FROM ticketwright_tickets AS own INDEXED BY': 'where a search stops to give others a turn',
  'SELECT planned_by FROM': 'definitions to look for, of which this tenant may have no ticket',
  'SELECT coalesce(max(turn), 0)': 'a turn that is later than all others too',
  'DELETE FROM ticketwright_presence WHERE (tenant': 'presence that is over everywhere',
}

const run = (make: MakeStore) =>
  storeCases.find(({ name }) => name.startsWith('two tenants with the same ids never meet'))?.run(make)

describe('the tenant left out', async () => {
  const statements = new Set<string>()
  await run(makeWithout(null, (sql) => void (ofTenant.test(sql) && statements.add(sql))))

  it('is looked for in every statement of a tenant', () => {
    expect(statements.size).toBeGreaterThan(40)
  })

  it.each([...statements].map((sql) => [sql.replace(/\s+/g, ' ').trim().slice(0, 120), sql] as const))(
    '%s',
    async (start, sql) => {
      const excused = Object.keys(harmless).some((known) => start.startsWith(known))
      const caught = await Promise.resolve(run(makeWithout(sql))).then(
        () => false,
        () => true,
      )
      expect([start, caught]).toEqual([start, !excused])
    },
  )
})

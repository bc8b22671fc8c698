import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import pg from 'pg'
import { createDesk, type Definition, type Desk } from 'ticketwright'
import { migratePostgres, postgresStore } from 'ticketwright/postgres'
import { sampleDefinition } from 'ticketwright/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type PostgresServer, startPostgres } from '../postgres/server.ts'

/** Folders with a server and the programs that back it up; npm's PostgreSQL has none. */
const debian = '/usr/lib/postgresql'
const folders = [
  process.env.TICKETWRIGHT_POSTGRES_BIN ?? '',
  ...(existsSync(debian) ? readdirSync(debian).map((version) => join(debian, version, 'bin')) : []),
  ...(process.env.PATH ?? '').split(delimiter),
]
const bin = folders.find((folder) =>
  ['postgres', 'initdb', 'pg_dump', 'psql'].every((name) => existsSync(join(folder, name))),
)

const page = readFileSync(new URL('../../docs/how-to/operations-postgresql.md', import.meta.url), 'utf8')
const [, afterRestore = ''] = /^```sql\n(-- after a restore.*?)^```$/ms.exec(page) ?? []

describe.skipIf(bin === undefined || process.env.TICKETWRIGHT_POSTGRES === 'off')(
  'a backup by pg_dump, restored',
  () => {
    let server: PostgresServer
    const pools: pg.Pool[] = []
    beforeAll(async () => {
      vi.stubEnv('TICKETWRIGHT_POSTGRES_BIN', bin)
      server = await startPostgres()
      vi.unstubAllEnvs()
    }, 120_000)
    afterAll(async () => {
      await Promise.all(pools.map((pool) => pool.end()))
      await server.stop()
    })
    const program = (name: string, args: readonly string[], input?: string) =>
      execFileSync(join(bin ?? '', name), args, { encoding: 'utf8', ...(input !== undefined && { input }) })
    const poolOn = (connectionString: string) => {
      const pool = new pg.Pool({ connectionString, max: 3 })
      pools.push(pool)
      return pool
    }
    const deskOn = (pool: pg.Pool) =>
      createDesk({ definition: sampleDefinition as Definition, store: postgresStore(pool) })
    const notes = async (desk: Desk, count: number) => {
      for (let i = 0; i < count; i++) await desk.as({ kind: 'agent', id: 'ana' }).note('t1', { body: `note ${i}` })
    }

    /** A reader that came further than the backup, and a desk that begins anew from it. */
    async function restored(name: string) {
      const url = await server.createDatabase(`${name}_live`)
      const live = deskOn(poolOn(url))
      await live.as({ kind: 'requester', id: 'mari' }).open({ ticketId: 't1', subject: 'Help' })
      await notes(live, 5)
      const backup = program('pg_dump', ['--schema=ticketwright', url])
      await notes(live, 20)
      const { position } = await live.changes(0, 1_000)
      const again = await server.createDatabase(`${name}_restored`)
      program('psql', ['--quiet', '--set=ON_ERROR_STOP=1', again], backup)
      const pool = poolOn(again)
      return { position, pool, desk: deskOn(pool) }
    }

    it('gives a reader everything that is written from then on, after the statements of the page', async () => {
      const { position, pool, desk } = await restored('said')
      expect(afterRestore).toContain('setval')
      await pool.query(afterRestore)
      const before = (await desk.get('t1')).version
      await notes(desk, 10)
      const { events } = await desk.changes(position, 1_000)
      expect(events.map(({ version }) => version)).toEqual(Array.from({ length: 10 }, (_, i) => before + 1 + i))
      const opened = await desk.as({ kind: 'requester', id: 'mari' }).open({ subject: 'More' })
      expect(opened.ticket.reference).not.toMatch(/-0*2$/)
      const tables = await pool.query(`SELECT count(*)::integer AS n FROM pg_stats WHERE schemaname = 'ticketwright'`)
      expect(tables.rows[0].n).toBeGreaterThan(0)
    }, 60_000)

    it('without them refuses the reader, and then leaves out what came in between', async () => {
      const { position, desk } = await restored('forgotten')
      await notes(desk, 10)
      await expect(desk.changes(position)).rejects.toMatchObject({
        code: 'store_failed',
        facts: { reason: expect.stringMatching(/TW004: position \d+ lies beyond the feed, .*restored from a backup/) },
      })
      await notes(desk, 25)
      expect((await desk.changes(position, 1_000)).events.length).toBeLessThan(35)
    }, 60_000)

    it('has functions and tables that a store finds whole', async () => {
      const { pool, desk } = await restored('whole')
      await migratePostgres(pool)
      expect((await desk.get('t1')).subject).toBe('Help')
      expect(await desk.runDue()).toMatchObject({ tickets: 0, failed: [] })
    }, 60_000)
  },
)

import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import BetterSqlite from 'better-sqlite3'
import { createDesk, defineDesk } from 'ticketwright'
import { sqliteStore } from 'ticketwright/sqlite'
import { describe, expect, it } from 'vitest'
import { examine } from '../crash/examine.ts'

const definition = defineDesk({
  triggers: [{ id: 'tell', on: ['ticket_opened', 'message_added'], do: [{ type: 'webhook', hook: 'crm' }] }],
})

/** Ways to copy a file while it is written to. */
const ways: Record<string, (path: string, copy: string, handle: BetterSqlite.Database) => Promise<unknown>> = {
  // from a process of its own, as a cron job would
  'VACUUM INTO': async (path, copy) => {
    const program = `const h = new (require('node:sqlite').DatabaseSync)(${JSON.stringify(path)}, { timeout: 10000 })
      h.prepare('VACUUM INTO ?').run(${JSON.stringify(copy)}); h.close()`
    const child = spawn(process.execPath, ['-e', program], { stdio: 'ignore' })
    expect(await new Promise((ended) => child.once('close', ended))).toBe(0)
  },
  // on the store's own handle: what is written meanwhile goes along (from another it would begin anew each time)
  'backup of better-sqlite3': (_path, copy, handle) => handle.backup(copy, { progress: () => 50 }),
}

describe.each(Object.entries(ways))('a backup by %s, made while commands are written,', (_way, backUp) => {
  it('is what the feed had told up to a commit: tickets, events, outbox and receipts of that, and nothing else', {
    timeout: 60_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ticketwright-backup-'))
    const [path, copy] = [join(folder, 'tickets.db'), join(folder, 'copy.db')]
    const own = new BetterSqlite(path)
    const store = sqliteStore(own)
    const desk = createDesk({ definition, store })
    const mari = desk.as({ kind: 'requester', id: 'mari' })
    const write = async (i: number) => {
      const { ticket } = await mari.open({ subject: `Ticket ${i}`, externalId: `mail-${i}` })
      for (let n = 0; n < 3; n++) await mari.message(ticket.id, { body: 'hello '.repeat(50) })
      return ticket.id
    }
    const before: string[] = []
    for (let i = 0; i < 20; i++) before.push(await write(i))
    const early = (await store.changes('default', 0, 100_000)).events.length
    let stopped = false
    const writers = Array.from({ length: 4 }, async (_, w) => {
      for (let i = 0; !stopped && i < 150; i++) await write(1_000 * (w + 1) + i)
    })
    await new Promise((later) => setTimeout(later, 100))
    await backUp(path, copy, own)
    const atEnd = (await store.changes('default', 0, 100_000)).events.length
    await new Promise((later) => setTimeout(later, 100))
    stopped = true
    await Promise.all(writers)

    // every ticket is the rebuild of its events, and outbox, receipts and external ids are those of the events
    expect(examine(copy, [])).toEqual([])
    const restoredStore = sqliteStore(copy)
    const [whole, part] = [
      await store.changes('default', 0, 100_000),
      await restoredStore.changes('default', 0, 100_000),
    ]
    expect(part.events.length).toBeGreaterThanOrEqual(early)
    expect(part.events.length).toBeLessThanOrEqual(atEnd)
    expect(whole.events.length).toBeGreaterThan(atEnd)
    // a beginning of the feed, without a gap, position for position
    expect(JSON.stringify(part.events)).toBe(JSON.stringify(whole.events.slice(0, part.events.length)))
    const handle = new DatabaseSync(copy)
    const end = handle.prepare('SELECT max(position) AS last, count(*) AS n FROM ticketwright_events').get()
    expect(end).toEqual({ last: part.position, n: part.events.length })
    handle.close()
    const restored = createDesk({ definition, store: restoredStore })
    for (const id of before) expect(await restored.get(id)).toEqual(await desk.get(id))
    expect(
      (await restored.as({ kind: 'requester', id: 'mari' }).open({ subject: 'on' })).ticket.version,
    ).toBeGreaterThan(0)
    await restoredStore.close()
    await store.close()
    own.close()
    rmSync(folder, { recursive: true })
  })
})

it('a copy of the file alone, without its journal, would be found out', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ticketwright-backup-'))
  const [path, copy] = [join(folder, 'tickets.db'), join(folder, 'copy.db')]
  const store = sqliteStore(path)
  const mari = createDesk({ definition, store }).as({ kind: 'requester', id: 'mari' })
  const { ticket } = await mari.open({ subject: 's' })
  copyFileSync(path, copy)
  const acknowledged = [{ commandId: 'none', ticketId: ticket.id, version: ticket.version }]
  let found: readonly string[]
  try {
    found = examine(copy, acknowledged)
  } catch (error) {
    found = [String(error)] // it may well have no tables
  }
  expect(found.length).toBeGreaterThan(0)
  await store.close()
  rmSync(folder, { recursive: true })
})

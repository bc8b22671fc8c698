import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createDesk, defineDesk } from 'ticketwright'
import { sqliteStore } from 'ticketwright/sqlite'
import { expect, it } from 'vitest'
import { examine } from '../crash/examine.ts'

it('a backup made while commands are written is whole, and can be opened', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ticketwright-backup-'))
  const [path, copy] = [join(folder, 'tickets.db'), join(folder, 'copy.db')]
  const store = sqliteStore(path)
  const desk = createDesk({ definition: defineDesk({}), store })
  const mari = desk.as({ kind: 'requester', id: 'mari' })
  const before: string[] = []
  const write = async (i: number) => {
    const { ticket } = await mari.open({ subject: `Ticket ${i}`, externalId: `mail-${i}` })
    await mari.message(ticket.id, { body: 'hello' })
    return ticket.id
  }
  for (let i = 0; i < 20; i++) before.push(await write(i))
  const writing = Promise.all(Array.from({ length: 40 }, (_, i) => write(100 + i)))
  const other = new DatabaseSync(path)
  other.prepare('VACUUM INTO ?').run(copy)
  other.close()
  await writing

  expect(examine(copy, [])).toEqual([])
  const restored = createDesk({ definition: defineDesk({}), store: sqliteStore(copy) })
  for (const id of before) expect((await restored.get(id)).counts.messages).toBe((await desk.get(id)).counts.messages)
  expect((await restored.as({ kind: 'requester', id: 'mari' }).open({ subject: 'on' })).ticket.version).toBeGreaterThan(
    0,
  )
  await store.close()
  rmSync(folder, { recursive: true })
})

/**
 * The process that is killed: `node writer.ts FILE RUN STATEMENT CONTROL`. Gives commands to a desk on the file, many at
 * once, and says on stdout what was acknowledged, a line each, written before anything else happens. With a STATEMENT
 * above 0 it kills itself right before, or right after, the statement of that number. CONTROL leaves the transaction out.
 */
import { writeSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { createDesk } from '../../src/desk/desk.ts'
import { defineDesk } from '../../src/engine/definition.ts'
import type { SqliteHandle } from '../../src/stores/sqlite/handle.ts'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'

const [path = '', run = '0', statement = '0', control = ''] = process.argv.slice(2)
const killAt = Number(statement)
const handle = new DatabaseSync(path)
let statements = 0
let armed = false

/** Dies before statement n at 2n and after it at 2n + 1: nothing is cleaned up, nothing is flushed. */
function counted<Result>(work: () => Result): Result {
  if (!armed) return work()
  if (++statements === killAt) process.kill(process.pid, 'SIGKILL')
  const result = work()
  if (++statements === killAt) process.kill(process.pid, 'SIGKILL')
  return result
}

const withoutTransaction = (sql: string) => control !== '' && /^(BEGIN|COMMIT|ROLLBACK)/.test(sql)
const watched: SqliteHandle = {
  exec: (sql) => counted(() => (withoutTransaction(sql) ? undefined : handle.exec(sql))),
  prepare: (sql) => {
    const prepared = handle.prepare(sql)
    return {
      get: (...values) => prepared.get(...values),
      all: (...values) => prepared.all(...values),
      run: (...values) => counted(() => prepared.run(...values)),
    }
  },
  close: () => handle.close(),
}
const definition = defineDesk({
  triggers: [{ id: 'tell', on: ['ticket_opened', 'message_added'], do: [{ type: 'webhook', hook: 'crm' }] }],
})
const desk = createDesk({ definition, store: sqliteStore(watched) })
const mari = desk.as({ kind: 'requester', id: 'mari' })
const ana = desk.as({ kind: 'agent', id: 'ana' })
armed = true

/** Tells the parent before the next command begins. */
const acknowledge = (commandId: string, ticketId: string, version: number) =>
  writeSync(1, `${JSON.stringify({ commandId, ticketId, version })}\n`)

async function life(n: number): Promise<void> {
  const ticketId = `r${run}-${n}`
  const say = async (step: string, given: Promise<{ ticket: { version: number } }>) =>
    acknowledge(`${ticketId}-${step}`, ticketId, (await given).ticket.version)
  const id = (step: string) => ({ commandId: `${ticketId}-${step}` })
  const first = { ticketId, subject: `Ticket ${n}`, body: 'hello', externalId: `mail-${ticketId}` }
  await say('open', mari.open(first, id('open')))
  await say('reply', ana.reply(ticketId, { body: 'hi', externalId: `out-${ticketId}` }, id('reply')))
  await say('tag', ana.tag(ticketId, ['seen'], id('tag')))
  await say('resolve', ana.resolve(ticketId, {}, id('resolve')))
}

for (let round = 0; round < 100_000; round++)
  await Promise.all(Array.from({ length: 4 }, (_, i) => life(round * 4 + i)))

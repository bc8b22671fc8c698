import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'

/** `node migrating-process.ts PATH AT`: opens a file at an instant, the same for all, and says how it went. */
const [path = '', at = '0'] = process.argv.slice(2)
while (Date.now() < Number(at));
const store = sqliteStore(path)
const { row } = await store.load('acme', 't1')
console.log(JSON.stringify({ pid: process.pid, found: row?.ticket.id }))
await store.close()

/**
 * A shop with a desk in its own PostgreSQL: orders and tickets change in one transaction. It serves Express, and the
 * same routes as handlers of `Request`, and asks both a few things. `npm run example:web`
 */
import { freshDatabase, withoutServer } from '../workers/server.ts'
import { demo } from './demo.ts'

try {
  const database = await freshDatabase(process.env.DATABASE_URL ?? null)
  try {
    await demo(database.url, console.log)
  } finally {
    await database.close()
  }
} catch (error) {
  withoutServer(error)
}

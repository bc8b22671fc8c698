import { createRequire } from 'node:module'
import type { Append } from '../stores/peer.ts'

const require = createRequire(import.meta.url)

/** Tables are made by the first append. Appends only, as its store on SQLite is asked. */
export function emmettPostgres(url: string): { readonly append: Append; readonly close: () => Promise<void> } {
  const store = require('@event-driven-io/emmett-postgresql').getPostgreSQLEventStore(url)
  return {
    append: ({ stream, before, type, data }) =>
      store.appendToStream(stream, [{ type, data }], { expectedStreamVersion: BigInt(before) }),
    close: () => store.close(),
  }
}

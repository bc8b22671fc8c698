import { createRequire } from 'node:module'
import type { Commit, Store } from '../../src/store.ts'
import { memoryStore } from '../../src/stores/memory.ts'

const require = createRequire(import.meta.url)

/** An event for a stream, as every peer takes it: its type and its facts. */
interface Appended {
  readonly stream: string
  /** Events in the stream before it. */
  readonly before: number
  readonly type: string
  readonly data: object
}

/** Appends to a stream that is expected to be as long as said; refused otherwise. */
export type Append = (event: Appended) => Promise<unknown>

interface Emmett {
  appendToStream(stream: string, events: object[], options: { expectedStreamVersion: bigint }): Promise<unknown>
}

const emmettAppend =
  (store: Emmett): Append =>
  ({ stream, before, type, data }) =>
    store.appendToStream(stream, [{ type, data }], { expectedStreamVersion: BigInt(before) })

export const inMemory: Readonly<Record<string, () => Append>> = {
  'a Map of arrays': () => {
    const streams = new Map<string, object[]>()
    return async ({ stream, before, type, data }) => {
      const events = streams.get(stream) ?? []
      if (events.length !== before) throw new Error('conflict')
      events.push({ type, data })
      streams.set(stream, events)
    }
  },
  castore: () => {
    const { InMemoryEventStorageAdapter } = require('@castore/event-storage-adapter-in-memory')
    const adapter = new InMemoryEventStorageAdapter({})
    return ({ stream, before, type, data }) =>
      adapter.pushEvent({ aggregateId: stream, version: before + 1, type, payload: data }, { eventStoreId: 'tickets' })
  },
  emmett: () => emmettAppend(require('@event-driven-io/emmett').getInMemoryEventStore()),
}

/** Tables are made by the first append. */
export const emmettSqlite = (path: string): Append =>
  emmettAppend(
    require('@event-driven-io/emmett-sqlite').getSQLiteEventStore({
      fileName: path,
      schema: { autoMigration: 'CreateOrUpdate' },
    }),
  )

/** The events of a commit without the rest, for those who keep nothing else. */
export const appendedOf = ({ changes: [change] }: Commit): Appended => {
  const [event] = change?.events ?? []
  if (!change || !event) throw new Error('a commit without events')
  return { stream: change.ticketId, before: change.expectedVersion, type: event.type, data: event }
}

export const ownMemory = (): Store => memoryStore()

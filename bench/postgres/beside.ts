import type pg from 'pg'
import type { Store } from '../../src/store.ts'
import { postgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { inLines } from './commits.ts'
import { listening } from './raw.ts'

/** A value of a statement that would find what it did the first time, by another. */
type Again = (value: unknown) => unknown

/** Microseconds that a call of a store takes from eight connections, and those of pg with the same statements. */
export async function beside<One>(
  { pool, rounds, of, again }: { pool: pg.Pool; rounds: number; of: (round: number) => readonly One[]; again?: Again },
  ask: (store: Store, one: One) => Promise<unknown>,
): Promise<{ readonly storeUs: number; readonly rawUs: number }> {
  const { client, heard } = listening(pool)
  const store = postgresStore(client)
  await store.now()
  const own: number[] = []
  const raw: number[] = []
  for (let round = 0; round < rounds; round++) {
    const ones = of(round)
    heard.length = 0
    let before = performance.now()
    await inLines(ones, 8, (one) => ask(store, one))
    own.push(((performance.now() - before) * 1e3) / ones.length)
    const statements = heard.map(({ text, values }) => ({ text, values: again ? values.map(again) : [...values] }))
    before = performance.now()
    await inLines(statements, 8, ({ text, values }) => pool.query(text, values))
    raw.push(((performance.now() - before) * 1e3) / ones.length)
  }
  return { storeUs: Math.min(...own), rawUs: Math.min(...raw) }
}

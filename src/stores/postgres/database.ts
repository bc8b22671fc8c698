import { fail } from '../../errors.ts'
import type { SqlValue } from '../sql/column.ts'
import { hasNul } from '../sql/leaf.ts'
import { askInTurn, type PostgresClient } from './client.ts'
import { fateOf, toDeskError } from './failure.ts'

/** Texts kept written out: those of the store itself, and room for the views of applications. */
const maxTexts = 500

/** Waits between attempts at what others hold, in milliseconds; the last one repeats. */
const waitsMs = [1, 2, 5, 10, 20, 40, 80, 150]

// taken while the module is read, so that a test's fake timers do not stop a store
const { setTimeout } = globalThis
const passing = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

export type Values = readonly (SqlValue | undefined | readonly string[])[]

/** A client with the tables of one schema. In a text `@` stands for the schema with its dot, and `?` for a value. */
export class Database {
  readonly client: PostgresClient
  readonly schema: string
  readonly #patienceMs: number
  readonly #texts = new Map<string, string>()

  /** `patienceMs`: how long what others hold is tried for. */
  constructor(client: PostgresClient, schema: string, patienceMs: number) {
    this.client = client
    this.schema = schema
    this.#patienceMs = patienceMs
  }

  /** Rows of a question. */
  rows<Row>(sql: string, ...values: Values): Promise<Row[]> {
    return this.#asked<Row>(sql, values, false)
  }

  async row<Row>(sql: string, ...values: Values): Promise<Row | undefined> {
    return (await this.rows<Row>(sql, ...values))[0]
  }

  /** Rows that a writing statement gives: it is done whole, or not at all. */
  write<Row>(sql: string, ...values: Values): Promise<Row[]> {
    return this.#asked<Row>(sql, values, true)
  }

  /** By a value with NUL nothing is found: nothing that is kept holds it. */
  async #asked<Row>(sql: string, values: Values, writes: boolean): Promise<Row[]> {
    if (values.some(hasNul)) return []
    let first: unknown
    for (let [waitedMs, attempts] = [0, 0]; ; attempts++) {
      try {
        return (await askInTurn(this.client, this.#text(sql), [...values])) as Row[]
      } catch (error) {
        // in a transaction of the application's own, the next attempt only says that this one was given up
        first = first !== undefined && (error as { code?: unknown } | null)?.code === '25P02' ? first : error
        if (fateOf(first) !== 'again' || waitedMs >= this.#patienceMs || first !== error)
          throw toDeskError(first, writes)
        const waitMs = waitsMs[Math.min(attempts, waitsMs.length - 1)] ?? 0
        waitedMs += waitMs
        await passing(waitMs * (0.5 + (attempts % 3) / 2))
      }
    }
  }

  #text(sql: string): string {
    const known = this.#texts.get(sql)
    if (known !== undefined) return known
    if (this.#texts.size >= maxTexts) this.#texts.clear()
    const written = withSchema(numbered(sql), this.schema)
    this.#texts.set(sql, written)
    return written
  }
}

const numbered = (sql: string): string => {
  let count = 0
  return sql.replaceAll('?', () => `$${++count}`)
}

const withSchema = (sql: string, schema: string): string => sql.replaceAll('@', `"${schema}".`)

/**
 * A name that needs no more than quotes.
 * @throws DeskError `store_failed`
 */
export function checkedSchema(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(name) || /^pg_/i.test(name))
    throw fail('store_failed', {
      reason: 'a schema is named with 1 to 63 letters, digits and _, not first a digit or pg_',
    })
  return name
}

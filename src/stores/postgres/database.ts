import { fail } from '../../errors.ts'
import type { SqlValue } from '../sql/column.ts'
import { hasNul } from '../sql/leaf.ts'
import { askInTurn, type PostgresClient } from './client.ts'
import { toDeskError } from './failure.ts'
import { Patience } from './patience.ts'

/** Texts kept written out: those of the store itself, and room for the views of applications. */
const maxTexts = 500

export type Values = readonly (SqlValue | undefined | readonly string[])[]

/** A client with the tables of one schema. In a text `@` stands for the schema with its dot, and `?` for a value. */
export class Database {
  readonly client: PostgresClient
  readonly schema: string
  readonly patienceMs: number
  readonly #texts = new Map<string, string>()

  /** `patienceMs`: how long what others hold is tried for. */
  constructor(client: PostgresClient, schema: string, patienceMs: number) {
    this.client = client
    this.schema = schema
    this.patienceMs = patienceMs
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
    const patience = new Patience(this.patienceMs)
    for (;;) {
      try {
        return await this.once<Row>(sql, ...values)
      } catch (error) {
        patience.meet(error)
        if (!patience.lasts) throw toDeskError(patience.reason, writes)
        await patience.pause()
      }
    }
  }

  /** Asked once; the error is the driver's. */
  async once<Row>(sql: string, ...values: Values): Promise<Row[]> {
    return (await askInTurn(this.client, this.#text(sql), [...values])) as Row[]
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

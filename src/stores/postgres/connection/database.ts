import { fail } from '../../../errors.ts'
import { isUnstorable } from '../../nul.ts'
import { type PostgresClient, type Wire, wireOf } from './client.ts'
import { toDeskError } from './failure.ts'
import { ofTenant, runOfTenant, type Values } from './of-tenant.ts'
import { Patience } from './patience.ts'

/** Texts kept written out: those of the store itself, and room for the views of applications. */
const maxTexts = 500

/** What a store is set to, for whatever it asks. */
export interface Settings {
  readonly schema: string
  /** How long what others hold is tried for. */
  readonly patienceMs: number
  /** Have the tables policies, so that each statement must say whose rows it is about? */
  readonly rowSecurity: boolean
}

/** A client with the tables of one schema. In a text `@` stands for the schema with its dot, and `?` for a value. */
export class Database {
  readonly client: PostgresClient
  readonly settings: Settings
  readonly #wire: Wire
  #tenant: string | null = null
  #texts = new Map<string, string>()

  constructor(client: PostgresClient, settings: Settings, wire = wireOf(client)) {
    this.client = client
    this.settings = settings
    this.#wire = wire
  }

  get isConnection(): boolean {
    return this.#wire.isConnection
  }

  /**
   * The same for what is one tenant's: where there is row security, its statements see and write that tenant's rows and
   * no others, and each has to give rows (`RETURNING` where it writes).
   */
  of(tenant: string): Database {
    if (!this.settings.rowSecurity) return this
    const own = new Database(this.client, this.settings, this.#wire)
    own.#tenant = tenant
    own.#texts = this.#texts
    return own
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

  /** By a value that cannot be kept nothing is found. */
  async #asked<Row>(sql: string, values: Values, writes: boolean): Promise<Row[]> {
    if (values.some(isUnstorable) || isUnstorable(this.#tenant)) return []
    const patience = new Patience(this.settings.patienceMs)
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
    const [tenant, text] = [this.#tenant, this.#text(sql)]
    if (tenant === null) return (await this.#wire.ask(text, [...values])) as Row[]
    const { statement, texts, numbers } = ofTenant(text, values)
    const rows = await this.#wire.ask(this.#text(runOfTenant), [tenant, statement, texts, numbers])
    return rows.map((row) => JSON.parse((row as { answer: string }).answer) as Row)
  }

  #text(sql: string): string {
    const known = this.#texts.get(sql)
    if (known !== undefined) return known
    if (this.#texts.size >= maxTexts) this.#texts.clear()
    const written = withSchema(numbered(sql), this.settings.schema)
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
 * A name that needs no more than quotes, of a schema that is nobody else's: in `public` lies what the application calls
 * `tickets` or `meta` itself.
 * @throws DeskError `store_failed`
 */
export function checkedSchema(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(name) || /^pg_|^information_schema$|^public$/i.test(name))
    throw fail('store_failed', {
      reason:
        'a schema is named with 1 to 63 letters, digits and _, not first a digit or pg_, nor information_schema or public',
    })
  return name
}

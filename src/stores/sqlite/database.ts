import { fail } from '../../errors.ts'
import { fateUnknown, isUndone, toDeskError } from './failure.ts'
import type { SqliteHandle, SqliteStatement, SqliteValue } from './handle.ts'

/** Statements kept prepared: those of the store itself, and room for the views of applications. */
const maxStatements = 300

/**
 * How long SQLite itself waits for another connection, in milliseconds: the process stands still meanwhile. Where
 * that is not enough, writes are tried again without holding anybody up.
 */
export const busyTimeoutMs = 50

/**
 * A handle with its statements prepared once and its errors in the codes of this library. All of it is synchronous:
 * between BEGIN and COMMIT nobody else gets a turn on the handle, so no request's writes end up in another's rollback.
 */
export class Database {
  readonly #handle: SqliteHandle
  readonly #statements = new Map<string, SqliteStatement>()

  constructor(handle: SqliteHandle) {
    this.#handle = handle
  }

  row<Row>(sql: string, ...values: SqliteValue[]): Row | undefined {
    try {
      return this.#statement(sql).get(...values) as Row | undefined
    } catch (error) {
      throw toDeskError(error)
    }
  }

  rows<Row>(sql: string, ...values: SqliteValue[]): Row[] {
    try {
      return this.#statement(sql).all(...values) as Row[]
    } catch (error) {
      throw toDeskError(error)
    }
  }

  /** Runs a writing statement: how many rows it changed. */
  change(sql: string, ...values: SqliteValue[]): number {
    try {
      return Number(this.#statement(sql).run(...values).changes)
    } catch (error) {
      throw toDeskError(error)
    }
  }

  /** As `change`, where any other number of rows means that the tables are not what they should be. */
  changeExactly(rows: number, sql: string, ...values: SqliteValue[]): void {
    const changes = this.change(sql, ...values)
    if (changes !== rows) throw fail('store_failed', { reason: `${changes} rows changed where ${rows} should have` })
  }

  /** Statements that are run once. */
  exec(sql: string): void {
    attempt(() => this.#handle.exec(sql))
  }

  /** How long the handle waits for others. Its owner may set it at any time. */
  get timeoutMs(): number {
    return this.row<{ timeout: number }>('PRAGMA busy_timeout')?.timeout ?? busyTimeoutMs
  }

  set timeoutMs(ms: number) {
    this.exec(`PRAGMA busy_timeout = ${ms}`)
  }

  /**
   * All that `work` writes, or nothing. The write lock is taken first, so what `work` reads stays true until the end.
   * Refused with `store_busy` while somebody else's transaction is open on the handle: what joined it could be lost.
   * SQLite waits no longer than `mostMs` for another connection.
   */
  write<Result>(work: () => Result, mostMs = busyTimeoutMs): Result {
    const own = this.timeoutMs
    if (own <= mostMs) return this.#write(work)
    this.timeoutMs = mostMs
    try {
      return this.#write(work)
    } finally {
      this.timeoutMs = own
    }
  }

  #write<Result>(work: () => Result): Result {
    this.exec('BEGIN IMMEDIATE')
    let result: Result
    try {
      result = work()
    } catch (error) {
      this.#rollBack()
      throw error
    }
    try {
      this.#handle.exec('COMMIT')
    } catch (error) {
      // still open means nothing was written; else SQLite ended the transaction, and most errors do not say how
      throw this.#rollBack() || isUndone(error) ? toDeskError(error) : fateUnknown(error)
    }
    return result
  }

  close(): void {
    this.#statements.clear()
    attempt(() => this.#handle.close())
  }

  #statement(sql: string): SqliteStatement {
    const known = this.#statements.get(sql)
    if (known) return known
    const prepared = this.#handle.prepare(sql)
    if (this.#statements.size >= maxStatements) this.#statements.clear()
    this.#statements.set(sql, prepared)
    return prepared
  }

  /** False if there was no transaction any more. */
  #rollBack(): boolean {
    try {
      this.#handle.exec('ROLLBACK')
      return true
    } catch {
      return false
    }
  }
}

function attempt<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw toDeskError(error)
  }
}

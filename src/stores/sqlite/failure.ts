import { DeskError, isDeskError, refuse } from '../../errors.ts'

/** Primary result codes of SQLite that say "not now": BUSY, LOCKED. */
const busy: ReadonlySet<number> = new Set([5, 6])
const full = 13

/** What a driver threw, as far as node:sqlite and better-sqlite3 say it. */
interface DriverError {
  readonly message?: unknown
  /** node:sqlite `ERR_SQLITE_ERROR`, better-sqlite3 `SQLITE_BUSY_SNAPSHOT`. */
  readonly code?: unknown
  /** Extended result code of node:sqlite; the primary one is its low byte. */
  readonly errcode?: unknown
}

/** An error of the driver as one of this library: `store_busy` where nothing was done and it may be tried again. */
export function toDeskError(error: unknown): DeskError {
  if (isDeskError(error)) return error as DeskError
  const { message, code, errcode } = (error ?? {}) as DriverError
  const name = typeof code === 'string' && code.startsWith('SQLITE_') ? code : ''
  const text = String(message ?? error)
  const reason = (name && !text.includes(name) ? `${name}: ${text}` : text).slice(0, 200)
  const isBusy =
    (typeof errcode === 'number' && busy.has(errcode & 0xff)) ||
    /^SQLITE_(BUSY|LOCKED)/.test(name) ||
    /within a transaction|busy executing a query/.test(text) // somebody else's, open on this very handle
  return new DeskError(refuse(isBusy ? 'store_busy' : 'store_failed', { reason }), undefined, { cause: error })
}

/** A full disk stops SQLite before a commit is in its file, and it undoes the transaction itself. */
export function isUndone(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as DriverError
  return code === 'SQLITE_FULL' || (typeof errcode === 'number' && (errcode & 0xff) === full)
}

/** A commit of which neither success nor failure is known. */
export const fateUnknown = (error: unknown): DeskError =>
  new DeskError(refuse('outcome_unknown', { reason: toDeskError(error).message.slice(0, 200) }), undefined, {
    cause: error,
  })

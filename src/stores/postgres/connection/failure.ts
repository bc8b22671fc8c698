import { DeskError, isDeskError, refuse } from '../../../errors.ts'

/**
 * What an error says of the statement. `again`: nothing was done, and the same may go through at once. `busy`: nothing
 * was done, try later. `unsent`: it never reached a server. `lost`: nobody knows what became of it. `failed`: nothing
 * was done, and the same would fail again. `tables`: as `failed`, since there are none, or others.
 */
type Fate = 'again' | 'busy' | 'unsent' | 'lost' | 'failed' | 'tables'

/** By SQLSTATE or its class (the first two characters); what is not here has `failed`. */
const fates: Readonly<Record<string, Fate>> = {
  '40001': 'again', // serialization_failure
  '40P01': 'again', // deadlock_detected
  '55P03': 'again', // lock_not_available
  '53300': 'again', // too_many_connections
  '57P03': 'again', // cannot_connect_now: it starts or stops
  '25P03': 'busy', // idle_in_transaction_session_timeout: with the transaction all of it is undone
  '25P04': 'busy', // transaction_timeout
  '57014': 'busy', // query_canceled: a time limit of the application's
  '40003': 'lost', // statement_completion_unknown
  '08001': 'unsent', // sqlclient_unable_to_establish_sqlconnection
  '08004': 'unsent', // sqlserver_rejected_establishment_of_sqlconnection
  '57P01': 'lost', // admin_shutdown
  '57P02': 'lost', // crash_shutdown
  '57P05': 'lost', // idle_session_timeout
  '3F000': 'tables', // invalid_schema_name
  '42P01': 'tables', // undefined_table
  '42703': 'tables', // undefined_column
  '42883': 'tables', // undefined_function
  '08': 'lost', // connection_exception
}

/** Errors of Node and of drivers that come before a statement is sent. */
const unsentCodes: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', 'ENOENT'],
])
const unsentTexts =
  /trying to connect|^connect E[A-Z]+\b|due to connection timeout|connection error and is not queryable|^There was an error establishing an SSL/
const closedTexts = /after calling end on the pool|not queryable|is closed/

/** A connection that is asked for wrongly comes about at no time, by the code of Node or the driver's words. */
const misasked: readonly RegExp[] = [
  // a host, a port
  /^(ENOTFOUND|EACCES|ERR_SOCKET_BAD_PORT|ERR_INVALID_\w+)$/,
  // a certificate
  /^(ERR_TLS_CERT_\w+|(CERT|CRL|UNABLE_TO)_\w+|\w*SELF_SIGNED_CERT\w*|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE))$/,
  /^(PATH_LENGTH_EXCEEDED|ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED)$/,
  // another TLS, or none
  /^(ERR_TLS_INVALID_\w+|ERR_SSL_(WRONG_VERSION_NUMBER|UNSUPPORTED_PROTOCOL|TLSV1_ALERT_PROTOCOL_VERSION))$/,
  /^ERR_SSL_\w*HANDSHAKE_FAILURE$|^The server does not support SSL/,
  // a password
  /^SASL\b/,
]

/** The server says of every statement after an error only that its transaction is over. */
export const inFailedTransaction = '25P02'

interface DriverError {
  readonly message?: unknown
  /** SQLSTATE of the server, or a code of Node. */
  readonly code?: unknown
  /** Of a statement that met a transaction already given up: why it was. */
  readonly cause?: unknown
}

interface Held {
  readonly code: '55P03'
  readonly message: string
  readonly ticketId: string
}

/** Somebody else's transaction has a ticket, or what is needed for it: as if the server had said so. */
export const held = (ticketId: string): Held => ({ code: '55P03', message: 'others hold the ticket', ticketId })

export const isHeld = (error: unknown): error is Held => (error as Partial<Held> | null)?.ticketId !== undefined

const isForNow = (fate: Fate): boolean => fate === 'again' || fate === 'busy'

export function fateOf(error: unknown): Fate {
  const { code, message, cause } = (error ?? {}) as DriverError
  if (code === inFailedTransaction && cause !== undefined) return isForNow(fateOf(cause)) ? 'busy' : 'failed'
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code))
    return fates[code] ?? fates[code.slice(0, 2)] ?? 'failed'
  if (misasked.some((sign) => sign.test(String(code)) || sign.test(String(message)))) return 'failed'
  if (unsentCodes.has(code) || unsentTexts.test(String(message))) return 'unsent'
  return closedTexts.test(String(message)) ? 'failed' : 'lost'
}

/** An error of the driver as one of this library. `writes`: what is lost may have been done. */
export function toDeskError(error: unknown, writes: boolean): DeskError {
  if (isDeskError(error)) return error as DeskError
  if (isHeld(error)) {
    const { message, ticketId } = error
    return new DeskError(refuse('store_busy', { reason: message, ticketId }), undefined, { cause: error })
  }
  const { message, code } = (error ?? {}) as DriverError
  const reason = `${typeof code === 'string' ? `${code}: ` : ''}${String(message ?? error)}`.slice(0, 200)
  const fate = fateOf(error)
  const said =
    fate === 'failed' || fate === 'tables'
      ? 'store_failed'
      : fate === 'lost' && writes
        ? 'outcome_unknown'
        : 'store_busy'
  return new DeskError(refuse(said, { reason }), undefined, { cause: error })
}

import { type ErrorCode, isDeskError } from 'ticketwright'

/** The application's own way to say no. */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, cause?: unknown) {
    super(code, { cause })
    this.status = status
    this.code = code
  }
}

/** What a request is answered with when something is in the way. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: object
}

const statusOf: Partial<Record<ErrorCode, number>> = {
  ticket_not_found: 404,
  forbidden: 403,
  wrong_actor: 403,
  too_large: 413,
  // somebody else, or the ticket's state, is in the way
  ticket_exists: 409,
  ticket_closed: 409,
  ticket_merged: 409,
  move_not_allowed: 409,
  follow_up_required: 409,
  tag_archived: 409,
  revision_conflict: 409,
  reference_taken: 409,
  idempotency_mismatch: 409,
  lease_lost: 409,
  // try again, with the same Idempotency-Key
  version_conflict: 503,
  store_busy: 503,
  outcome_unknown: 503,
  directory_failed: 503,
  // ours to repair
  clock_went_back: 500,
  clock_ahead: 500,
  definition_missing: 500,
  event_too_new: 500,
  event_malformed: 500,
  store_failed: 500,
  ticket_damaged: 500,
}

/** What passes by itself, of the application's own queries: by SQLSTATE, by Node's code, or in the words of pg. */
const passing =
  /^(08...|40001|40P01|53300|55P03|57014|57P0[1-35]|ECONN.*|ETIMEDOUT|EPIPE|EAI_AGAIN|EHOSTUNREACH)$|trying to connect|^Connection terminated|not queryable/
const passes = (error: unknown): boolean =>
  error instanceof Error && passing.test('code' in error ? String(error.code) : error.message)

/** Told of an error, and of the status that the caller got: 500 is ours to repair, 503 should pass by itself. */
export type Report = (error: unknown, status?: number) => void

/** Reports what is ours to repair or to wait for, and tells the caller nothing of the former. */
export function answerTo(error: unknown, report: Report): Answer {
  const told = answerOf(error)
  if (told.status >= 500) report(error, told.status)
  return told
}

function answerOf(error: unknown): Answer {
  if (error instanceof Problem) return answer(error.status, { code: error.code })
  if (!isDeskError(error)) return passes(error) ? answer(503, { code: 'try_again' }) : answer(500, { code: 'internal' })
  const status = statusOf[error.code] ?? 400 // the rest is about the input
  return answer(status, status === 500 ? { code: error.code } : error.toJSON())
}

const answer = (status: number, body: object): Answer => ({
  status,
  headers: status === 503 ? { 'retry-after': '1' } : {},
  body,
})

/**
 * Every way this library says no: one table of codes, each with its facts.
 * Programs read `code` and `facts`; people read `message`.
 */

/** What each code carries. Adding a row here is adding a code. */
export interface ErrorFacts {
  // time
  invalid_instant: { value: string; reason: string }
  invalid_duration: { value: string; reason: string }
  span_too_long: { from: number; to: number; limitMs: number }
  unknown_zone: { zone: string }
  invalid_wall_time: { value: string }
  invalid_date: { value: string; reason: string }
  empty_interval: { from: string; to: string }
  calendar_never_open: { calendar: string }
  calendar_exhausted: { calendar: string; at: number; direction: 'forward' | 'backward' }
  // definitions
  invalid_definition: { reason: string }
  duplicate_name: { what: string; name: string }
  unknown_name: { what: string; name: string; known: readonly string[] }
  unreachable_status: { status: string }
  missing_kind: { kind: string }
  missing_calendar: { level: string; metric: string }
  field_not_allowed: { field: string; use: string; allowed: readonly string[] }
  low_contrast: { tag: string; ratio: number; needed: number }
  definition_missing: { what: string; name: string; version: string }
  // input
  invalid_command: { reason: string }
  invalid_text: { reason: string }
  forbidden_key: { key: string }
  too_large: { limit: number; actual: number; unit: 'characters' | 'bytes' | 'entries' | 'levels' }
  // tickets
  ticket_not_found: { ticketId: string }
  ticket_exists: { ticketId: string }
  ticket_closed: { ticketId: string; command: string }
  ticket_merged: { ticketId: string; into: string }
  merge_cycle: { ticketId: string; into: string }
  move_not_allowed: { from: string; to: string; allowed: readonly string[] }
  follow_up_required: { ticketId: string; leftWorkAt: number | null; withinMs: number | null }
  wake_in_past: { until: number; at: number }
  tag_archived: { tag: string }
  wrong_actor: { command: string; actor: string; allowed: readonly string[] }
  forbidden: { command: string; reason: string }
  macro_not_applicable: {
    macro: string
    /** The leaves of its condition that decided: where each stands, what it asks, and the answer. */
    decidedBy: readonly {
      readonly path: string
      readonly leaf: { readonly field: string; readonly op: string; readonly value?: unknown }
      readonly holds: boolean
    }[]
  }
  history_needed: { ticketId: string; metric: string }
  no_clock: { ticketId: string; metric: string }
  advance_needed: { ticketId: string; from: number; to: number }
  // clocks of machines
  clock_went_back: { at: number; lastAt: number }
  clock_ahead: { at: number; storeNow: number; maxSkewMs: number }
  // many at once
  version_conflict: { ticketId: string; expected: number; actual: number }
  revision_conflict: { ticketId: string; expected: number; actual: number; since: readonly unknown[] }
  idempotency_mismatch: { commandId: string }
  reference_taken: { reference: string }
  lease_lost: { ticketId: string; holder: string }
  collision: { ticketId: string; writing: readonly string[] }
  // stores and logs
  event_too_new: { type: string; version: number; known: number }
  event_malformed: { reason: string }
  outcome_unknown: { reason: string }
  /** `ticketId`: the transaction of somebody else has this ticket, and nothing else is wrong. */
  store_busy: { reason: string; ticketId?: string }
  store_failed: { reason: string }
  ticket_damaged: { ticketId: string; what: 'ticket' | 'event' | 'effect'; id: string; reason: string }
  directory_failed: { reason: string }
}

export type ErrorCode = keyof ErrorFacts

type Sentences = { readonly [C in ErrorCode]: (facts: ErrorFacts[C]) => string }

/** All that `src/time` says, apart from the rest: whoever bundles a calendar ships no other sentence (decision 107). */
const timeSentences = {
  invalid_instant: (f) => `${f.value} is not an instant: ${f.reason}`,
  invalid_duration: (f) => `${f.value} is not a duration: ${f.reason}`,
  span_too_long: (f) => `the span from ${f.from} to ${f.to} is longer than ${f.limitMs} ms; ask for a shorter one`,
  unknown_zone: (f) => `this runtime knows no time zone ${f.zone}; use an IANA name such as Europe/Tallinn`,
  invalid_wall_time: (f) => `${f.value} is not a wall time; write HH:MM or HH:MM:SS, and 24:00 only as an end`,
  invalid_date: (f) => `${f.value} is not a date: ${f.reason}`,
  empty_interval: (f) => `${f.from} to ${f.to} is empty; write 00:00 to 24:00 for the whole day`,
  calendar_never_open: (f) => `calendar ${f.calendar} never opens; give it hours or special hours`,
  calendar_exhausted: (f) => `calendar ${f.calendar} has no open time ${f.direction} of ${f.at} within its bounds`,
  invalid_definition: (f) => f.reason,
  duplicate_name: (f) => `${f.what} ${clipped(f.name)} is defined twice`,
  unknown_name: (f) =>
    `there is no ${f.what} ${clipped(f.name)}${f.known.length > 0 ? `; known: ${f.known.join(', ')}` : ''}`,
  too_large: (f) => `${f.actual} ${f.unit} where at most ${f.limit} are accepted`,
} satisfies Partial<Sentences>

/** The codes that `src/time` may use. */
export type TimeCode = keyof typeof timeSentences

const sentences: Sentences = {
  ...timeSentences,
  unreachable_status: (f) => `no ticket can ever reach status ${f.status}; add it to initial or to moves`,
  missing_kind: (f) => `a workflow needs a status of kind ${f.kind}`,
  missing_calendar: (f) => `target ${f.metric} of level ${f.level} has no calendar; name one, or alwaysOpen`,
  field_not_allowed: (f) => `field ${f.field} cannot be used in ${f.use}; allowed there: ${f.allowed.join(', ')}`,
  low_contrast: (f) =>
    `the text of tag ${clipped(f.tag)} stands out from its background by ${f.ratio} where ${f.needed} is needed`,
  definition_missing: (f) =>
    `${f.what} ${f.name} in version ${f.version} is not in the definitions given; pass the earlier revision too`,
  forbidden_key: (f) => `the key ${f.key} is not accepted`,
  invalid_command: (f) => f.reason,
  invalid_text: (f) => f.reason,
  ticket_not_found: (f) => `there is no ticket ${f.ticketId}`,
  ticket_exists: (f) => `ticket ${f.ticketId} exists already`,
  ticket_closed: (f) => `ticket ${f.ticketId} is closed and takes no ${f.command}; reopen it or open a follow-up`,
  ticket_merged: (f) => `ticket ${f.ticketId} was merged into ${f.into}; use that one`,
  merge_cycle: (f) => `merging ${f.ticketId} into ${f.into} would close a circle`,
  move_not_allowed: (f) =>
    f.from === ''
      ? `the ticket cannot go to ${f.to}`
      : `a ticket cannot go from ${f.from} to ${f.to}; from there it can go to: ${f.allowed.join(', ') || 'nowhere'}`,
  follow_up_required: (f) => `ticket ${f.ticketId} can no longer be reopened by a message; open a follow-up`,
  wake_in_past: (f) => `a ticket postponed at ${f.at} cannot wake at ${f.until}; name a later instant`,
  tag_archived: (f) => `tag ${f.tag} is archived and cannot be added`,
  wrong_actor: (f) => `${f.command} is for ${f.allowed.join(' or ')}, not for ${f.actor}`,
  forbidden: (f) => `${f.command} was refused: ${f.reason}`,
  macro_not_applicable: (f) =>
    `macro ${clipped(f.macro)} is not meant for this ticket: its condition does not hold${f.decidedBy
      .slice(0, 1)
      .map(({ path, leaf }) => ` at ${clipped(path || 'its only question')} (field ${clipped(leaf.field)})`)
      .join('')}`,
  history_needed: (f) => `clock ${f.metric} of ticket ${f.ticketId} counts the past; decide again with its history`,
  no_clock: (f) => `ticket ${f.ticketId} has no open clock of ${clipped(f.metric)}; see ticket.clocks`,
  advance_needed: (f) =>
    `too much fell due on ticket ${f.ticketId} between ${f.from} and ${f.to} for one commit; advance it first`,
  clock_went_back: (f) => `${f.at} is before what happened last on the ticket (${f.lastAt})`,
  clock_ahead: (f) => `${f.at} is more than ${f.maxSkewMs} ms ahead of the store's clock (${f.storeNow})`,
  version_conflict: (f) => `ticket ${f.ticketId} is at version ${f.actual}, not ${f.expected}`,
  revision_conflict: (f) =>
    `somebody changed ticket ${f.ticketId} since revision ${f.expected} (now ${f.actual}); see facts.since`,
  idempotency_mismatch: (f) => `command id ${f.commandId} was used for something else`,
  reference_taken: (f) => `reference ${f.reference} is taken`,
  collision: (f) => `${f.writing.join(', ')} is writing on ticket ${f.ticketId}; read that first, then send again`,
  lease_lost: (f) => `${f.holder} no longer holds ticket ${f.ticketId}`,
  event_too_new: (f) => `event ${f.type} is of version ${f.version}, this release knows ${f.known}; upgrade first`,
  event_malformed: (f) => `this is not an event of this library: ${f.reason}`,
  outcome_unknown: (f) =>
    `the store did not say whether the commit was made${f.reason && ` (${f.reason})`}; repeat with the same command id`,
  store_busy: (f) => `the store was busy${f.reason && ` (${f.reason})`}; try again`,
  store_failed: (f) => `the store failed${f.reason && `: ${f.reason}`}`,
  ticket_damaged: (f) =>
    `what is kept of ticket ${f.ticketId} is damaged, and other tickets go on (${f.what} ${clipped(f.id)}): ${f.reason}`,
  directory_failed: (f) => `the directory failed: ${f.reason}`,
}

/** A refusal as a value: the code, where in the input, and the facts. Plain JSON. */
export type Refusal<C extends ErrorCode = ErrorCode> = {
  [K in C]: { readonly code: K; readonly path?: string; readonly facts: ErrorFacts[K] }
}[C]

/** What pure functions return: the value, or why not. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Refusal }

/**
 * What {@link DeskError} is but for its table of sentences. Rooms that shall be bundled alone throw one of their own.
 */
class CodedError<C extends ErrorCode> extends Error {
  override readonly name = 'DeskError'
  declare readonly code: C
  declare readonly path: string | undefined
  declare readonly facts: ErrorFacts[C]
  declare readonly issues: readonly Refusal[]

  constructor(
    message: string,
    refusal: Refusal<C>,
    issues: readonly Refusal[] = [refusal as Refusal],
    options?: { cause?: unknown },
  ) {
    super(message, options)
    const { code, path, facts } = refusal
    Object.assign(this, { code, path, facts, issues })
  }

  toJSON(): { code: C; path?: string; facts: ErrorFacts[C]; message: string } {
    const { code, path, facts, message } = this
    return { ...(refuse(code, facts, path) as { code: C; path?: string; facts: ErrorFacts[C] }), message }
  }
}

/**
 * The one error class of this library. `code` says what is wrong, `path` where in the input,
 * `facts` what is needed to act on it; `issues` has every finding when there are several.
 */
export class DeskError<C extends ErrorCode = ErrorCode> extends CodedError<C> {
  constructor(refusal: Refusal<C>, issues?: readonly Refusal[], options?: { cause?: unknown }) {
    super(sentence(refusal as unknown as Refusal), refusal, issues, options)
  }

  /**
   * By shape, as {@link isDeskError}: a {@link TimeError} is one, and so is an error of another copy of the package.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: `this` may be a class that extends this one
    return this === DeskError ? isDeskError(value) : super[Symbol.hasInstance](value)
  }
}

/** What `src/time` throws: an instance of {@link DeskError} that knows no sentences but those of time. */
export class TimeError<C extends TimeCode> extends CodedError<C> {
  static override readonly name = 'DeskError' // consoles print it

  constructor(refusal: Refusal<C>, issues?: readonly Refusal[]) {
    super(said(timeSentences, refusal as unknown as Refusal<TimeCode>), refusal, issues)
  }
}

/**
 * True for an error of this library, of that code if one is named. Looks at the shape, so
 * two copies of the package agree.
 */
export function isDeskError<C extends ErrorCode = ErrorCode>(error: unknown, code?: C): error is DeskError<C> {
  if (!(error instanceof Error) || error.name !== 'DeskError') return false
  const found = (error as { code?: unknown }).code
  return code === undefined ? typeof found === 'string' && Object.hasOwn(sentences, found) : found === code
}

/** The sentence for a refusal, with its path in front. */
export function sentence(refusal: Refusal): string {
  return said(sentences, refusal)
}

function said<C extends ErrorCode>(table: Pick<Sentences, C>, { code, path, facts }: Refusal<C>): string {
  const text = (table[code] as (facts: unknown) => string)(facts)
  return path ? `${clipped(path)}: ${text}` : text
}

/** Of input, a message repeats no more than this: path and name together stay below 200 characters. */
const clipped = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)

export function refuse<C extends ErrorCode>(code: C, facts: ErrorFacts[C], path?: string): Refusal<C> {
  return (path === undefined ? { code, facts } : { code, path, facts }) as Refusal<C>
}

export function fail<C extends ErrorCode>(code: C, facts: ErrorFacts[C], path?: string): DeskError<C> {
  return new DeskError(refuse(code, facts, path))
}

/** The value of a result, or its refusal thrown. */
export function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new DeskError(result.error)
}

/** A value as a message may repeat it: at most 110 characters of it. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value) return 'an object'
  const text = typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : String(value)
  return text.length > 110 ? `${text.slice(0, 110)}…` : text
}

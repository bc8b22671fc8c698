/**
 * Wall times `HH:MM` or `HH:MM:SS` of one date; `24:00` only as the end; an end before its start is on the next date.
 */
export type WallInterval = readonly [from: string, to: string]

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun'

/** A local date `2026-12-25`, a yearly one `12-25`, or either with a name. */
export type Holiday = string | { readonly date: string; readonly name?: string }

/** Working hours in one time zone. All dates are dates of `zone`, never UTC dates. */
export interface HoursDefinition {
  /** ASCII letters, digits and `. _ : -`, at most 64. */
  readonly id: string
  /** An IANA name, such as `Europe/Tallinn`. */
  readonly zone: string
  /** What a weekday owns. Overlaps count once. */
  readonly hours: { readonly [W in Weekday]?: readonly WallInterval[] }
  /** Local date → what it owns instead of its weekday's hours; `[]` closes it. */
  readonly specialHours?: Readonly<Record<string, readonly WallInterval[]>>
  /** Local date → stretches that are cut out, whichever date owns them. */
  readonly closures?: Readonly<Record<string, readonly WallInterval[]>>
  /** Dates that own nothing, special hours or not. */
  readonly holidays?: readonly Holiday[]
}

/** Open when one of the calendars is. `zone` dates its business days. */
export interface UnionDefinition {
  readonly id: string
  readonly zone: string
  /** Ids of other calendars, or `alwaysOpen`. */
  readonly union: readonly string[]
}

/** Open when all of the calendars are. `zone` dates its business days. */
export interface IntersectionDefinition {
  readonly id: string
  readonly zone: string
  /** Ids of other calendars, or `alwaysOpen`. */
  readonly intersection: readonly string[]
}

/** A calendar as JSON. */
export type CalendarDefinition = HoursDefinition | UnionDefinition | IntersectionDefinition

/**
 * Open time as arithmetic. Instants and durations are integer milliseconds; stretches are half-open: the opening
 * instant is open, the closing instant is closed. Instants outside 1970–2199 are refused (`invalid_instant`).
 */
export interface BusinessCalendar {
  readonly id: string
  /** The zone whose midnights divide its business days. */
  readonly zone: string
  /** Of the definition it was made from, where the maker gave one. */
  readonly version: string | undefined
  /**
   * The first instant by which `durationMs` of open time have passed: closing time when they fill a day exactly,
   * `at` itself for 0. Throws `calendar_exhausted`, `invalid_duration`.
   */
  add(at: number, durationMs: number): number
  /** The last instant since which `durationMs` of open time passed until `at`. Throws as `add`. */
  subtract(at: number, durationMs: number): number
  /** Open milliseconds in `[from, to)`; negative when `to` is earlier. Throws `span_too_long` beyond 100 years. */
  between(from: number, to: number): number
  isOpen(at: number): boolean
  /** `at` when open, else the next opening. Throws `calendar_exhausted` when there is none for ten years. */
  nextOpening(at: number): number
  /** The end of the open stretch that holds `at`, or of the next one; null when it stays open for ten years. */
  nextClosing(at: number): number | null
  /**
   * Everything in `[from, to)`, open and closed, in order, each stretch with its reason. Closed stretches are cut at
   * midnight; an open one may run on into the next date, and bears the date that owns it. Those of unions and
   * intersections are all cut at midnight. Lazy. Throws `span_too_long` beyond 100 years.
   */
  intervals(from: number, to: number): IterableIterator<Stretch>
  /**
   * The same wall time on the `days`-th business day (0…3,650) after that of the next opening; where that is closed,
   * the closing before it on that day, or else the day's first opening.
   */
  addBusinessDays(at: number, days: number): number
}

/** Why a stretch is open or closed. */
export type Reason =
  | { readonly kind: 'hours' | 'specialHours' | 'closure' | 'always' }
  | { readonly kind: 'holiday'; readonly name?: string }
  | { readonly kind: 'union' | 'intersection'; readonly parts: readonly PartReason[] }

/** What one calendar of a union or intersection has to say about a stretch. */
export interface PartReason {
  readonly calendar: string
  readonly open: boolean
  readonly date: string
  readonly reason: Reason
}

/** A stretch of a calendar, `[from, to)` in instants. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly open: boolean
  /** The local date that owns it: for open time the date the shift began on. */
  readonly date: string
  readonly reason: Reason
}

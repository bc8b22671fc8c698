import type { SlaClock } from '../model/clock.ts'
import type { MessageRole } from '../model/message.ts'
import type { Reason } from '../time/calendar.ts'

/**
 * Why a stretch of a clock's cycle counted, or did not: the calendar's own reason, or what kept the clock from running.
 */
export type ClockReason =
  | Reason
  /** It stood still in a status. */
  | { readonly kind: 'paused'; readonly status: string }
  /** It was held by a signal. */
  | { readonly kind: 'held'; readonly signal: string }
  /** The ticket was resolved or closed, and then reopened. */
  | { readonly kind: 'outOfWork'; readonly status: string }
  /** There was no target in between. */
  | { readonly kind: 'noTarget' }
  /** Counted anew it had ended by then, by this signal: the clock learned of it at the end of the stretch. */
  | { readonly kind: 'ended'; readonly by: string }

/** A stretch `[from, to)` of a clock's cycle; one begins where the last one ends. */
export interface ClockStretch {
  readonly from: number
  readonly to: number
  readonly counted: boolean
  readonly reason: ClockReason
  /** Where a calendar decides: the local date that owns the beginning of the stretch. */
  readonly date?: string
}

/** What a clock was counted by, from an instant on. */
export interface ClockTerms
  extends Pick<
    SlaClock,
    'application' | 'level' | 'levelVersion' | 'calendar' | 'calendarVersion' | 'priority' | 'targetMs'
  > {
  readonly from: number
  /** The calendar's zone. */
  readonly zone: string
}

/** Something that happened at an instant, beside the stretches. Due and late-from may lie ahead. */
export type ClockMark = { readonly at: number } & (
  | { readonly kind: 'started'; readonly reason: string }
  | { readonly kind: 'ended'; readonly ending: 'fulfilled' | 'cancelled'; readonly by: string }
  /** An ended cycle was taken up again. */
  | { readonly kind: 'continued'; readonly reason: string }
  /** Another target, calendar or level. */
  | { readonly kind: 'switched'; readonly reason: string; readonly targetMs: number; readonly dueAt: number | null }
  /** A due time was set by hand; null: it was taken back. */
  | { readonly kind: 'manualDue'; readonly dueAt: number | null }
  | { readonly kind: 'step'; readonly step: string; readonly repetition: number }
  | { readonly kind: 'message'; readonly role: MessageRole; readonly public: boolean; readonly automatic: boolean }
  | { readonly kind: 'due' }
  /** The last instant still in time. */
  | { readonly kind: 'lateFrom' }
  /** `takenBack`: a later target was larger than what was used. */
  | { readonly kind: 'breached'; readonly takenBack: boolean }
)

/** Every minute of one cycle of a clock, with its reason. Plain JSON. */
export interface ClockExplanation {
  readonly ticketId: string
  readonly reference: string
  readonly metric: string
  readonly cycle: number
  /** Start of the cycle. */
  readonly from: number
  /** End of the cycle; of one that has not ended, the instant asked about. */
  readonly to: number
  /** The clock as it stands at `to`. */
  readonly clock: SlaClock
  /** Open time used by `to`. */
  readonly elapsedMs: number
  /** Open time beyond the target by `to`, or since a due time set by hand; 0 when in time. */
  readonly latenessMs: number
  /**
   * `elapsedMs` less the counted stretches: 0, unless this runtime's time zones are not those of the one that counted.
   */
  readonly unexplainedMs: number
  readonly stretches: readonly ClockStretch[]
  /** Levels and calendars in force, in order. */
  readonly terms: readonly ClockTerms[]
  /** In order of time. */
  readonly marks: readonly ClockMark[]
}

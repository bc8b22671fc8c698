/**
 * One SLA clock of a ticket: the present cycle of one metric. Flat, plain JSON, carried whole by
 * every event of the ledger. Keys that later releases add are absent, not null, in older data.
 */
export interface SlaClock {
  readonly metric: string
  /** 1 for the first; a metric that recurs counts up. */
  readonly cycle: number
  /** 1 when the cycle starts; every switch of its target adds 1. */
  readonly application: number
  readonly state: 'running' | 'paused' | 'ended'
  readonly ending: 'fulfilled' | 'cancelled' | null
  /** What ended it: a signal (`agentReply`), a close reason, `no_target`. */
  readonly endedBy: string | null
  /** It ended because the ticket left work, not by its own signal: reopening may continue it. */
  readonly leftWork: boolean
  readonly level: string
  readonly levelVersion: string
  readonly calendar: string
  readonly calendarVersion: string
  /** The priority whose target it is measured by. */
  readonly priority: string
  /** Allowed open time. */
  readonly targetMs: number
  readonly startedAt: number
  /** Start of the running stretch; null unless running. */
  readonly runningSince: number | null
  /** Open time accrued before the running stretch: with `runningSince` null, all of it. */
  readonly elapsedMs: number
  /** When the target is used up; null while paused (unless breached) or when the calendar runs out. */
  readonly dueAt: number | null
  /** The last instant still in time: the next opening at or after `dueAt`. */
  readonly lateFrom: number | null
  readonly breachedAt: number | null
  readonly endedAt: number | null
  /** Open time beyond the target when it ended; 0 when in time; null while open. */
  readonly latenessMs: number | null

  // from here on: absent where it does not apply

  /** Business days of the target, which became `targetMs` when the cycle started or was switched. */
  readonly businessDays?: number
  /** A due time set by hand: for this cycle it is `dueAt`, whatever is paused or switched. */
  readonly manualDueAt?: number
  /** It stands still because of a signal, not of the ticket's status. */
  readonly held?: true
  /** How often each step has fired in this cycle, by step id. */
  readonly stepsReached?: { readonly [step: string]: number }
  /** When the next step fires; null while paused, and when none is left. */
  readonly nextStepAt?: number | null
}

/**
 * What a desk promises, as the plain model reads it: the library's own spelling of levels
 * and metrics, one condition per rule.
 */
import type { PlainCalendar } from './calendar.ts'

export type Kind = 'new' | 'open' | 'answered' | 'postponed' | 'resolved' | 'closed'
export type By = 'requester' | 'collaborator' | 'third_party' | 'agent' | 'bot' | 'system'

export type Allowance = number | { readonly businessDays: number }

export interface PlainStep {
  readonly id: string
  readonly share?: number
  readonly before?: number
  readonly afterDue?: number
  readonly every?: number
  readonly times?: number
}

export interface PlainTarget {
  readonly metric: string
  readonly within: Allowance | null | { readonly [priority: string]: Allowance | null }
  readonly calendar?: string
  readonly pauses?: readonly string[]
  readonly restartFrom?: 'opening' | 'switch'
  readonly botsCount?: boolean
  readonly answeringCounts?: boolean
  readonly resolvingCounts?: boolean
  readonly startedBy?: readonly By[]
  readonly steps?: readonly PlainStep[]
}

export interface PlainLevel {
  readonly id: string
  readonly calendar?: string
  readonly targets: readonly PlainTarget[]
}

export interface PlainRule {
  readonly tag?: string
  readonly priority?: string
  readonly department?: string
  readonly level: string | null
  /** What it says of the priority. */
  readonly gives?: string
}

/** A metric of the application's own. */
export interface OwnMetric {
  readonly name: string
  readonly starts: readonly { readonly on: string }[]
  readonly fulfilledBy: readonly string[]
  readonly cancelledBy?: readonly string[]
  readonly pausedIn?: readonly string[]
  readonly pausedBy?: readonly string[]
  readonly resumedBy?: readonly string[]
  readonly onLeavingWork?: 'fulfil' | 'cancel'
  readonly onReopen?: { readonly mode: 'continue' | 'restart' | 'ignore' }
  readonly recurs?: boolean
  readonly calendarOf?: 'requester' | 'department'
}

export interface PlainStatus {
  readonly name: string
  readonly kind: Kind
  readonly default?: boolean
}

/** One revision of a definition; it holds from `since` on. */
export interface PlainDefinition {
  readonly since?: number
  readonly statuses: readonly PlainStatus[]
  readonly reopenWithin: number | null
  readonly autoCloseAfter: number | null
  readonly priorities: readonly string[]
  readonly departments?: readonly { readonly id: string; readonly calendar?: string }[]
  readonly metrics?: readonly OwnMetric[]
  readonly levels: readonly PlainLevel[]
  readonly rules: readonly PlainRule[]
  readonly deskCalendar?: string
  readonly calendars: Readonly<Record<string, PlainCalendar>>
}

/** SEMANTICS §3. */
export const mayGo: Record<Kind, readonly Kind[]> = {
  new: ['open', 'answered', 'postponed', 'resolved', 'closed'],
  open: ['new', 'answered', 'postponed', 'resolved', 'closed'],
  answered: ['open', 'postponed', 'resolved', 'closed'],
  postponed: ['new', 'open', 'answered', 'resolved', 'closed'],
  resolved: ['open', 'answered', 'postponed', 'closed'],
  closed: ['open'],
}

export const isOut = (kind: Kind) => kind === 'resolved' || kind === 'closed'

/** The revision in force at an instant. */
export function inForce(revisions: readonly PlainDefinition[], at: number): PlainDefinition {
  return revisions.findLast(({ since }) => since === undefined || since <= at) ?? (revisions[0] as PlainDefinition)
}

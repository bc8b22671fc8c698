import { DeskError, type ErrorCode, type ErrorFacts, isDeskError, type Refusal, refuse } from '../errors.ts'
import { type Actor, isStaff } from '../model/actor.ts'

/**
 * The facts that those outside are told, by code: what they said themselves, what is theirs, and what they need to go
 * on. All else is left empty: names of statuses, priorities, tags and people are words of the desk (`known`,
 * `allowed`), and the reasons of a store may quote anything. A new code has to be decided on here.
 */
const told: { readonly [C in ErrorCode]: readonly (keyof ErrorFacts[C])[] } = {
  invalid_instant: ['value', 'reason'],
  invalid_duration: ['value', 'reason'],
  span_too_long: ['from', 'to', 'limitMs'],
  unknown_zone: ['zone'],
  invalid_wall_time: ['value'],
  invalid_date: ['value', 'reason'],
  empty_interval: ['from', 'to'],
  calendar_never_open: [],
  calendar_exhausted: ['at', 'direction'],
  invalid_definition: [],
  duplicate_name: [],
  unknown_name: ['what', 'name'],
  unreachable_status: [],
  missing_kind: [],
  missing_calendar: [],
  field_not_allowed: ['field', 'use'],
  low_contrast: [],
  definition_missing: [],
  invalid_command: ['reason'],
  invalid_text: ['reason'],
  forbidden_key: ['key'],
  too_large: ['limit', 'actual', 'unit'],
  ticket_not_found: ['ticketId'],
  ticket_exists: ['ticketId'],
  ticket_closed: ['ticketId', 'command'],
  ticket_merged: ['ticketId', 'into'],
  merge_cycle: ['ticketId', 'into'],
  move_not_allowed: ['to'],
  follow_up_required: ['ticketId', 'leftWorkAt', 'withinMs'],
  wake_in_past: ['until', 'at'],
  tag_archived: [],
  wrong_actor: ['command', 'actor', 'allowed'],
  forbidden: ['command', 'reason'],
  macro_not_applicable: ['macro'],
  history_needed: ['ticketId'],
  no_clock: ['ticketId', 'metric'],
  advance_needed: ['ticketId', 'from', 'to'],
  clock_went_back: ['at', 'lastAt'],
  clock_ahead: ['at', 'storeNow', 'maxSkewMs'],
  version_conflict: ['ticketId', 'expected', 'actual'],
  revision_conflict: ['ticketId', 'expected', 'actual'],
  idempotency_mismatch: ['commandId'],
  reference_taken: ['reference'],
  lease_lost: ['ticketId', 'holder'],
  collision: ['ticketId'],
  event_too_new: ['type', 'version', 'known'],
  event_malformed: [],
  outcome_unknown: [],
  store_busy: ['ticketId'],
  store_failed: [],
  ticket_damaged: [],
  directory_failed: [],
}

/** Nothing, in the type of what is withheld. */
const empty = (value: unknown): unknown =>
  Array.isArray(value) ? [] : typeof value === 'number' ? 0 : typeof value === 'string' ? '' : null

/** A refusal as somebody may see it: those who work here all of it, others what is on the list. */
export function refusalFor({ kind }: Pick<Actor, 'kind'>, { code, facts, path }: Refusal): Refusal {
  if (isStaff({ kind })) return refuse(code, facts as never, path) as Refusal
  const allowed: readonly string[] = told[code]
  const seen = Object.entries(facts).map(([name, value]) => [name, allowed.includes(name) ? value : empty(value)])
  return refuse(code, Object.fromEntries(seen) as never, path) as Refusal
}

/** What an actor does, its errors as that actor may see them; the whole error is their `cause`. */
export function shieldedFor<Methods extends object>(actor: Pick<Actor, 'kind'>, methods: Methods): Methods {
  if (isStaff(actor)) return methods
  const shielded = Object.entries(methods).map(([name, method]) => [
    name,
    typeof method !== 'function' || name === 'exportLines' ? method : shield(actor, method as Method),
  ])
  return Object.fromEntries(shielded) as Methods
}

type Method = (...args: unknown[]) => unknown

const shield =
  (actor: Pick<Actor, 'kind'>, method: Method): Method =>
  async (...args) => {
    try {
      return await method(...args)
    } catch (error) {
      if (!isDeskError(error)) throw error
      const whole = error as DeskError
      const issues = whole.issues.map((issue) => refusalFor(actor, issue))
      throw new DeskError(refusalFor(actor, whole as unknown as Refusal) as never, issues, { cause: whole })
    }
  }

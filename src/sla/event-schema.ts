import * as z from 'zod'
import { Instant, type SchemaOf, Words } from '../model/kept.ts'
import { Count, Id, JsonValue, record } from '../model/schema.ts'
import type { TicketEventType } from '../model/ticket-event.ts'

const when = Instant.nullable()
/** A step has its place in a target, and a target 100 of them at most. */
const maxStepsKept = 1_000

/** It becomes a key of the ticket's clocks. */
const Metric = Words.refine((name) => name !== '__proto__', 'no metric has that name')

const Clock = z.strictObject({
  metric: Metric,
  cycle: z.int().min(1),
  application: z.int().min(1),
  state: z.enum(['running', 'paused', 'ended']),
  ending: z.enum(['fulfilled', 'cancelled']).nullable(),
  endedBy: Words.nullable(),
  leftWork: z.boolean(),
  level: Words,
  levelVersion: Words,
  calendar: Words,
  calendarVersion: Words,
  priority: Words,
  targetMs: Count,
  startedAt: Instant,
  runningSince: when,
  elapsedMs: Count,
  dueAt: when,
  lateFrom: when,
  breachedAt: when,
  endedAt: when,
  latenessMs: Count.nullable(),
  businessDays: Count.exactOptional(),
  manualDueAt: Instant.exactOptional(),
  held: z.literal(true).exactOptional(),
  stepsReached: record(Count, maxStepsKept).exactOptional(),
  nextStepAt: when.exactOptional(),
})

const entry = { clock: Clock, reason: Words }
const ledger = { data: z.strictObject(entry) }

/** What each event of the ledger carries, as it is kept. */
export const slaSchemas: { readonly [T in Extract<TicketEventType, `sla_${string}`>]: SchemaOf<T> } = {
  sla_applied: {
    data: z.strictObject({
      level: Words.nullable(),
      levelVersion: Words.nullable(),
      from: Words.nullable(),
      reason: Words,
      byHand: z.literal(true).exactOptional(),
    }),
  },
  sla_started: ledger,
  sla_paused: ledger,
  sla_resumed: ledger,
  sla_retargeted: ledger,
  sla_step_reached: { data: z.strictObject({ ...entry, step: Id, repetition: Count }) },
  sla_breached: { data: z.strictObject({ ...entry, penalty: JsonValue.exactOptional() }) },
  sla_fulfilled: ledger,
  sla_cancelled: ledger,
}

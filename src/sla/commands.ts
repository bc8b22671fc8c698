import * as z from 'zod'
import { type Refusal, refuse } from '../errors.ts'
import type { SlaClock } from '../model/clock.ts'
import type { CommandRow } from '../model/command-row.ts'
import { InstantInput, Name } from '../model/schema.ts'
import { clearDueByHand, setDueByHand } from './clock.ts'
import { record, termsUnder, underNewTerms, viewOf } from './clocks.ts'
import { applyLevel, saidByRules } from './match.ts'
import { reapply } from './reapply.ts'
import type { SlaPass } from './slice.ts'
import { finish } from './turn.ts'

const row = <Schema extends z.ZodType>(row: CommandRow<SlaPass, Schema>): CommandRow<SlaPass, Schema> => row

/** Commands on the clocks of a ticket, by name. */
export const slaCommands = {
  /** A due time by hand for the present cycle of a clock: no pause and no switch moves it. */
  setDue: row({
    schema: z.strictObject({ metric: Name, dueAt: InstantInput }),
    onClosed: 'refused',
    decide: (pass, { metric, dueAt }) =>
      onOpenClock(pass, metric, (clock) => {
        if (clock.manualDueAt === dueAt) return
        const byHand = setDueByHand(clock, termsUnder(pass.versions, clock), dueAt, pass.at)
        record(pass, [{ type: 'sla_retargeted', clock: byHand, reason: 'manual_due' }])
      }),
  }),
  /** Back to what the target promises. */
  clearDue: row({
    schema: z.strictObject({ metric: Name }),
    onClosed: 'refused',
    decide: (pass, { metric }) =>
      onOpenClock(pass, metric, (clock) => {
        const view = viewOf(pass, pass.ticket, metric, pass.ticket)
        if (clock.manualDueAt === undefined || !view) return
        const { allowance } = view
        if (!allowance) return record(pass, finish(view, clock, 'cancelled', 'no_target', false))
        const cleared = clearDueByHand(clock, view.termsOf(clock), allowance, pass.at)
        record(pass, underNewTerms(view, cleared, allowance, 'due_cleared'))
      }),
  }),
  /** A level by hand, or none (null): SLA rules leave it until the choice is given back to them (no level said). */
  applySla: row({
    schema: z.strictObject({ level: Name.nullable().optional() }),
    onClosed: 'refused',
    decide: (pass, { level }) => {
      const { definition, ticket } = pass
      if (level === undefined) {
        if (!ticket.slaByHand) return undefined
        const byRules = saidByRules(pass)
        applyLevel(pass, byRules.level, byRules.reason)
        return undefined
      }
      if (level !== null && !definition.levels.has(level))
        return refuse('unknown_name', { what: 'level', name: level, known: [...definition.levels.keys()] }, 'level')
      if (!(ticket.slaByHand && level === (ticket.sla?.level ?? null))) applyLevel(pass, level, 'by hand', true)
      return undefined
    },
  }),
  /** Counts the open clocks anew from the log, under the levels and calendars as they now stand. Ended cycles stay. */
  reapply: row({ schema: z.strictObject({}), onClosed: 'refused', decide: (pass) => void reapply(pass) }),
}

function onOpenClock(pass: SlaPass, metric: string, act: (clock: SlaClock) => void): Refusal | undefined {
  const { ticket, definition } = pass
  const clock = Object.hasOwn(ticket.clocks, metric) ? ticket.clocks[metric] : undefined
  if (!clock && !definition.metrics.has(metric))
    return refuse('unknown_name', { what: 'metric', name: metric, known: [...definition.metrics.keys()] }, 'metric')
  if (!clock || clock.state === 'ended') return refuse('no_clock', { ticketId: ticket.id, metric }, 'metric')
  act(clock)
  return undefined
}

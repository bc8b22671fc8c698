import type { EventRow } from '../model/pass.ts'
import type { LedgerEntry, TicketEventShapes } from '../model/ticket-event.ts'

const ledgerRow: EventRow<LedgerEntry> = {
  v: 1,
  apply(ticket, { clock }) {
    // shared with the event: a clock is only ever replaced as a whole
    ticket.clocks = { ...ticket.clocks, [clock.metric]: clock }
  },
}

/** The SLA ledger: every entry carries the whole clock, so there is nothing to work out. */
export const slaEvents = {
  sla_applied: {
    v: 1,
    apply(ticket, { level, levelVersion, byHand }, _personal, at) {
      ticket.sla = level === null || levelVersion === null ? null : { level, levelVersion, appliedAt: at }
      if (byHand) ticket.slaByHand = true
      else delete ticket.slaByHand
    },
  } satisfies EventRow<TicketEventShapes['sla_applied']['data']>,
  sla_started: ledgerRow,
  sla_paused: ledgerRow,
  sla_resumed: ledgerRow,
  sla_retargeted: ledgerRow,
  sla_step_reached: ledgerRow,
  sla_breached: ledgerRow,
  sla_fulfilled: ledgerRow,
  sla_cancelled: ledgerRow,
}

import type { SlaClock } from '../model/clock.ts'
import type { AnyTicketEvent, LedgerEntry } from '../model/ticket-event.ts'

/** An event of the SLA ledger that carries a clock. */
export type LedgerEvent = Extract<AnyTicketEvent, { readonly data: LedgerEntry }>

const isLedger = (event: AnyTicketEvent): event is LedgerEvent => 'clock' in event.data

/** The ledger of a metric, all its cycles. */
export const ledgerOf = (events: readonly AnyTicketEvent[], metric: string): LedgerEvent[] =>
  events.filter(isLedger).filter(({ data }) => data.clock.metric === metric)

/** The last clock of each cycle, by cycle. */
export const cyclesOf = (ledger: readonly LedgerEvent[]): ReadonlyMap<number, SlaClock> =>
  new Map(ledger.map(({ data }) => [data.clock.cycle, data.clock]))

import type { AnyTicketEvent } from '../model/ticket-event.ts'

/** An entry of the SLA ledger: of a clock, or of the level of the ticket. */
export type SlaEvent = Extract<AnyTicketEvent, { readonly type: `sla_${string}` }>

export const isOfLedger = (event: AnyTicketEvent): event is SlaEvent => event.type.startsWith('sla_')

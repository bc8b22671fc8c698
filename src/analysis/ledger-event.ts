import type { AnyTicketEvent } from '../model/ticket-event.ts'

/** An entry of the SLA ledger: of a clock, or of the level of the ticket. */
export type SlaEvent = Extract<AnyTicketEvent, { readonly type: `sla_${string}` }>

/** What the SLA makes of a cause besides: the priority that a rule gives. */
export const isOfSla = (event: AnyTicketEvent): boolean =>
  isOfLedger(event) || (event.type === 'priority_changed' && event.data.source === 'sla')

export const isOfLedger = (event: AnyTicketEvent): event is SlaEvent => event.type.startsWith('sla_')

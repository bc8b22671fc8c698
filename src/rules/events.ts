import type { EventRow } from '../model/pass.ts'
import type { TicketEventShapes } from '../model/ticket-event.ts'

type DataOf<T extends keyof TicketEventShapes> = TicketEventShapes[T]['data']

/** What rules leave in the log. Only time rules have something to remember. */
export const ruleEvents = {
  advised: { v: 1, apply() {} } satisfies EventRow<DataOf<'advised'>, TicketEventShapes['advised']['personal']>,
  rule_fired: { v: 1, apply() {} } satisfies EventRow<DataOf<'rule_fired'>>,
  time_rule_fired: {
    v: 1,
    apply(ticket, { rule, since, firings, forgotten }) {
      const kept = Object.entries(ticket.timeRules?.fired ?? {}).filter(([id]) => !forgotten.includes(id))
      ticket.timeRules = {
        fired: { ...Object.fromEntries(kept), [rule]: since },
        revision: ticket.revision,
        firings,
      }
    },
  } satisfies EventRow<DataOf<'time_rule_fired'>>,
  rule_loop: {
    v: 1,
    apply(ticket, { because, limit }) {
      // one more than may fire: time rules rest until the next command
      if (because === 'time_rules')
        ticket.timeRules = { fired: { ...ticket.timeRules?.fired }, revision: ticket.revision, firings: limit + 1 }
    },
  } satisfies EventRow<DataOf<'rule_loop'>>,
}

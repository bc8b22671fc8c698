import { rebuild } from '../../src/engine/evolve.ts'
import type { Ticket } from '../../src/model/ticket.ts'
import type { AnyTicketEvent } from '../../src/model/ticket-event.ts'
import type { Receipt } from '../../src/store.ts'
import { traitsOf } from '../../src/stores/sql/trait.ts'

/** What somebody who gave a command was told is done. */
export interface Acknowledged {
  readonly commandId: string
  readonly ticketId: string
  /** The ticket's version after it; null where it had been done before. */
  readonly version: number | null
}

/** What lies in the tables of a store, as of one moment. */
export interface Tables {
  readonly tickets: readonly { readonly id: string; readonly version: number; readonly ticket: string }[]
  /** In the order of the feed. */
  readonly events: readonly AnyTicketEvent[]
  readonly receipts: readonly Receipt[]
  readonly effectIds: readonly string[]
  readonly externalIds: readonly { readonly externalId: string; readonly ticketId: string }[]
  /** A ticket's id and a trait of it, by which searches find it; absent where the store keeps none. */
  readonly traits?: readonly string[]
}

/**
 * A sentence for everything that does not agree: no acknowledged command lost, versions without gaps and in order,
 * ticket = events = outbox = receipts = external ids. Of tickets that were `imported` the receipts stayed elsewhere.
 */
export function judge(
  tables: Tables,
  acknowledged: Iterable<Acknowledged>,
  imported: ReadonlySet<string> = new Set(),
): string[] {
  const wrong: string[] = []
  const tickets = new Map(tables.tickets.map((row) => [row.id, row]))
  const events = Map.groupBy(tables.events, ({ ticketId }) => ticketId)
  const effects = new Set(tables.effectIds)
  const externalIds = new Map(tables.externalIds.map(({ externalId, ticketId }) => [externalId, ticketId]))
  const commands = new Map(tables.receipts.map((receipt) => [receipt.commandId, receipt]))
  for (const { commandId, ticketId, version } of acknowledged) {
    const range = commands.get(commandId)?.tickets[0]
    if (!range) wrong.push(`command ${commandId} was acknowledged and has no receipt`)
    else if (range.ticketId !== ticketId || (version !== null && range.to !== version))
      wrong.push(`the receipt of ${commandId} says version ${range.to}, it was acknowledged with ${version}`)
    if ((tickets.get(ticketId)?.version ?? 0) < (version ?? 0))
      wrong.push(`ticket ${ticketId} is behind version ${version}, which was acknowledged`)
  }
  for (const { commandId, tickets: ranges } of tables.receipts)
    for (const { ticketId, from, to } of ranges) {
      const made = (events.get(ticketId) ?? []).slice(from, to)
      if (made.length !== to - from)
        wrong.push(`${commandId} has a receipt for ${to - from} events, ${made.length} are there`)
      // what time had caused by then is written with it, under causes of its own
      const own = made.filter(({ cause }) => cause.kind === 'command' && cause.id === commandId)
      const others = made.some(({ cause }) => cause.kind === 'command' && cause.id !== commandId)
      if (others || (made.length > 0 && own.length === 0))
        wrong.push(`the events of ${commandId} are another command's`)
    }
  let asked = 0
  let named = 0
  for (const ticketId of new Set([...tickets.keys(), ...events.keys()])) {
    const [row, log = []] = [tickets.get(ticketId), events.get(ticketId)]
    const gap = log.findIndex(({ version }, i) => version !== i + 1)
    if (gap !== -1)
      wrong.push(`version ${log[gap]?.version} of ticket ${ticketId} stands at place ${gap + 1} of its events`)
    if (row?.version !== log.length)
      wrong.push(`ticket ${ticketId} is at version ${row?.version}, of ${log.length} events`)
    let rebuilt: string | null
    try {
      rebuilt = JSON.stringify(rebuild(log))
    } catch (error) {
      rebuilt = String(error)
    }
    if (row?.ticket !== rebuilt)
      wrong.push(`ticket ${ticketId} (${row?.version}) is not what its ${log.length} events give`)
    for (const event of log) {
      const { cause, personal, type } = event
      // an erasure has no receipt: it may be done again
      const kept = type !== 'personal_erased' && !imported.has(ticketId)
      if (cause.kind === 'command' && kept && !commands.has(cause.id))
        wrong.push(`${event.id} is there, its receipt is not`)
      const external = type === 'message_added' ? personal?.externalId : undefined
      if (external) named += 1
      if (external && externalIds.get(external) !== ticketId)
        wrong.push(`${external} of ${event.id} is not found by its id`)
      if (type !== 'rule_fired') continue
      asked += event.data.effects.length
      for (const { id } of event.data.effects)
        if (!effects.has(id)) wrong.push(`${event.id} asked for an effect that is not in the outbox`)
    }
  }
  const due = tables.tickets.flatMap(({ id, ticket }) =>
    traitsOf(JSON.parse(ticket) as Ticket).map((trait) => `${id} ${trait}`),
  )
  if (tables.traits && JSON.stringify([...tables.traits].sort()) !== JSON.stringify(due.sort()))
    wrong.push(`${tables.traits.length} traits are kept, ${due.length} are of the tickets, and they are not the same`)
  if (asked !== effects.size) wrong.push(`${effects.size} effects are in the outbox, ${asked} were asked for`)
  if (named !== externalIds.size) wrong.push(`${externalIds.size} external ids are kept, ${named} messages have one`)
  return wrong
}

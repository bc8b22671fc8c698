import { DatabaseSync } from 'node:sqlite'
import { rebuild } from '../../src/engine/evolve.ts'
import type { Ticket } from '../../src/model/ticket.ts'
import type { AnyTicketEvent } from '../../src/model/ticket-event.ts'
import type { Receipt } from '../../src/store.ts'
import { traitsOf } from '../../src/stores/sql/trait.ts'

/** What the writer said was done. */
export interface Acknowledged {
  readonly commandId: string
  readonly ticketId: string
  readonly version: number
}

/**
 * Reads the tables past the store, and gives a sentence for everything that does not agree: no acknowledged command
 * lost, ticket = events = outbox = receipts = external ids.
 */
export function examine(path: string, acknowledged: readonly Acknowledged[]): string[] {
  const handle = new DatabaseSync(path)
  const all = <Row>(sql: string) => handle.prepare(sql).all() as Row[]
  const wrong: string[] = []
  const [{ integrity_check: integrity } = { integrity_check: 'none' }] = all<{ integrity_check: string }>(
    'PRAGMA integrity_check',
  )
  if (integrity !== 'ok') wrong.push(`the file is damaged: ${integrity}`)
  const tickets = new Map(
    all<{ id: string; version: number; ticket: string; reference: string; kind: string }>(
      'SELECT id, version, ticket, reference, kind FROM ticketwright_tickets',
    ).map((row) => [row.id, row]),
  )
  const events = Map.groupBy(
    all<{ event: string }>('SELECT event FROM ticketwright_events ORDER BY position').map(
      ({ event }) => JSON.parse(event) as AnyTicketEvent,
    ),
    ({ ticketId }) => ticketId,
  )
  const receipts = all<{ receipt: string }>('SELECT receipt FROM ticketwright_receipts').map(
    ({ receipt }) => JSON.parse(receipt) as Receipt,
  )
  const traits = all<{ pair: string }>(`SELECT ticket_id || ' ' || trait AS pair FROM ticketwright_traits`)
  const effects = new Set(all<{ id: string }>('SELECT id FROM ticketwright_effects').map(({ id }) => id))
  const externalIds = new Map(
    all<{ external_id: string; ticket_id: string }>('SELECT external_id, ticket_id FROM ticketwright_external_ids').map(
      (row) => [row.external_id, row.ticket_id],
    ),
  )
  handle.close()

  const commands = new Map(receipts.map((receipt) => [receipt.commandId, receipt]))
  for (const { commandId, ticketId, version } of acknowledged) {
    const range = commands.get(commandId)?.tickets[0]
    if (!range) wrong.push(`command ${commandId} was acknowledged and has no receipt`)
    else if (range.ticketId !== ticketId || range.to !== version)
      wrong.push(`the receipt of ${commandId} says version ${range.to}, it was acknowledged with ${version}`)
    if ((tickets.get(ticketId)?.version ?? 0) < version)
      wrong.push(`ticket ${ticketId} is behind version ${version}, which was acknowledged`)
  }
  for (const { commandId, tickets: ranges } of receipts)
    for (const { ticketId, from, to } of ranges) {
      const made = (events.get(ticketId) ?? []).filter((event) => event.version > from && event.version <= to)
      if (made.length !== to - from)
        wrong.push(`${commandId} has a receipt for ${to - from} events, ${made.length} are there`)
      if (!made.every(({ cause }) => cause.kind === 'command' && cause.id === commandId))
        wrong.push(`the events of ${commandId} are another command's`)
    }
  for (const ticketId of new Set([...tickets.keys(), ...events.keys()])) {
    const [row, log = []] = [tickets.get(ticketId), events.get(ticketId)]
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
      if (cause.kind === 'command' && !commands.has(cause.id)) wrong.push(`${event.id} is there, its receipt is not`)
      const external = type === 'message_added' ? personal?.externalId : undefined
      if (external && externalIds.get(external) !== ticketId)
        wrong.push(`${external} of ${event.id} is not found by its id`)
      if (type === 'rule_fired')
        for (const { id } of event.data.effects)
          if (!effects.has(id)) wrong.push(`${event.id} asked for an effect that is not in the outbox`)
    }
  }
  const due = [...tickets].flatMap(([id, { ticket }]) =>
    traitsOf(JSON.parse(ticket) as Ticket).map((trait) => `${id} ${trait}`),
  )
  if (JSON.stringify(traits.map(({ pair }) => pair).sort()) !== JSON.stringify(due.sort()))
    wrong.push(`${traits.length} traits are kept, ${due.length} are of the tickets, and they are not the same`)
  const asked = [...events.values()].flat().flatMap((event) => (event.type === 'rule_fired' ? event.data.effects : []))
  if (asked.length !== effects.size)
    wrong.push(`${effects.size} effects are in the outbox, ${asked.length} were asked for`)
  const written = [...events.values()]
    .flat()
    .filter(
      ({ type, personal }) => type === 'message_added' && (personal as { externalId?: string } | undefined)?.externalId,
    )
  if (written.length !== externalIds.size)
    wrong.push(`${externalIds.size} external ids are kept, ${written.length} messages have one`)
  return wrong
}

import { advance } from '../../src/engine/advance.ts'
import type { Definition } from '../../src/engine/definition.ts'
import { rebuild } from '../../src/engine/evolve.ts'
import { timelineOf } from '../../src/engine/timeline.ts'
import type { Names } from '../../src/model/names.ts'
import type { Ticket } from '../../src/model/ticket.ts'
import type { AnyTicketEvent } from '../../src/model/ticket-event.ts'
import type { Receipt } from '../../src/store.ts'
import { filled, type SqlValue } from '../../src/stores/sql/column.ts'
import { traitsOf } from '../../src/stores/sql/trait.ts'

/** What somebody who gave a command was told is done. */
export interface Acknowledged {
  readonly commandId: string
  readonly ticketId: string
  /** The ticket's version after it; null where it had been done before. */
  readonly version: number | null
}

/** Columns of a ticket beside its id and its JSON. */
export const keptColumns: readonly string[] = [
  ...filled.map(({ column }) => column),
  'version',
  'next_at',
  'planned_by',
]

/** What lies in the tables of a store, as of one moment. */
export interface Tables {
  /** `row`: what `keptColumns` says. */
  readonly tickets: readonly {
    readonly id: string
    readonly ticket: string
    readonly row: Readonly<Record<string, SqlValue>>
  }[]
  /** In the order of the feed. */
  readonly events: readonly AnyTicketEvent[]
  readonly receipts: readonly Receipt[]
  /** `settled`: 1 where it is done or given up. */
  readonly effects: readonly { readonly id: string; readonly settled: number }[]
  readonly externalIds: readonly { readonly externalId: string; readonly ticketId: string }[]
  /** The token of each ticket that was ever claimed. */
  readonly tokens: ReadonlyMap<string, number>
  /** A ticket's id and a trait of it, by which searches find it; absent where the store keeps none. */
  readonly traits?: readonly string[]
}

interface Known<X extends Names> {
  /** Tickets whose receipts stayed elsewhere, and which nobody may have planned yet. */
  readonly imported?: ReadonlySet<string>
  /** What all tickets are planned by: nothing is asked of plans without it. */
  readonly definition?: Definition<X> | undefined
}

/**
 * A sentence for everything that does not agree: no acknowledged command lost, versions without gaps and in order,
 * ticket = columns = events = outbox = receipts = external ids. So each command is there with all that it wrote, or not
 * at all, whether or not anybody was told of it.
 */
export function judge<X extends Names>(
  tables: Tables,
  acknowledged: Iterable<Acknowledged>,
  { imported = new Set(), definition }: Known<X> = {},
): string[] {
  const plan = definition as Definition | undefined
  const kept: Kept = {
    tickets: new Map(tables.tickets.map((one) => [one.id, one])),
    events: Map.groupBy(tables.events, ({ ticketId }) => ticketId),
    commands: new Map(tables.receipts.map((receipt) => [receipt.commandId, receipt])),
    effects: new Set(tables.effects.map(({ id }) => id)),
    externalIds: new Map(tables.externalIds.map(({ externalId, ticketId }) => [externalId, ticketId])),
  }
  const asked = tables.events.flatMap((event) => (event.type === 'rule_fired' ? event.data.effects : [])).length
  const named = tables.events.filter((event) => externalIdOf(event) !== null).length
  return [
    ...lost(kept, acknowledged),
    ...tables.receipts.flatMap((receipt) => receiptWrong(kept, receipt)),
    ...[...new Set([...kept.tickets.keys(), ...kept.events.keys()])].flatMap((id) => ticketWrong(kept, id)),
    ...tables.tickets.flatMap((one) => columnsWrong(one, imported.has(one.id) ? undefined : plan)),
    ...tables.events.flatMap((event) => eventWrong(kept, event, imported.has(event.ticketId))),
    ...traitsWrong(tables),
    ...(asked === kept.effects.size ? [] : [`${kept.effects.size} effects are in the outbox, ${asked} were asked for`]),
    ...(named === kept.externalIds.size
      ? []
      : [`${kept.externalIds.size} external ids are kept, ${named} messages have one`]),
  ]
}

/** The tables by what is asked of them. */
interface Kept {
  readonly tickets: ReadonlyMap<string, Tables['tickets'][number]>
  readonly events: ReadonlyMap<string, readonly AnyTicketEvent[]>
  readonly commands: ReadonlyMap<string, Receipt>
  readonly effects: ReadonlySet<string>
  readonly externalIds: ReadonlyMap<string, string>
}

function lost({ commands, tickets }: Kept, acknowledged: Iterable<Acknowledged>): string[] {
  const wrong: string[] = []
  for (const { commandId, ticketId, version } of acknowledged) {
    const range = commands.get(commandId)?.tickets[0]
    if (!range) wrong.push(`command ${commandId} was acknowledged and has no receipt`)
    else if (range.ticketId !== ticketId || (version !== null && range.to !== version))
      wrong.push(`the receipt of ${commandId} says version ${range.to}, it was acknowledged with ${version}`)
    if (Number(tickets.get(ticketId)?.row.version ?? 0) < (version ?? 0))
      wrong.push(`ticket ${ticketId} is behind version ${version}, which was acknowledged`)
  }
  return wrong
}

const receiptWrong = ({ events }: Kept, { commandId, tickets: ranges }: Receipt): string[] =>
  ranges.flatMap(({ ticketId, from, to }) => {
    const made = (events.get(ticketId) ?? []).slice(from, to)
    // what time had caused by then is written with it, under causes of its own
    const own = made.filter(({ cause }) => cause.kind === 'command' && cause.id === commandId)
    const others = made.some(({ cause }) => cause.kind === 'command' && cause.id !== commandId)
    return [
      ...(made.length === to - from
        ? []
        : [`${commandId} has a receipt for ${to - from} events, ${made.length} are there`]),
      ...(others || (made.length > 0 && own.length === 0) ? [`the events of ${commandId} are another command's`] : []),
    ]
  })

function ticketWrong({ tickets, events }: Kept, id: string): string[] {
  const [one, log = []] = [tickets.get(id), events.get(id)]
  const version = one?.row.version
  const gap = log.findIndex(({ version }, i) => version !== i + 1)
  return [
    ...(gap === -1 ? [] : [`version ${log[gap]?.version} of ticket ${id} stands at place ${gap + 1} of its events`]),
    ...(version === log.length ? [] : [`ticket ${id} is at version ${version}, of ${log.length} events`]),
    ...(one?.ticket === rebuilt(log) ? [] : [`ticket ${id} (${version}) is not what its ${log.length} events give`]),
  ]
}

function rebuilt(log: readonly AnyTicketEvent[]): string {
  try {
    return JSON.stringify(rebuild(log))
  } catch (error) {
    return String(error)
  }
}

/** What views and workers ask by, compared with what the ticket says. */
function columnsWrong({ id, ticket: text, row }: Tables['tickets'][number], definition?: Definition): string[] {
  const ticket = JSON.parse(text) as Ticket
  const due: Record<string, SqlValue> = { version: ticket.version }
  for (const { column, read } of filled) due[column] = read(ticket)
  if (definition) {
    due.next_at = advance(definition, ticket, beforeAll).nextAt
    due.planned_by = timelineOf(definition).plan
  }
  return Object.entries(due).flatMap(([column, value]) =>
    row[column] === value ? [] : [`${column} of ticket ${id} is kept as ${row[column]}, the ticket says ${value}`],
  )
}

/** An instant at which nothing is due yet. */
const beforeAll = 0

function eventWrong({ commands, effects, externalIds }: Kept, event: AnyTicketEvent, isImported: boolean): string[] {
  const { id, ticketId, version, cause, type } = event
  const wrong: string[] = []
  // an erasure has no receipt: it may be done again
  if (cause.kind === 'command' && type !== 'personal_erased' && !isImported) {
    const range = commands.get(cause.id)?.tickets.find((one) => one.ticketId === ticketId)
    if (!range) wrong.push(`${id} is there, its receipt is not`)
    else if (version <= range.from || version > range.to) wrong.push(`${id} is there, and not of its receipt`)
  }
  const external = externalIdOf(event)
  if (external !== null && externalIds.get(external) !== ticketId)
    wrong.push(`${external} of ${id} is not found by its id`)
  if (type === 'rule_fired')
    for (const asked of event.data.effects)
      if (!effects.has(asked.id)) wrong.push(`${id} asked for an effect that is not in the outbox`)
  return wrong
}

const externalIdOf = ({ type, personal }: AnyTicketEvent): string | null =>
  type === 'message_added' ? (personal?.externalId ?? null) : null

function traitsWrong({ tickets, traits }: Tables): string[] {
  if (!traits) return []
  const due = tickets.flatMap(({ id, ticket }) =>
    traitsOf(JSON.parse(ticket) as Ticket).map((trait) => `${id} ${trait}`),
  )
  if (JSON.stringify([...traits].sort()) === JSON.stringify(due.sort())) return []
  return [`${traits.length} traits are kept, ${due.length} are of the tickets, and they are not the same`]
}

import * as z from 'zod'
import { type FieldTable, findField } from '../condition/field.ts'
import { comparePositions, type SortPosition } from '../condition/sort-key.ts'
import { rebuild } from '../engine/evolve.ts'
import { DeskError, fail, isDeskError, type Refusal, refuse, unwrap } from '../errors.ts'
import { list, parse } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import { toInstant } from '../time/instant.ts'
import { csvLine } from './csv.ts'
import type { DeskContext } from './options.ts'
import { breathe } from './pace.ts'
import { pageById } from './page-by-id.ts'

/** The form of exported lines; raised when a later release writes another. */
export const exportFormat = 1

/** The first line of an export. */
interface ExportHeader {
  readonly ticketwright: 'export'
  readonly format: number
  readonly tenant: string
  readonly exportedAt: number
}

/** Every other line: a ticket with its whole log. */
interface ExportedTicket {
  readonly ticketId: string
  readonly events: readonly unknown[]
}

/**
 * All tickets as JSON Lines: a header, then each ticket's whole log on a line of its own, in order of id. Each log is
 * whole as of the moment it was read; what is written meanwhile may be in it or not. Leases, receipts and the outbox
 * stay behind. A log is all that is needed of a ticket: one whose row is damaged goes with the others.
 * @throws DeskError `ticket_damaged` at the end, for the first ticket whose log cannot be read; `issues` has them all
 */
export async function* exportLines(desk: DeskContext): AsyncGenerator<string, void, void> {
  const header: ExportHeader = {
    ticketwright: 'export',
    format: exportFormat,
    tenant: desk.tenant,
    exportedAt: await desk.store.now(),
  }
  yield `${JSON.stringify(header)}\n`
  yield* eachTicket(desk, async ({ id }) => {
    const events = await desk.store.history(desk.tenant, id)
    return `${JSON.stringify({ ticketId: id, events } satisfies ExportedTicket)}\n`
  })
}

/** Columns of a table unless others are named. */
const defaultColumns = [
  ...['id', 'reference', 'subject', 'status', 'kind', 'priority', 'category', 'channel', 'tags', 'requester.id'],
  ...['requester.name', 'requester.email', 'assignee', 'department', 'tier', 'openedAt', 'firstRespondedAt'],
  ...['resolvedAt', 'closedAt', 'messages', 'reopens', 'sla.level', 'sla.breached', 'satisfaction.score'],
]

const CsvAsk = z.strictObject({ columns: list(z.string(), 1_000).optional() })

/**
 * All tickets as CSV (RFC 4180, UTF-8), a row each, in order of id. `columns` are fields as conditions name them:
 * stored facts, `fields.` and the path of a custom field, clocks. Instants are ISO 8601 in UTC, lists are joined by
 * `; `, and what might run as a formula in a spreadsheet is written so that it does not.
 * @throws DeskError `invalid_command`, `unknown_name`, `field_not_allowed` with the path;
 * `ticket_damaged` as `exportLines`
 */
export async function* exportCsv(
  desk: DeskContext,
  ask: { readonly columns?: readonly string[] | undefined } = {},
): AsyncGenerator<string, void, void> {
  const { columns = defaultColumns } = unwrap(parse(CsvAsk, ask, 'invalid_command'))
  const readers = columns.map((name, i) => columnReader(desk.latest.fields, name, i))
  yield csvLine(columns)
  yield* eachTicket(desk, async ({ id, ticket }) => {
    const whole = ticket ?? rebuild(await desk.store.history(desk.tenant, id))
    return whole ? csvLine(readers.map((read) => read(whole))) : ''
  })
}

function columnReader(fields: FieldTable, name: string, i: number): (ticket: Ticket) => unknown {
  const path = `columns[${i}]`
  const found = findField(fields, String(name), path)
  if (!('field' in found)) throw new DeskError(found)
  const { type, class: kind, read } = found.field
  if (kind !== 'stored')
    throw fail('field_not_allowed', { field: name, use: 'an export', allowed: Object.keys(fields) }, path)
  return (ticket) => {
    const value = read({ ticket })
    if (type === 'instant' && typeof value === 'number') return new Date(toInstant(value)).toISOString()
    return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value.join('; ') : value
  }
}

/** Tickets read at once. */
const pageTickets = 200

/** Tickets that an export tells it could not read, at most. */
const maxTold = 1_000

/** Tickets in order of id; of one whose row is damaged there is the id. */
type Found = { readonly id: string; readonly ticket: Ticket | null }

async function* allTickets({ store, tenant }: DeskContext): AsyncGenerator<Found, void, void> {
  const order = {
    keys: [],
    position: ({ id }: Ticket): SortPosition => ({ values: [], id }),
    compare: (a: SortPosition, b: SortPosition) => comparePositions([], a, b),
  }
  for (let after: SortPosition | undefined; ; await breathe()) {
    const all = { tenant, when: null, matches: () => true, ...order, limit: pageTickets, after }
    const { rows, damaged } = await pageById(store, all)
    for (const { ticket } of rows) yield { id: ticket.id, ticket }
    if (damaged) yield { id: damaged.facts.ticketId, ticket: null }
    const last = damaged?.facts.ticketId ?? rows.at(-1)?.ticket.id
    if ((!damaged && rows.length < pageTickets) || last === undefined) return
    after = { values: [], id: last }
  }
}

/**
 * A text for each ticket. Those of which not even the log can be read are left out, and at the
 * end, when all others were given, that is told.
 */
async function* eachTicket(
  desk: DeskContext,
  textOf: (found: Found) => string | Promise<string>,
): AsyncGenerator<string, void, void> {
  const damaged: Refusal[] = []
  for await (const found of allTickets(desk)) {
    try {
      yield await textOf(found)
    } catch (error) {
      if (!isDeskError(error, 'ticket_damaged')) throw error
      if (damaged.length < maxTold) damaged.push(refuse(error.code, error.facts) as Refusal)
    }
  }
  const [first] = damaged
  if (first) throw new DeskError(first, damaged)
}

import type { Condition } from '../../condition/condition.ts'
import type { Query } from '../../store.ts'
import type { SqlValue } from '../sql/column.ts'
import { actionableOf, asked, row, type Sql, select } from '../sql/find.ts'
import type { StoredRow } from '../sql/row.ts'
import type { Database } from './database.ts'
import { place } from './place.ts'

/** What the indexes that views are read from have after the tenant, by name (`migrations.ts` makes them). */
const orderings = {
  fifo: 'actionable, opened_at, id',
  priority: 'actionable, by_priority, opened_at, id',
  effort: 'actionable, by_effort, opened_at, id',
  due: 'actionable, sla_rank, by_due, id',
  waiting: 'actionable, by_waiting, id',
  slack: 'actionable, by_standing, by_slack, id',
  value: 'actionable, by_value, opened_at, id',
  contact: 'actionable, by_contact, opened_at, id',
  age: 'actionable, by_age, id',
} as const

/** By id, as the primary key has them. */
const byId = 'sqlite_autoindex_ticketwright_tickets_1'

const indexes: ReadonlyMap<string, string> = new Map([
  ['id', byId],
  ...Object.entries(orderings).map(([name, terms]) => [terms, `ticketwright_tickets_${name}`] as const),
])

/** What is asked of tickets: which, and that nobody else holds them. */
export type Asked = Pick<Query, 'tenant' | 'when'> & Partial<Pick<Query, 'freeFor'>>

/** An order of terms, with the index that has it. */
export interface Path {
  readonly terms: readonly string[]
  readonly index: string
}

export function pathOf(terms: readonly string[]): Path | undefined {
  const index = indexes.get(terms.join(', '))
  return index === undefined ? undefined : { terms, index }
}

/** A path that meets each ticket a condition may hold for once: what a ticket has there never changes. */
export const pathToAll = (when: Condition | null): Path =>
  actionableOf(when) === undefined
    ? { terms: ['id'], index: byId }
    : { terms: orderings.fifo.split(', '), index: 'ticketwright_tickets_fifo' }

/**
 * Tickets in a stretch, from short ones on: most pages are full soon. The last number repeats; it is smaller where the
 * tickets themselves are looked at.
 */
const stretches = { decided: [200, 800, 4_000], looked: [200, 800] } as const

/** What rows have in common, and how many have it: `found`. */
export const groupOf = (columns: readonly string[]): string => [...columns, 'count(*) AS found'].join(', ')
export const grouped = (columns: readonly string[]): string =>
  columns.length > 0 ? ` GROUP BY ${columns.join(', ')}` : ''

const free = `NOT EXISTS (SELECT 1 FROM ticketwright_leases AS held
  WHERE held.tenant = own.tenant AND held.ticket_id = own.id AND held.until > ? AND held.holder <> ?)`

/**
 * Reads tickets in the order of an index, a stretch at a time. What few of them meet is looked for so without one
 * statement that goes on for seconds: others may have a turn between two stretches.
 */
export class Way {
  readonly #db: Database
  /** Which part of the index it is in, if it is in one alone. */
  readonly #side: 0 | 1 | undefined
  readonly #along: readonly Sql[]
  readonly #asked: readonly Sql[]
  readonly #terms: readonly string[]
  readonly #table: string
  readonly #stretches: readonly number[]
  #after: readonly SqlValue[] | undefined
  #taken = 0
  /** Tickets that were passed, met by the condition or not. */
  passed = 0
  /** Nothing is left. */
  ended = false

  /** `after` is a place on the path; `decided`: the database tells which tickets are meant. */
  constructor(
    db: Database,
    query: Asked,
    now: number,
    { path, after, decided }: { path: Path; after?: readonly SqlValue[] | undefined; decided: boolean },
  ) {
    this.#db = db
    const { tenant, when, freeFor } = query
    this.#side = path.terms[0] === 'actionable' ? actionableOf(when) : undefined
    this.#along = [
      { text: 'tenant = ?', params: [tenant] },
      ...(this.#side === undefined ? [] : [{ text: `actionable = ${this.#side}`, params: [] }]),
    ]
    this.#asked = [...asked(query, place), ...(freeFor === undefined ? [] : [{ text: free, params: [now, freeFor] }])]
    this.#terms = path.terms
    this.#table = `ticketwright_tickets AS own INDEXED BY ${path.index}`
    this.#stretches = decided ? stretches.decided : stretches.looked
    this.#after = after
  }

  /** The rows of the next stretch that the database lets through, in order: at most `limit`, and the rest is passed. */
  next(limit = -1): StoredRow[] {
    return this.#stretch(row, ` ORDER BY ${this.#terms.join(', ')} LIMIT ?`, limit)
  }

  /** The next stretch as groups with what they have in common, and how many: `found`. */
  groups(columns: readonly string[]): Record<string, SqlValue>[] {
    return this.#stretch(groupOf(columns), grouped(columns))
  }

  #stretch<Row>(what: string, rest: string, ...values: SqlValue[]): Row[] {
    const tickets = this.#stretches[Math.min(this.#taken++, this.#stretches.length - 1)] ?? 0
    const end = this.#endOf(tickets)
    const { text, params } = select(what, [...this.#asked, ...this.#range(end)], this.#table)
    const rows = this.#db.rows<Row>(text + rest, ...params, ...values)
    this.#after = end ?? this.#after
    this.ended = end === undefined
    this.passed += tickets
    return rows
  }

  /** The place of the last ticket of a stretch; undefined where it holds fewer. */
  #endOf(tickets: number): readonly SqlValue[] | undefined {
    const terms = this.#terms.join(', ')
    const { text, params } = select(terms, [...this.#along, ...this.#range(undefined)], this.#table)
    const end = this.#db.row<Record<string, SqlValue>>(
      `${text} ORDER BY ${terms} LIMIT 1 OFFSET ?`,
      ...params,
      tickets - 1,
    )
    return end && this.#terms.map((term) => end[term] ?? null)
  }

  #range(end: readonly SqlValue[] | undefined): readonly Sql[] {
    return [...(this.#after ? [this.#compared('>', this.#after)] : []), ...(end ? [this.#compared('<=', end)] : [])]
  }

  /** A first term that all tickets on the way share is left out: an index is used from what differs. */
  #compared(sign: '>' | '<=', place: readonly SqlValue[]): Sql {
    const from = this.#side !== undefined && place[0] === this.#side ? 1 : 0
    const marks = place.slice(from).map(() => '?')
    return { text: `(${this.#terms.slice(from).join(', ')}) ${sign} (${marks.join(', ')})`, params: place.slice(from) }
  }
}

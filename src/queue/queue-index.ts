import type { SortPosition } from '../condition/sort-key.ts'
import { fail, shown } from '../errors.ts'
import { optionsGiven, ticketGiven, ticketsGiven } from '../model/given.ts'
import { isPlainObject } from '../model/json.ts'
import type { Ticket } from '../model/ticket.ts'
import { CountedBlocks } from './counted-blocks.ts'
import { type HeldKeys, KeyColumns } from './key-columns.ts'
import type { CompiledOrdering } from './ordering.ts'
import { sortedRows } from './radix.ts'

/** A stretch of a queue: from a rank on, or from after a position, which counts more. */
export interface PageOfIndex {
  readonly limit: number
  /** 0 unless said. */
  readonly offset?: number | undefined
  readonly after?: SortPosition | undefined
}

/** Tickets in one order, by id, kept in order as they change. Holds ids and keys, not the tickets. */
export interface QueueIndex {
  readonly size: number
  has(ticketId: string): boolean
  /**
   * Puts a ticket where it belongs; one that is in already is moved.
   * @throws DeskError `invalid_command` for what is no ticket
   */
  add(ticket: Ticket): void
  /** Moves a ticket to where it belongs now; false, and nothing, if it is not in. Throws as `add`. */
  update(ticket: Ticket): boolean
  /** False if it was not in. */
  remove(ticketId: string): boolean
  /** The first; null when there is none. */
  peek(): string | null
  /** The first, removed. */
  take(): string | null
  /** How many stand before it; null if it is not in. */
  rank(ticketId: string): number | null
  /**
   * Ids in order: from a rank (`offset`), or after a position that a ticket had, also one that is not in.
   * @throws DeskError `invalid_command` with the path
   */
  page(ask: PageOfIndex): string[]
  /** What the index takes besides the ids: keys and blocks, in bytes. */
  readonly bytes: number
}

function checkWhole(value: number, path: string): void {
  if (Number.isInteger(value) && value >= 0) return
  throw fail('invalid_command', { reason: `it is a whole number from 0, not ${shown(value)}` }, path)
}

/** @throws DeskError `invalid_command` with the place of what is no part of a position */
function checkPosition(after: unknown): void {
  const wrong = (reason: string, path: string) => fail('invalid_command', { reason }, path)
  if (!isPlainObject(after)) throw wrong(`a position is needed, not ${shown(after)}`, 'after')
  const { values, id } = after
  if (typeof id !== 'string') throw wrong(`an id is needed, not ${shown(id)}`, 'after.id')
  if (!Array.isArray(values)) throw wrong(`a list of numbers is needed, not ${shown(values)}`, 'after.values')
  const at = values.findIndex((value) => value !== null && !Number.isFinite(value))
  if (at >= 0) throw wrong(`a number or null is needed, not ${shown(values[at])}`, `after.values[${at}]`)
}

const pageKeys = ['limit', 'offset', 'after'] as const

/** The slot of a ticket that is only asked about. */
const probe = 0

export class OrderedTickets implements QueueIndex {
  readonly #ordering: CompiledOrdering
  readonly #slotOf = new Map<string, number>()
  /** By slot. */
  readonly #ids: string[] = ['']
  readonly #free: number[] = []
  readonly #sequence: CountedBlocks
  #capacity: number

  constructor(ordering: CompiledOrdering, tickets: readonly Ticket[] = []) {
    this.#ordering = ordering
    this.#capacity = Math.max(64, ticketsGiven(tickets).length + 1)
    this.#sequence = new CountedBlocks(ordering.keys, (a, b) => this.#tie(a, b), this.#capacity)
    if (tickets.length > 0) this.#build(tickets)
  }

  get size(): number {
    return this.#sequence.size
  }

  get bytes(): number {
    return this.#sequence.bytes
  }

  has(ticketId: string): boolean {
    return this.#slotOf.has(ticketId)
  }

  add(ticket: Ticket): void {
    if (!this.update(ticket)) this.#sequence.insert(this.#newSlot(ticket.id), this.#keysOf(ticket))
  }

  update(ticket: Ticket): boolean {
    const slot = this.#slotOf.get(ticketGiven(ticket).id)
    if (slot === undefined) return false
    this.#sequence.move(slot, this.#keysOf(ticket))
    return true
  }

  remove(ticketId: string): boolean {
    const slot = this.#slotOf.get(ticketId)
    if (slot === undefined) return false
    this.#sequence.delete(slot)
    this.#slotOf.delete(ticketId)
    this.#ids[slot] = ''
    this.#free.push(slot)
    return true
  }

  peek(): string | null {
    return this.page({ limit: 1 })[0] ?? null
  }

  take(): string | null {
    const first = this.peek()
    if (first !== null) this.remove(first)
    return first
  }

  rank(ticketId: string): number | null {
    const slot = this.#slotOf.get(ticketId)
    return slot === undefined ? null : this.#sequence.rank(slot)
  }

  page(ask: PageOfIndex): string[] {
    const { limit, offset = 0, after } = optionsGiven(ask, pageKeys, 'page')
    checkWhole(limit, 'limit')
    checkWhole(offset, 'offset')
    const from = after === undefined ? offset : this.#rankAfter(after)
    return this.#sequence.slice(from, limit).map((slot) => this.#ids[slot] as string)
  }

  /** How many stand at a position or before it. */
  #rankAfter(after: SortPosition): number {
    checkPosition(after)
    const { values, id } = after
    if (values.length !== this.#ordering.keys.length)
      throw fail('invalid_command', { reason: 'this position is of another ordering' }, 'after')
    this.#ids[probe] = id
    const rank = this.#sequence.rankFor(probe, this.#sequence.held(values))
    // the ticket itself, if it still stands there, does not come after itself
    const own = this.#slotOf.get(id)
    return own !== undefined && this.#sequence.slice(rank, 1)[0] === own ? rank + 1 : rank
  }

  #build(tickets: readonly Ticket[]): void {
    const columns = new KeyColumns(this.#ordering.keys, tickets.length + 1)
    for (const ticket of tickets) {
      const slot = this.#slotOf.get(ticket.id) ?? this.#newSlot(ticket.id)
      columns.write(slot, columns.held(this.#ordering.position(ticket).values))
    }
    const sorted = sortedRows(columns, this.#ids.length).filter((row) => row !== probe)
    for (const [from, end] of columns.equalRuns(sorted)) sorted.subarray(from, end).sort((a, b) => this.#tie(a, b))
    this.#sequence.fill(sorted, columns)
  }

  #keysOf(ticket: Ticket): HeldKeys {
    return this.#sequence.held(this.#ordering.position(ticket).values)
  }

  #tie(a: number, b: number): number {
    const [x, y] = [this.#ids[a] as string, this.#ids[b] as string]
    return x < y ? -1 : x > y ? 1 : 0
  }

  #newSlot(id: string): number {
    const slot = this.#free.pop() ?? this.#ids.length
    if (slot >= this.#capacity) {
      this.#capacity = Math.ceil(this.#capacity * 1.25)
      this.#sequence.grow(this.#capacity)
    }
    this.#ids[slot] = id
    this.#slotOf.set(id, slot)
    return slot
  }
}

import type { Ticket } from '../../src/model/ticket.ts'

/** Tickets in the queue. */
export const size = 1_000_000

/** What the peers compare by: what `fifo` reads from a ticket, read beforehand. */
export interface Row {
  readonly id: string
  readonly slot: number
  /** 0: somebody has something to do; 1: nobody. */
  rank: number
  openedAt: number
}

const from = Date.UTC(2026, 0, 1)
const span = 180 * 24 * 3_600_000

/** The same numbers for everybody. */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 4) / 2 ** 28
  }
}

/** A thousandth of all share their instant with another, so that ties are broken. */
export const instant = (next: () => number): number => from + Math.floor((next() * span) / 1_000) * 1_000

export function rows(): Row[] {
  const next = random(1)
  return Array.from({ length: size }, (_, i) => ({
    id: `ticket-${i}`,
    slot: i,
    rank: next() < 0.6 ? 0 : 1,
    openedAt: instant(next),
  }))
}

/** As much of a ticket as the ordering reads. */
export const ticketOf = ({ id, rank, openedAt }: Row): Ticket =>
  ({ id, kind: rank === 0 ? 'open' : 'answered', openedAt, lastAt: openedAt, clocks: noClocks }) as Ticket

const noClocks = {}

export const compare = (a: Row, b: Row): number =>
  a.rank - b.rank || a.openedAt - b.openedAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

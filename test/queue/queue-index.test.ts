import fc from 'fast-check'
import { namedOrderings, type Ordering, orderBy, type QueueIndex, queueIndex, type Ticket } from 'ticketwright'
import { describe, expect, it } from 'vitest'

/** As much of a ticket as an ordering reads. Few different values, so that most of it is ties. */
const ticket = (id: string, facts: Partial<Record<string, unknown>> = {}): Ticket =>
  ({
    ...{ id, kind: 'new', openedAt: 0, waitingSince: null, priority: 'Low', priorityRank: 1, effortMinutes: null },
    ...{ requester: null, clocks: {}, lastAt: 0, ...facts },
  }) as unknown as Ticket

/** A stream of whole numbers below a bound: the same ones for the same seed. */
function numbers(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor(((state >>> 4) / 2 ** 28) * below)
  }
}

const factsFrom = (below: (n: number) => number) => ({
  kind: ['new', 'open', 'answered', 'postponed'][below(4)],
  openedAt: below(3) === 0 ? below(5) : below(1e12),
  waitingSince: below(2) === 0 ? null : below(10),
  priorityRank: below(4),
  // past what a narrow column holds, also when it has held for long
  effortMinutes: below(3) === 0 ? null : below(50) === 0 ? below(1e6) / 7 : below(5),
  requester: { id: 'm', revenue: below(2) === 0 ? undefined : below(300) - 150, previousTickets: below(3) },
  clocks:
    below(3) === 0 ? {} : { resolution: { state: 'running', dueAt: below(1e6), breachedAt: below(4) ? null : 1 } },
})

/** The plain thing: sorted anew whenever somebody asks. */
class Model {
  readonly tickets = new Map<string, Ticket>()
  readonly #compare: (a: Ticket, b: Ticket) => number
  constructor(ordering: Ordering) {
    this.#compare = orderBy(ordering)
  }
  sorted(): string[] {
    return [...this.tickets.values()].sort(this.#compare).map(({ id }) => id)
  }
}

/** Runs operations on an index and on the model; every so often all that an index says is compared. */
function trial(index: QueueIndex, ordering: Ordering, operations: number, seed: number, ids: number): number {
  const model = new Model(ordering)
  const below = numbers(seed)
  let compared = 0
  const look = () => {
    compared += 1
    const sorted = model.sorted()
    expect(index.size).toBe(sorted.length)
    expect(index.page({ limit: sorted.length + 1 })).toEqual(sorted)
    expect(index.peek()).toBe(sorted[0] ?? null)
    for (let i = 0; i < 20; i++) {
      const offset = below(sorted.length + 2)
      expect(index.page({ limit: 7, offset })).toEqual(sorted.slice(offset, offset + 7))
      const id = `t${below(ids)}`
      const rank = sorted.indexOf(id)
      expect(index.rank(id)).toBe(rank < 0 ? null : rank)
      expect(index.has(id)).toBe(rank >= 0)
    }
  }
  // a queue swells, empties and swells again
  for (let i = 0; i < operations; i++) {
    const growing = Math.floor((3 * i) / operations) !== 1
    const id = `t${below(ids)}`
    const kind = below(10)
    if (kind < 4) {
      const one = ticket(id, factsFrom(below))
      expect(index.update(one)).toBe(model.tickets.has(id))
      if (model.tickets.has(id)) model.tickets.set(id, one)
    } else if (kind < (growing ? 8 : 5)) {
      const one = ticket(id, factsFrom(below))
      index.add(one)
      model.tickets.set(id, one)
    } else if (kind < 9 || operations > 2_000) expect(index.remove(id)).toBe(model.tickets.delete(id))
    else {
      const [first = null] = model.sorted()
      expect(index.take()).toBe(first)
      if (first !== null) model.tickets.delete(first)
    }
    if (i % Math.ceil(operations / 25) === 0) look()
  }
  look()
  return compared
}

const ofOnesOwn: Ordering = [
  { by: { field: 'effortMinutes' }, direction: 'descending', nulls: 'first' },
  { by: { field: 'requester.revenue' }, direction: 'ascending', nulls: 'first' },
]
const orderings = [...Object.keys(namedOrderings), ofOnesOwn] as Ordering[]

describe('an index is a full sort, whatever was done to it', () => {
  // 10 × 22,000 operations
  it.each(orderings)(
    '%j',
    (ordering) => {
      expect(trial(queueIndex(ordering), ordering, 20_000, 7, 6_000)).toBeGreaterThan(20)
      expect(trial(queueIndex(ordering), ordering, 2_000, 8, 50)).toBeGreaterThan(20)
    },
    120_000,
  )

  it('also where all keys are equal, and where tickets come in order', () => {
    const index = queueIndex('fifo')
    const ids = Array.from({ length: 5_000 }, (_, i) => `t${String(i).padStart(5, '0')}`)
    for (const id of ids) index.add(ticket(id))
    expect(index.page({ limit: 5_000 })).toEqual(ids)
    for (const id of ids.toReversed()) index.add(ticket(id, { openedAt: -1 }))
    expect(index.page({ limit: 5_000 })).toEqual(ids)
    for (const id of ids) expect(index.take()).toBe(id)
    expect([index.take(), index.peek(), index.size]).toEqual([null, null, 0])
    expect(index.page({ limit: 5, after: { values: [0, 0], id: 'x' } })).toEqual([])
  })

  it.each(orderings.map((ordering) => ({ ordering })))('built at once it is the same: $ordering', ({ ordering }) => {
    const below = numbers(3)
    const tickets = Array.from({ length: 4_000 }, (_, i) => ticket(`t${i}`, factsFrom(below)))
    const sorted = tickets.toSorted(orderBy(ordering)).map(({ id }) => id)
    const index = queueIndex(ordering, tickets)
    expect(index.page({ limit: 5_000 })).toEqual(sorted)
    // and goes on from there
    for (const one of tickets.slice(0, 2_000)) index.remove(one.id)
    for (const one of tickets.slice(0, 2_000)) index.add(one)
    expect(index.page({ limit: 5_000 })).toEqual(sorted)
  })

  it('built of the same ticket twice, the later one counts', () => {
    const index = queueIndex('fifo', [
      ticket('a', { openedAt: 1 }),
      ticket('b', { openedAt: 2 }),
      ticket('a', { openedAt: 3 }),
    ])
    expect(index.page({ limit: 5 })).toEqual(['b', 'a'])
  })

  it('numbers of every size and sign', () => {
    const key = (
      values: readonly (number | null)[],
      direction: 'ascending' | 'descending',
      nulls: 'first' | 'last',
    ) => {
      const ordering: Ordering = { kinds: [], keys: [{ by: { field: 'effortMinutes' }, direction, nulls }] }
      const tickets = values.map((effortMinutes, i) => ticket(`t${i}`, { effortMinutes }))
      const sorted = tickets.toSorted(orderBy(ordering)).map(({ id }) => id)
      expect(queueIndex(ordering, tickets).page({ limit: 999 })).toEqual(sorted)
      const index = queueIndex(ordering)
      for (const one of tickets) index.add(one)
      expect(index.page({ limit: 999 })).toEqual(sorted)
    }
    const value = fc.option(
      fc.oneof(
        fc.constantFrom(-128, -127, 126, 127, 0, -0, 1),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      ),
      { nil: null },
    )
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 30 }),
        fc.constantFrom('ascending', 'descending'),
        fc.constantFrom('first', 'last'),
        key,
      ),
    )
  })
})

describe('pages of an index', () => {
  it('after a position, wherever the ticket of it has gone', () => {
    const index = queueIndex(
      'fifo',
      ['a', 'b', 'c', 'd'].map((id, i) => ticket(id, { openedAt: i })),
    )
    const after = { values: [0, 1], id: 'b' }
    expect(index.page({ limit: 2, after })).toEqual(['c', 'd'])
    index.remove('b')
    expect(index.page({ limit: 2, after })).toEqual(['c', 'd'])
    index.add(ticket('b', { openedAt: 9 }))
    expect(index.page({ limit: 9, after })).toEqual(['c', 'd', 'b'])
  })
})

describe('what an index refuses', () => {
  const index = queueIndex('fifo', [ticket('a')])
  it.each([
    ['limit', { limit: -1 }],
    ['limit', { limit: 1.5 }],
    ['limit', {}],
    ['offset', { limit: 1, offset: Number.NaN }],
    ['after', { limit: 1, after: { values: [1], id: 'a' } }],
  ])('a page with a wrong %s: %j', (path, ask) => {
    expect(() => index.page(ask as never)).toThrow(expect.objectContaining({ code: 'invalid_command', path }))
  })

  it('an ordering there is not', () => {
    expect(() => queueIndex('fastest' as never)).toThrow(expect.objectContaining({ code: 'invalid_definition' }))
  })
})

describe('the trial finds', () => {
  /** An index with something wrong in it. */
  const broken = (wrong: (index: QueueIndex) => Partial<QueueIndex>): QueueIndex => {
    const index = queueIndex('fifo')
    const bound = Object.fromEntries(
      (['add', 'update', 'remove', 'peek', 'take', 'rank', 'page', 'has'] as const).map((name) => [
        name,
        (index[name] as (...of: unknown[]) => unknown).bind(index),
      ]),
    )
    return Object.defineProperty({ ...bound, ...wrong(index) } as QueueIndex, 'size', { get: () => index.size })
  }

  it.each<[string, (index: QueueIndex) => Partial<QueueIndex>]>([
    [
      'a rank that is one too high',
      (index) => ({ rank: (id) => ((rank) => (rank === null ? null : rank + 1))(index.rank(id)) }),
    ],
    ['an update that is forgotten', (index) => ({ update: (one) => index.has(one.id) })],
    ['a page that loses its last', (index) => ({ page: (ask) => index.page(ask).slice(0, -1) })],
  ])('%s', (_what, wrong) => {
    expect(() => trial(broken(wrong), 'fifo', 20_000, 7, 8_000)).toThrow(/expected/)
  })

  it('ties that are broken the wrong way round', () => {
    const compare = orderBy('fifo')
    const tickets = ['a', 'b'].map((id) => ticket(id))
    const byId = broken((index) => ({ page: (ask) => index.page(ask).reverse() }))
    for (const one of tickets) byId.add(one)
    expect(byId.page({ limit: 2 })).not.toEqual(tickets.toSorted(compare).map(({ id }) => id))
    expect(() => trial(byId, 'fifo', 2_000, 8, 50)).toThrow(/expected/)
  })
})

/** A seeded source of choices (mulberry32), so that a failing case can be run again. */
export interface Random {
  below(limit: number): number
  pick<T>(list: readonly T[]): T
  chance(of: number): boolean
}

export function random(seed: number): Random {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { below, pick: (list) => list[below(list.length)] as never, chance: (of) => next() < of }
}

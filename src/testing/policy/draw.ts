/** How a generator makes its choices: one value of a list, a whole number, yes or no. */
export interface Draw {
  below(limit: number): number
  pick<T>(list: readonly T[]): T
  chance(oneIn: number): boolean
  /** A few of them, in their order; at least one. */
  some<T>(list: readonly T[]): T[]
}

/** The one arbitrary that is needed of fast-check, by shape: `fc` itself fits. */
export interface FastCheck {
  nat(...args: never[]): unknown
}

/** A value of `fc.gen()`, by shape. */
export type Gen = (...args: never[]) => unknown

export function drawFrom(fc: FastCheck, gen: Gen): Draw {
  const ask = gen as unknown as (arbitrary: FastCheck['nat'], constraints: { readonly max: number }) => number
  const below = (limit: number) => (limit <= 1 ? 0 : ask(fc.nat, { max: limit - 1 }))
  return {
    below,
    pick: (list) => list[below(list.length)] as never,
    // shrinks towards no
    chance: (oneIn) => below(oneIn) === oneIn - 1,
    some: (list) => {
      const first = below(list.length)
      return list.filter((_, i) => i === first || below(2) === 1)
    },
  }
}

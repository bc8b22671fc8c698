/** Values that are kept as they are; beyond that, all are rounded. */
const maxExactValues = 4_096
/** Significant bits of a rounded value: it is at most 1/2,048 too large. */
const keptBits = 12

/** How a set of values is spread, by the nearest rank: the smallest value that p % of all do not exceed. */
export interface Spread {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p95: number
  readonly max: number
  /** False: there were more than 4,096 different values, and p50, p90 and p95 may be up to 0.05 % too large. */
  readonly exact: boolean
}

/**
 * Counts values in bounded memory: each different value as it is, up to 4,096 of them; from then on rounded up to 12
 * significant bits, so that no more than some 70,000 different ones can be.
 */
export class Distribution {
  #counts = new Map<number, number>()
  #count = 0
  #max = 0
  #exact = true

  /** @param value 0 or more, whole */
  add(value: number): void {
    this.#count += 1
    this.#max = Math.max(this.#max, value)
    const kept = this.#exact ? value : roundedUp(value)
    this.#counts.set(kept, (this.#counts.get(kept) ?? 0) + 1)
    if (this.#exact && this.#counts.size > maxExactValues) this.#round()
  }

  /** Null where nothing was counted. */
  spread(): Spread | null {
    if (this.#count === 0) return null
    const values = [...this.#counts].sort(([a], [b]) => a - b)
    const at = (percent: number) => Math.min(this.#max, valueAt(values, Math.ceil((percent * this.#count) / 100)))
    return { count: this.#count, p50: at(50), p90: at(90), p95: at(95), max: this.#max, exact: this.#exact }
  }

  #round(): void {
    const rounded = new Map<number, number>()
    for (const [value, count] of this.#counts)
      rounded.set(roundedUp(value), (rounded.get(roundedUp(value)) ?? 0) + count)
    this.#counts = rounded
    this.#exact = false
  }
}

function roundedUp(value: number): number {
  if (value < 2 ** keptBits) return value
  const unit = 2 ** (Math.floor(Math.log2(value)) + 1 - keptBits)
  return Math.ceil(value / unit) * unit
}

/** The value of a rank, from 1, among values with their counts, in order. */
function valueAt(values: readonly (readonly [number, number])[], rank: number): number {
  let seen = 0
  for (const [value, count] of values) {
    seen += count
    if (seen >= rank) return value
  }
  return values.at(-1)?.[0] ?? 0
}

/** For one figure. On a busy machine most rounds are disturbed; in so long some are not. */
export const BUDGET_MS = 3000

/** Blocks of inputs; quick calls work through all inputs in them. */
const BLOCKS = 16
/**
 * What takes so long is interrupted on a busy machine however often it is tried: the processor's time counts instead.
 */
const LONG_MS = 10

/**
 * Time per call in nanoseconds. Sixteen blocks of inputs, half a millisecond each if a call allows it, are worked
 * through in turn until the budget is spent: all inputs when calls are quick, so that nothing learns them. Of each
 * block the fastest round counts, and the mean of the blocks is given. On a shared machine longer rounds, or a median,
 * tell more of the others' work than of ours.
 */
export function perCall(work: (index: number) => number, inputs: number, budgetMs: number): number {
  function block(first: number, size: number): number {
    const cpu = process.cpuUsage()
    const before = performance.now()
    for (let i = first; i < first + size; i++) sink += work(i)
    const spent = performance.now() - before
    if (spent < LONG_MS) return spent
    const { user, system } = process.cpuUsage(cpu)
    return Math.min(spent, (user + system) / 1000)
  }
  const started = performance.now()
  let size = 1
  // few inputs first: where a call takes half a second, 65,536 of them would take the day
  const quickest = () => Math.min(...[1, 2, 3, 4, 5].map(() => block(0, size)))
  while (size < inputs / BLOCKS && quickest() < 0.25) size *= 2
  const count = Math.min(BLOCKS, Math.floor(inputs / size))
  const fastest: number[] = []
  for (let round = 0; ; round++) {
    const i = round % count
    fastest[i] = Math.min(fastest[i] ?? Number.POSITIVE_INFINITY, block(i * size, size))
    const spent = performance.now() - started
    if (spent > budgetMs && (round >= 5 || spent > 4 * budgetMs)) break
  }
  return (fastest.reduce((sum, ms) => sum + ms, 0) * 1e6) / fastest.length / size
}

/** What the work gave, so that no compiler may leave it out. */
export let sink = 0

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}

/** 65,536 inputs and more teach a branch predictor nothing; the same ones for everybody. */
export function randomInputs(count: number, from: number, to: number, grain = 1): Float64Array {
  let state = 1
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    const share = ((state >>> 8) * 2 ** 16 + (Math.imul(state, 69_069) >>> 16)) / 2 ** 40
    return Math.floor((from + share * (to - from)) / grain) * grain
  })
}

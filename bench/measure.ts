/** Time per call in nanoseconds: the median of rounds, each over all inputs, until the budget is spent. */
export function perCall(work: (index: number) => number, inputs: number, budgetMs: number): number {
  const rounds: number[] = []
  const started = performance.now()
  // few inputs first: where a call takes half a second, 65,536 of them would take the day
  let size = Math.min(inputs, 4)
  while (rounds.length < 5 || performance.now() - started < budgetMs) {
    const before = performance.now()
    for (let i = 0; i < size; i++) sink += work(i)
    const spent = performance.now() - before
    rounds.push((spent * 1e6) / size)
    if (size < inputs && spent < budgetMs / 20) {
      size = Math.min(inputs, size * 4)
      rounds.length = 0
    } else if (performance.now() - started > budgetMs * 4) break
  }
  return median(rounds)
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

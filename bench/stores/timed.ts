/** Something that is asked, by name; it says how many rows it found. */
export type Works = Readonly<Record<string, () => Promise<number>>>

export interface Timed {
  readonly what: string
  /** Milliseconds, in order of size. */
  readonly times: readonly number[]
  readonly found: number
}

/** Asks each again and again: at most 200 times or a second and a half, at least 5 times unless that takes 20 seconds. */
export async function timed(works: Works, heard: (one: Timed) => void): Promise<readonly Timed[]> {
  const all: Timed[] = []
  for (const [what, work] of Object.entries(works)) {
    const times: number[] = []
    let found = 0
    for (
      const began = performance.now();
      times.length < 5 || (times.length < 200 && performance.now() - began < 1_500);
    ) {
      const before = performance.now()
      found = await work()
      times.push(performance.now() - before)
      if (performance.now() - began > 20_000) break
    }
    const one = { what, times: times.sort((a, b) => a - b), found }
    heard(one)
    all.push(one)
  }
  return all
}

/** Something that is asked, by name; it says how many rows it found. */
export type Works = Readonly<Record<string, () => Promise<number>>>

/** The same without the store: what it asked of the driver in a work, asked again by the driver alone. */
export interface Driver {
  forget(): void
  repeat(): Promise<Alone>
}

/** Milliseconds of the driver alone, and those of making frozen tickets of the JSON that it gave. */
export interface Alone {
  readonly ms: number
  readonly jsonMs: number
}

export interface Timed {
  readonly what: string
  /** Milliseconds, in order of size. */
  readonly times: readonly number[]
  readonly found: number
  /** The fastest; there if a driver was given. */
  readonly alone?: Alone | undefined
}

/** Asks each again and again: at most 200 times or 1.5 s, at least 5 times unless that takes 20 s. */
export async function timed(works: Works, heard: (one: Timed) => void, driver?: Driver): Promise<readonly Timed[]> {
  const all: Timed[] = []
  for (const [what, work] of Object.entries(works)) {
    const times: number[] = []
    const alone: Alone[] = []
    let found = 0
    for (
      const began = performance.now();
      times.length < 5 || (times.length < 200 && performance.now() - began < 1_500);
    ) {
      driver?.forget()
      const before = performance.now()
      found = await work()
      times.push(performance.now() - before)
      if (driver) alone.push(await driver.repeat())
      if (performance.now() - began > 20_000) break
    }
    const fastest = (of: (one: Alone) => number) => Math.min(...alone.map(of))
    const one = {
      what,
      times: times.sort((a, b) => a - b),
      found,
      alone: driver && { ms: fastest(({ ms }) => ms), jsonMs: fastest(({ jsonMs }) => jsonMs) },
    }
    heard(one)
    all.push(one)
  }
  return all
}

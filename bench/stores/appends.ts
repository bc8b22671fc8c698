import type { Commit } from '../../src/store.ts'
import { type Append, appendedOf } from './peer.ts'

/** Microseconds an append costs, in the fastest of rounds, and how many were refused that should not have been. */
export async function appends(
  append: Append,
  of: readonly Commit[],
  round: number,
): Promise<{ us: number; refused: number }> {
  const rounds: number[] = []
  let refused = 0
  const lengths = new Map<string, number>()
  for (let from = 0; from < of.length; from += round) {
    const events = of.slice(from, from + round).map(appendedOf)
    const before = performance.now()
    for (const event of events) {
      // one event for each commit: their streams are as long as what was appended to them
      const length = lengths.get(event.stream) ?? 0
      try {
        await append({ ...event, before: length })
        lengths.set(event.stream, length + 1)
      } catch {
        refused += 1
      }
    }
    rounds.push(((performance.now() - before) * 1e3) / events.length)
  }
  return { us: Math.min(...rounds), refused }
}

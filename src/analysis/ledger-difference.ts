import { copyJson, sameJson } from '../model/json.ts'
import type { SlaEvent } from './ledger-event.ts'

/** An entry of a ledger, apart from its place in a log. */
export type LedgerFact = SlaEvent extends infer E
  ? E extends SlaEvent
    ? Pick<E, 'type' | 'at' | 'cause' | 'definitionVersion' | 'data'>
    : never
  : never

/** Where two ledgers of one ticket part. */
export interface LedgerDifference {
  readonly type: LedgerFact['type']
  readonly at: number
  /** Null: of the level. */
  readonly metric: string | null
  readonly cycle: number | null
  /** As the log has it; null: it does not. */
  readonly stored: LedgerFact | null
  /** As it was recomputed; null: it was not. */
  readonly recomputed: LedgerFact | null
  /** Where both have it: what differs, keys of the clock as `clock.KEY`. */
  readonly keys: readonly string[]
}

/** Entries that only one ledger has, and entries that say something else, in order of time. */
export function differencesOf(
  stored: readonly LedgerFact[],
  recomputed: readonly LedgerFact[],
): readonly LedgerDifference[] {
  const [theirs, ours] = [byKey(stored), byKey(recomputed)]
  const keys = [...theirs.keys(), ...[...ours.keys()].filter((key) => !theirs.has(key))]
  return keys.flatMap((key) => differenceOf(theirs.get(key) ?? null, ours.get(key) ?? null)).sort((a, b) => a.at - b.at)
}

function differenceOf(stored: LedgerFact | null, recomputed: LedgerFact | null): LedgerDifference[] {
  const fact = stored ?? recomputed
  if (!fact) return []
  const keys = stored && recomputed ? keysApart(stored.data, recomputed.data) : []
  if (stored && recomputed && keys.length === 0) return []
  const { type, at } = fact
  const clock = 'clock' in fact.data ? fact.data.clock : null
  const [metric, cycle] = [clock?.metric ?? null, clock?.cycle ?? null]
  return [{ type, at, metric, cycle, stored: copyJson(stored), recomputed, keys }]
}

/** The n-th entry of its kind on one clock at one instant. */
function byKey(ledger: readonly LedgerFact[]): Map<string, LedgerFact> {
  const known = new Map<string, LedgerFact>()
  for (const fact of ledger) {
    const clock = 'clock' in fact.data ? fact.data.clock : null
    const key = JSON.stringify([fact.at, fact.type, clock?.metric ?? null, clock?.cycle ?? null])
    let n = 0
    while (known.has(`${key}${n}`)) n += 1
    known.set(`${key}${n}`, fact)
  }
  return known
}

function keysApart(a: object, b: object, prefix = ''): string[] {
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort()
  return keys.flatMap((key) => {
    if (sameJson(one[key], other[key])) return []
    return key === 'clock' ? keysApart(one.clock as object, other.clock as object, 'clock.') : [`${prefix}${key}`]
  })
}

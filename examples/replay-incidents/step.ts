import type { Snapshot } from './snapshot.ts'

/** What is done at one instant: an incident is opened, or a snapshot of it is taken over. */
export interface Step {
  readonly at: number
  readonly does: 'open' | 'update'
  readonly snapshot: Snapshot
}

/**
 * All steps of all incidents in the order of time. An incident is opened at `openedAt`, which may be long before its
 * first snapshot; at one instant openings come first.
 */
export function stepsOf(snapshots: readonly Snapshot[]): readonly Step[] {
  const met = new Set<string>()
  const openings: Step[] = []
  for (const snapshot of snapshots) {
    if (met.has(snapshot.incident)) continue
    met.add(snapshot.incident)
    openings.push({ at: snapshot.openedAt, does: 'open', snapshot })
  }
  const updates = snapshots.map((snapshot): Step => ({ at: snapshot.at, does: 'update', snapshot }))
  return [...openings, ...updates].sort((a, b) => a.at - b.at)
}

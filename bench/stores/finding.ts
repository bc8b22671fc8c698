import type { Commit } from '../../src/store.ts'
import { duration, figure, table } from '../report.ts'

/** What a commit costs the store, the driver alone with the same statements and bytes, and the making of its JSON. */
export interface Finding {
  readonly storeUs: number
  readonly rawUs: number
  readonly jsonUs: number
  readonly statements: number
  /** The driver's share of the store's time. */
  readonly share: number
  /** The same when the making of JSON is left out. */
  readonly shareWithoutJson: number
}

export let sink = 0
/** What of a commit every store writes as text. */
export function writeJson(commits: readonly Commit[]): void {
  for (const { changes, effects, receipt } of commits) {
    for (const { ticket, events } of changes)
      sink += events.reduce((sum, event) => sum + JSON.stringify(event).length, JSON.stringify(ticket).length)
    for (const effect of effects) sink += JSON.stringify(effect).length
    sink += JSON.stringify(receipt).length
  }
}

/** Microseconds of a commit in the fastest rounds, and what follows from them. */
export function findingOf(us: Pick<Finding, 'storeUs' | 'rawUs' | 'jsonUs'>, statements: number): Finding {
  const { storeUs, rawUs, jsonUs } = us
  return { ...us, statements, share: rawUs / storeUs, shareWithoutJson: rawUs / (storeUs - jsonUs) }
}

export const perSecond = (us: number): string => figure(1e6 / us)
export const percent = (share: number): string => `${figure(Math.min(1, share) * 100)} %`

export const findingsTable = (found: readonly (readonly [what: string, finding: Finding])[]): string =>
  table(
    [
      '',
      'commits/s',
      'driver alone',
      'store',
      'of it JSON',
      'statements',
      'driver / store',
      'driver / store without JSON',
    ],
    found.map(([what, f]) => [
      what,
      perSecond(f.storeUs),
      duration(f.rawUs * 1e3),
      duration(f.storeUs * 1e3),
      duration(f.jsonUs * 1e3),
      figure(f.statements),
      percent(f.share),
      percent(f.shareWithoutJson),
    ]),
  )

export const goalsOf = (found: readonly (readonly [what: string, finding: Finding])[]): string =>
  found.map(([what, { shareWithoutJson }]) => `${what}: ${shareWithoutJson >= 0.85 ? 'met' : 'missed'}`).join('; ')

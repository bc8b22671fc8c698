// definitions: what is wrong in them, or likely not meant

export type { Finding } from './finding.ts'
export { lintDefinition } from './lint.ts'

// histories: the clocks of a ticket once more, and under other promises

export type { LedgerDifference, LedgerFact } from './ledger-difference.ts'
export {
  type ClockVerdict,
  type CyclePreview,
  type LevelPreview,
  type PreviewedClock,
  previewLevel,
} from './preview.ts'
export { type Recomputed, recompute } from './recompute.ts'

// reports: how promises were kept

export type { Spread } from './distribution.ts'
export type { ReportKey, SlaReportGroup } from './report-group.ts'
export { type SlaReport, type SlaReportOptions, type SlaTally, slaReport, slaTally } from './sla-report.ts'

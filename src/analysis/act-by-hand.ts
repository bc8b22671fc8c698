import type { SlaEvent } from './ledger-event.ts'

/** A command on the clocks themselves. It leaves nothing in the log but its entries of the ledger. */
export type ActByHand =
  | { readonly type: 'setDue'; readonly metric: string; readonly dueAt: number }
  | { readonly type: 'clearDue'; readonly metric: string }
  /** Without a level: the choice is given back to the rules. */
  | { readonly type: 'applySla'; readonly level?: string | null }
  | { readonly type: 'reapply' }

/** Which command a cause was whose first entries are these; `byHand`: the level was said by hand before it. */
export function actOf(entries: readonly SlaEvent[], byHand: boolean): ActByHand | null {
  const [first] = entries
  if (!first) return null
  if (first.type === 'sla_applied') {
    if (first.data.byHand) return { type: 'applySla', level: first.data.level }
    return byHand ? { type: 'applySla' } : { type: 'reapply' }
  }
  const { clock, reason } = first.data
  const { metric, manualDueAt } = clock
  if (reason === 'manual_due' && manualDueAt !== undefined) return { type: 'setDue', metric, dueAt: manualDueAt }
  // a due time taken back where there is no target any more ends its clock
  const ended = reason === 'no_target' && manualDueAt !== undefined && entries.length === 1
  return reason === 'due_cleared' || ended ? { type: 'clearDue', metric } : { type: 'reapply' }
}

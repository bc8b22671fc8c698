import { type DeskError, isDeskError } from '../errors.ts'

/** Codes that say that the store failed, and not that this ticket was refused: those end a run over many tickets. */
const failures: ReadonlySet<string> = new Set(['store_busy', 'store_failed', 'outcome_unknown'])

export const isStoreFailure = (error: unknown): boolean => isDeskError(error) && failures.has(error.code)

/** What is refused of one ticket, and does not keep others from theirs. */
export const isRefusal = (error: unknown): error is DeskError => isDeskError(error) && !isStoreFailure(error)

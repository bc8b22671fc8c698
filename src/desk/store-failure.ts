import { type DeskError, fail, isDeskError } from '../errors.ts'
import type { Store } from '../store.ts'

const failures: ReadonlySet<string> = new Set(['store_busy', 'store_failed', 'outcome_unknown'])

/** Codes of stores. What becomes of a commit afterwards says nothing about one whose fate is not known. */
export const isStoreFailure = (error: unknown): error is DeskError => isDeskError(error) && failures.has(error.code)

/** The transaction of somebody else has this ticket, or the turn that it needs: the store is well. */
export const isHeld = (error: unknown): error is DeskError<'store_busy'> =>
  isDeskError(error, 'store_busy') && error.facts.ticketId !== undefined

/** What a commit that waits for nobody has met. */
export const heldElsewhere = (ticketId: string) =>
  fail('store_busy', { reason: 'the transaction of somebody else has the ticket, or what it needs', ticketId })

/** What is refused of one ticket, and does not keep others from theirs. */
export const isRefusal = (error: unknown): error is DeskError =>
  isDeskError(error) && (!isStoreFailure(error) || isHeld(error))

/**
 * Is an error the end of the transaction that the application has open? There, what is done after a command, and may fail
 * without harm elsewhere, undoes the command as well: whoever waits has to be told.
 */
export const endsTransaction = ({ store }: { readonly store: Store }, error: unknown): boolean =>
  store.isWithin === true && isStoreFailure(error) && !isHeld(error)

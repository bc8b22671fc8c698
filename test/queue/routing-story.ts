import { isDeskError } from 'ticketwright'

export { hour, minute, story, when } from '../story.ts'

/** What was refused, as code and path. */
export function refused(work: () => unknown): { readonly code: string; readonly path: string | undefined } {
  try {
    work()
  } catch (error) {
    if (isDeskError(error)) return { code: error.code, path: error.path }
    throw error
  }
  throw new Error('it was not refused')
}

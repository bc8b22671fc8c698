import { isOutOfWork } from '../model/names.ts'
import type { Workflow } from '../workflow/workflow.ts'

const kindsOf = (place: string, { statuses }: Workflow) =>
  statuses.filter(({ name, kind }) => name === place || kind === place).map(({ kind }) => kind)

/** Signals that come when a ticket has left work, and those of places that do not exist. */
export function neverStarts(signal: string, workflow: Workflow): boolean {
  if (signal === 'resolved' || signal === 'closed') return true
  const [way, place = ''] = signal.split(/:(.*)/s)
  if (way !== 'entered' && way !== 'left') return false
  const kinds = kindsOf(place, workflow)
  return way === 'entered' ? kinds.every(isOutOfWork) : kinds.length === 0
}

/** Signals that come before a clock starts, or when all have ended. */
export function neverWhileOpen(signal: string, workflow: Workflow): boolean {
  if (signal === 'opened' || signal === 'reopened') return true
  const [way, place = ''] = signal.split(/:(.*)/s)
  if (way !== 'entered' && way !== 'left') return false
  const kinds = kindsOf(place, workflow)
  return way === 'left' ? kinds.every(isOutOfWork) : kinds.length === 0
}

/** Signals after which an open clock may still be open: not those of leaving work. */
export const staysOpen = (signal: string, workflow: Workflow): boolean =>
  !neverWhileOpen(signal, workflow) && !leavesWork(signal, workflow)

function leavesWork(signal: string, workflow: Workflow): boolean {
  if (signal === 'resolved' || signal === 'closed') return true
  const [way, place = ''] = signal.split(/:(.*)/s)
  return way === 'entered' && kindsOf(place, workflow).every(isOutOfWork)
}

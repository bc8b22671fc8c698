import { type ErrorFacts, refuse, type TimeCode, TimeError } from '../errors.ts'

/** An error of this room, to be thrown: `fail` of `errors.ts`, but without the sentences of others. */
export function fail<C extends TimeCode>(code: C, facts: ErrorFacts[C], path?: string): TimeError<C> {
  return new TimeError(refuse(code, facts, path))
}

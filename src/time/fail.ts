import { type ErrorFacts, type Refusal, refuse, type TimeCode, TimeError } from '../errors.ts'

/** An error of this room, to be thrown: `fail` of `errors.ts`, but without the sentences of others. */
export function fail<C extends TimeCode>(code: C, facts: ErrorFacts[C], path?: string): TimeError<C> {
  return new TimeError(refuse(code, facts, path))
}

/** Where several things may be wrong: adds a finding to a list. */
export type Find = <C extends TimeCode>(code: C, facts: ErrorFacts[C], path: string) => void

export function finder(issues: Refusal<TimeCode>[]): Find {
  return (code, facts, path) => {
    issues.push(refuse(code, facts, path || undefined) as Refusal<TimeCode>)
  }
}

/** Everything that was found, in one error. */
export function throwFound(issues: readonly Refusal<TimeCode>[]): void {
  if (issues[0]) throw new TimeError(issues[0], issues)
}

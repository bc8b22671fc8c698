import type { Definition } from '../engine/definition.ts'
import type { Definitions } from '../engine/timeline.ts'
import { DeskError, fail, isDeskError, type Refusal, shown } from '../errors.ts'
import { isPlainObject } from '../model/json.ts'

/** What analyses are given, checked at the door: each finding says which argument, and where in it. */

const isDefinition = (value: unknown): value is Definition =>
  isPlainObject(value) && isPlainObject(value.json) && typeof value.version === 'string'

/** @throws DeskError `invalid_definition` unless `defineDesk` or `compileDefinition` made it */
export function definitionGiven(value: unknown, path = 'definition'): Definition {
  if (isDefinition(value)) return value
  throw fail('invalid_definition', { reason: `a definition made by defineDesk is needed, not ${shown(value)}` }, path)
}

export function definitionsGiven(value: unknown, path = 'definitions'): Definitions {
  if (!Array.isArray(value)) return definitionGiven(value, path)
  for (const [i, one] of value.entries()) definitionGiven(one, `${path}[${i}]`)
  return value as Definitions
}

/** @throws DeskError `event_malformed` for what cannot be read one by one */
export function eventsGiven(value: unknown, path: string): Iterable<unknown> {
  const iterable = typeof value === 'object' && value !== null && Symbol.iterator in value
  if (iterable) return value as Iterable<unknown>
  throw fail('event_malformed', { reason: `a list of events is needed, not ${shown(value)}` }, path)
}

/** As it is told of an entry of a list: the same refusal, with its place. */
export function placed(error: unknown, path: string): unknown {
  if (!isDeskError(error)) return error
  const { code, facts, path: inside } = error
  return new DeskError({ code, facts, path: inside === undefined ? path : `${path}.${inside}` } as Refusal)
}

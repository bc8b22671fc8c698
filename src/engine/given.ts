import { DeskError, fail, isDeskError, type Refusal, shown } from '../errors.ts'
import { isPlainObject } from '../model/json.ts'
import type { Definition } from './definition.ts'

/** As `model/given.ts`, of what the engine knows. */

export const isDefinition = (value: unknown): value is Definition =>
  isPlainObject(value) && isPlainObject(value.json) && typeof value.version === 'string'

/** @throws DeskError `invalid_definition` unless `defineDesk` or `compileDefinition` made it */
export function definitionGiven(value: unknown, path = 'definition'): Definition {
  if (isDefinition(value)) return value
  throw fail('invalid_definition', { reason: `a definition made by defineDesk is needed, not ${shown(value)}` }, path)
}

/** One or its revisions. */
export function definitionsGiven(value: unknown, path = 'definitions'): Definition | readonly Definition[] {
  if (!Array.isArray(value)) return definitionGiven(value, path)
  if (value.length === 0) throw fail('invalid_definition', { reason: 'a desk needs a definition' }, path)
  for (const [i, one] of value.entries()) definitionGiven(one, `${path}[${i}]`)
  return value as readonly Definition[]
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

import { fail, shown } from '../errors.ts'
import { isPlainObject } from '../model/json.ts'
import type { ClockExplanation } from '../sla/explanation.ts'

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isNumber: Check = (value) => Number.isFinite(value)

const facts: { readonly [K in keyof ClockExplanation]: Check } = {
  ticketId: isText,
  reference: isText,
  metric: isText,
  cycle: isNumber,
  from: isNumber,
  to: isNumber,
  clock: isPlainObject,
  elapsedMs: isNumber,
  latenessMs: isNumber,
  unexplainedMs: isNumber,
  stretches: Array.isArray,
  terms: Array.isArray,
  marks: Array.isArray,
}

type Lists = Pick<ClockExplanation, 'stretches' | 'terms' | 'marks'>

const entries: { readonly [K in keyof Lists]: { readonly [F in keyof Lists[K][number]]?: Check } } = {
  stretches: { from: isNumber, to: isNumber, reason: isPlainObject },
  terms: { from: isNumber, zone: isText },
  marks: { at: isNumber, kind: isText },
}

/** @throws DeskError `invalid_command` with the place, for what `explainClock` has not made */
export function explanationGiven(value: unknown): void {
  if (!isPlainObject(value)) throw noExplanation(value, 'explanation')
  for (const [key, holds] of Object.entries(facts))
    if (!holds(value[key])) throw noExplanation(value[key], `explanation.${key}`)
  for (const [list, checks] of Object.entries(entries))
    for (const [i, entry] of (value[list] as unknown[]).entries())
      for (const [key, holds] of Object.entries<Check>(checks))
        if (!isPlainObject(entry) || !holds(entry[key])) throw noExplanation(entry, `explanation.${list}[${i}]`)
}

const noExplanation = (value: unknown, path: string) =>
  fail('invalid_command', { reason: `an explanation made by explainClock is needed, not ${shown(value)}` }, path)

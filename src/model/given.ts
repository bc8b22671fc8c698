import { fail, shown } from '../errors.ts'
import { isPlainObject, joinPath } from './json.ts'
import type { Ticket } from './ticket.ts'

/** What plain functions are given, checked at the door: each finding says which argument, and where in it. */

function isTicket(value: unknown): value is Ticket {
  if (typeof value !== 'object' || value === null) return false
  const { id, lastAt, clocks } = value as Partial<Ticket>
  return typeof id === 'string' && typeof lastAt === 'number' && typeof clocks === 'object' && clocks !== null
}

/** @throws DeskError `invalid_command` unless it looks like a ticket of this library */
export function ticketGiven(value: unknown, path = 'ticket'): Ticket {
  if (isTicket(value)) return value
  throw fail('invalid_command', { reason: `a ticket is needed, not ${shown(value)}` }, path)
}

/** @throws DeskError `invalid_command` with the place of the first that is none */
export function ticketsGiven(value: unknown, path = 'tickets'): readonly Ticket[] {
  if (!Array.isArray(value))
    throw fail('invalid_command', { reason: `a list of tickets is needed, not ${shown(value)}` }, path)
  const wrong = value.findIndex((one) => !isTicket(one))
  if (wrong >= 0) ticketGiven(value[wrong], `${path}[${wrong}]`)
  return value as readonly Ticket[]
}

/** @throws DeskError `invalid_command` for what is no object, or has a key that means nothing */
export function optionsGiven<T extends object>(value: T, keys: readonly (keyof T & string)[], path = 'options'): T {
  if (!isPlainObject(value))
    throw fail('invalid_command', { reason: `options are an object, not ${shown(value)}` }, path)
  const unknown = Object.keys(value).find((key) => !(keys as readonly string[]).includes(key))
  if (unknown === undefined) return value
  throw fail('invalid_command', { reason: `unknown key; there are: ${keys.join(', ')}` }, `${path}.${unknown}`)
}

/** @throws DeskError `invalid_command` for what is no table of numbers by name */
export function numbersGiven(value: unknown, path: string): Readonly<Record<string, number>> {
  if (!isPlainObject(value))
    throw fail('invalid_command', { reason: `numbers by name are needed, not ${shown(value)}` }, path)
  const wrong = Object.keys(value).find((name) => !Number.isFinite(value[name]))
  if (wrong === undefined) return value as Readonly<Record<string, number>>
  throw fail('invalid_command', { reason: `a number is needed, not ${shown(value[wrong])}` }, joinPath(path, wrong))
}

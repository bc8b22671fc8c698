import { isInstant } from '../time/instant.ts'
import { type Condition, childrenOf, type Leaf } from './condition.ts'
import { type Field, type FieldTable, fieldNamed } from './field.ts'
import type { Operator } from './operator.ts'

/**
 * A condition in words: `kind is new or open, and any of (requester vip is true; tags hold vip), and none of (…)`.
 * Fields keep their names, split into words, so that what is read can be found in the definition.
 */
export function conditionInWords(condition: Condition, fields: FieldTable): string {
  return inWords(condition, fields, true)
}

const groups = {
  all: { empty: 'always', of: 'all of' },
  any: { empty: 'never', of: 'any of' },
  none: { empty: 'always', of: 'none of' },
} as const

function inWords(condition: Condition, fields: FieldTable, outermost: boolean): string {
  if ('field' in condition) return leafInWords(condition, fields)
  const group = 'all' in condition ? 'all' : 'any' in condition ? 'any' : 'none'
  const children = childrenOf(condition)
  if (children.length === 0) return groups[group].empty
  const [only] = children
  if (children.length === 1 && only && group !== 'none') return inWords(only, fields, outermost)
  const parts = children.map((child) => inWords(child, fields, false))
  if (outermost && group === 'all') return parts.join(', and ')
  return `${groups[group].of} (${parts.join('; ')})`
}

const listed = (values: readonly string[], join: 'or' | 'and' | 'nor', ofNone: string): string => {
  const last = values.at(-1)
  if (last === undefined) return ofNone
  return values.length === 1 ? last : `${values.slice(0, -1).join(', ')} ${join} ${last}`
}

/** What stands after the field: values as they are written. */
const words: { readonly [O in Operator]: (values: readonly string[]) => string } = {
  is: ([value]) => `is ${value}`,
  isNot: ([value]) => `is not ${value}`,
  oneOf: (values) => `is ${listed(values, 'or', 'one of nothing')}`,
  noneOf: (values) =>
    values.length === 0
      ? 'is anything'
      : values.length === 1
        ? `is not ${values[0]}`
        : `is neither ${listed(values, 'nor', '')}`,
  lt: ([value]) => `is below ${value}`,
  lte: ([value]) => `is at most ${value}`,
  gt: ([value]) => `is above ${value}`,
  gte: ([value]) => `is at least ${value}`,
  between: ([from, to]) => `is from ${from} up to, and without, ${to}`,
  contains: ([value]) => `contains ${value}`,
  containsAny: (values) => `contains ${listed(values, 'or', 'one of nothing')}`,
  startsWith: ([value]) => `begins with ${value}`,
  glob: ([value]) => `fits ${value}`,
  hasAny: (values) => `hold ${listed(values, 'or', 'one of nothing')}`,
  hasAll: (values) => `hold ${listed(values, 'and', 'anything')}`,
  hasNone: (values) => (values.length === 0 ? 'hold anything' : `do not hold ${listed(values, 'or', '')}`),
  present: () => 'is there',
  absent: () => 'is missing',
  changed: () => 'changed',
  changedTo: ([value]) => `changed to ${value}`,
  changedFrom: ([value]) => `changed from ${value}`,
}

/** Of sets, which are many. */
const ofMany: Readonly<Partial<Record<Operator, string>>> = { present: 'are there', absent: 'are missing' }

function leafInWords({ field: name, op, value }: Leaf, fields: FieldTable): string {
  const field = fieldNamed(fields, name)
  const values = (Array.isArray(value) ? value : [value]).map((one) => valueInWords(one, field))
  const many = field?.type === 'tags' || field?.type === 'names'
  return `${nameInWords(name)} ${(many ? ofMany[op] : undefined) ?? words[op](values)}`
}

/** What stands after these is a name of somebody's own, and stays as it is. */
const families = /^(fields\.|hoursSince\.|inBusinessHours\.|weekday\.|event\.inBusinessHours\.|event\.weekday\.)(.+)$/

function nameInWords(name: string): string {
  const [, family, rest] = families.exec(name) ?? []
  if (family === 'hoursSince.' && rest !== undefined) return `hours since ${nameInWords(rest)}`
  if (family !== undefined && rest !== undefined)
    return family === 'fields.' ? `field ${rest}` : `${split(family.slice(0, -1))} of ${rest}`
  return split(name)
}

/** `requester.previousTickets` → `requester previous tickets`. */
const split = (name: string): string =>
  name
    .replace(/\./g, ' ')
    .replace(/Ms$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/^sla /, 'SLA ')

const units = { hours: ' h', minutes: ' min', permille: ' ‰' } as const

function valueInWords(value: unknown, field: Field | undefined): string {
  if (value === null) return 'nothing'
  if (typeof value === 'number' && field?.type === 'instant')
    return isInstant(value) ? new Date(value).toISOString() : String(value)
  if (typeof value === 'number' && field?.unit)
    return field.unit === 'ms' ? durationInWords(value) : `${value}${units[field.unit]}`
  if (typeof value === 'string' && (field?.type === 'text' || !/^[\p{L}\p{N}._:-]+$/u.test(value)))
    return JSON.stringify(value)
  return String(value)
}

/** `1h 30m`, as durations are written. */
function durationInWords(ms: number): string {
  const sign = ms < 0 ? '-' : ''
  const rest = Math.abs(ms)
  const parts = [
    [Math.floor(rest / 3_600_000), 'h'],
    [Math.floor(rest / 60_000) % 60, 'm'],
    [Math.floor(rest / 1_000) % 60, 's'],
    [rest % 1_000, 'ms'],
  ].filter(([count]) => count !== 0)
  return parts.length === 0 ? '0' : sign + parts.map(([count, unit]) => `${count}${unit}`).join(' ')
}

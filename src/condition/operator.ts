import { isDeskError, shown } from '../errors.ts'
import { foldText } from '../model/text.ts'
import { toInstant } from '../time/instant.ts'
import type { FieldType } from './field.ts'
import { globTest, maxWildcards, wildcardsIn } from './glob.ts'

export type Scalar = string | number | boolean
/** A value ready for comparison: texts folded where the operator folds, instants in milliseconds. */
export type Operand = Scalar | null | undefined | readonly Scalar[]
/** The test of one value, prepared once. What it is given is a text folded already, where the operator folds. */
export type Test = (found: unknown) => boolean

/** What stands in `value`. */
export type Shape =
  | 'nothing'
  | 'one'
  | 'oneOrNull'
  | 'many'
  | 'number'
  | 'range'
  | 'text'
  | 'texts'
  | 'pattern'
  | 'keys'

export interface OperatorRow {
  /** Field types it fits. */
  readonly on: readonly FieldType[]
  readonly takes: Shape
  /** Texts are folded before they are compared. */
  readonly folds: (type: FieldType) => boolean
  /** What a test costs, roughly: cheap ones are asked first. */
  readonly cost: number
  /** Asks what it was before the event, too. */
  readonly change?: 'any' | 'to' | 'from'
  /** A missing fact passes. */
  readonly passesMissing?: boolean
  readonly test: (value: never) => Test
}

export const valueLimit = 1_000
export const textLimit = 500

// literal, for the compiler makes its conditions of them
const plain = ['text', 'name', 'number', 'instant', 'boolean', 'any'] as const
const ordered = ['number', 'instant', 'any'] as const
const sets = ['tags', 'names', 'any'] as const
const texts = ['text', 'name', 'any'] as const
const every = [...plain, 'tags', 'names'] as const

/** A custom field's type is not known, so its text is equal only when it is written the same. */
const ofText = (type: FieldType) => type === 'text'
const ofTags = (type: FieldType) => type === 'tags'
const always = () => true
const never = () => false

const not =
  (test: Test): Test =>
  (found) =>
    !test(found)
const equal =
  (value: Scalar): Test =>
  (found) =>
    found === value
function among(values: readonly Scalar[]): Test {
  const [only] = values
  if (values.length === 1 && only !== undefined) return equal(only)
  const known = new Set<unknown>(values)
  return (found) => known.has(found)
}
const order = (holds: (found: number, value: number) => boolean) =>
  ({
    on: ordered,
    takes: 'number',
    folds: never,
    cost: 1,
    test: (value: number) => (found) => typeof found === 'number' && holds(found, value),
  }) as const satisfies OperatorRow
const matching = (cost: number, prepare: (value: never) => (text: string) => boolean) =>
  ({
    on: texts,
    folds: always,
    cost,
    test: (value: never) => {
      const holds = prepare(value)
      return (found) => typeof found === 'string' && holds(found)
    },
  }) as const satisfies Omit<OperatorRow, 'takes'>
const holds = (found: unknown, key: string) => Array.isArray(found) && found.includes(key)

/** The operators of conditions: a row each. */
export const operators = {
  is: { on: plain, takes: 'one', folds: ofText, cost: 1, test: equal },
  isNot: {
    on: plain,
    takes: 'one',
    folds: ofText,
    cost: 1,
    passesMissing: true,
    test: (value: Scalar) => not(equal(value)),
  },
  oneOf: { on: plain, takes: 'many', folds: ofText, cost: 2, test: among },
  noneOf: {
    on: plain,
    takes: 'many',
    folds: ofText,
    cost: 2,
    passesMissing: true,
    test: (values: Scalar[]) => not(among(values)),
  },
  lt: order((found, value) => found < value),
  lte: order((found, value) => found <= value),
  gt: order((found, value) => found > value),
  gte: order((found, value) => found >= value),
  /** Half-open: from the first up to, and without, the second. */
  between: {
    on: ordered,
    takes: 'range',
    folds: never,
    cost: 1,
    test:
      ([from, to]: [number, number]) =>
      (found) =>
        typeof found === 'number' && found >= from && found < to,
  },
  contains: { takes: 'text', ...matching(20, (part: string) => (text) => text.includes(part)) },
  containsAny: {
    takes: 'texts',
    ...matching(40, (parts: string[]) => (text) => parts.some((part) => text.includes(part))),
  },
  startsWith: { takes: 'text', ...matching(15, (start: string) => (text) => text.startsWith(start)) },
  glob: { takes: 'pattern', ...matching(60, (pattern: string) => globTest(pattern)) },
  hasAny: {
    on: sets,
    takes: 'keys',
    folds: ofTags,
    cost: 4,
    test: (keys: string[]) => (found) => keys.some((key) => holds(found, key)),
  },
  hasAll: {
    on: sets,
    takes: 'keys',
    folds: ofTags,
    cost: 4,
    test: (keys: string[]) => (found) => keys.every((key) => holds(found, key)),
  },
  hasNone: {
    on: sets,
    takes: 'keys',
    folds: ofTags,
    cost: 4,
    passesMissing: true,
    test: (keys: string[]) => (found) => !keys.some((key) => holds(found, key)),
  },
  present: { on: every, takes: 'nothing', folds: never, cost: 1, test: () => not(isMissing) },
  absent: { on: every, takes: 'nothing', folds: never, cost: 1, passesMissing: true, test: () => isMissing },
  /** Other than before the event. */
  changed: { on: every, takes: 'nothing', folds: never, cost: 5, change: 'any', test: () => always },
  /** Equal now, and not before. */
  changedTo: { on: plain, takes: 'oneOrNull', folds: ofText, cost: 5, change: 'to', test: equalOrMissing },
  /** Equal before, and not now. */
  changedFrom: { on: plain, takes: 'oneOrNull', folds: ofText, cost: 5, change: 'from', test: equalOrMissing },
} as const satisfies Record<string, OperatorRow>

export type Operator = keyof typeof operators
/** The rows as literals: the compiler's conditions are made of them. */
export type OperatorRows = typeof operators

export const operatorNamed = (name: unknown): OperatorRow | undefined =>
  typeof name === 'string' && Object.hasOwn(operators, name) ? operators[name as Operator] : undefined

/** No value at all, an empty text or an empty set. */
export function isMissing(found: unknown): boolean {
  return found === null || found === undefined || found === '' || (Array.isArray(found) && found.length === 0)
}

function equalOrMissing(value: Scalar | null): Test {
  return value === null ? isMissing : equal(value)
}

/** Why the value of a condition does not fit its operator and field, if it does not. */
export function misfit({ takes }: OperatorRow, value: unknown, type: FieldType): string | undefined {
  return shapes[takes](value, type)
}

/** The value as it is compared. To be asked of a value that fits. */
export function operandOf({ folds }: OperatorRow, value: unknown, type: FieldType): Operand {
  const prepare = (one: unknown): Scalar =>
    type === 'instant' && typeof one === 'string'
      ? toInstant(one)
      : typeof one === 'string' && folds(type)
        ? foldText(one)
        : (one as Scalar)
  return Array.isArray(value) ? value.map(prepare) : value === null || value === undefined ? value : prepare(value)
}

/** Every name that stands in a value. */
export const namesIn = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isShortText = (value: unknown): value is string => typeof value === 'string' && value.length <= textLimit
const isInstantText = (value: unknown): boolean => {
  if (!isShortText(value)) return false
  try {
    toInstant(value)
    return true
  } catch (error) {
    if (isDeskError(error)) return false
    throw error
  }
}

const scalarFits: { readonly [T in FieldType]: (value: unknown) => boolean } = {
  text: isShortText,
  name: isShortText,
  number: isNumber,
  instant: (value) => isNumber(value) || isInstantText(value),
  boolean: (value) => typeof value === 'boolean',
  names: isShortText,
  tags: isShortText,
  any: (value) => typeof value === 'boolean' || isNumber(value) || isShortText(value),
}

const one = (value: unknown, type: FieldType) =>
  scalarFits[type](value)
    ? undefined
    : `${shown(value)} does not fit a field of type ${type}${type === 'instant' ? ': milliseconds, or ISO 8601 with Z or an offset' : ''}`
const list = (value: unknown, fits: (one: unknown) => boolean, what: string) =>
  !Array.isArray(value) || value.length > valueLimit
    ? `a list of at most ${valueLimit} values is needed, not ${shown(value)}`
    : value.every(fits)
      ? undefined
      : `every value must ${what}`
const aNumber = (value: unknown, type: FieldType) =>
  type === 'instant' ? one(value, type) : isNumber(value) ? undefined : `a number is needed, not ${shown(value)}`
const aText = (value: unknown): boolean => isShortText(value) && foldText(value) !== ''

const shapes: { readonly [S in Shape]: (value: unknown, type: FieldType) => string | undefined } = {
  nothing: (value) => (value === undefined ? undefined : 'this operator takes no value'),
  one,
  oneOrNull: (value, type) => (value === null ? undefined : one(value, type)),
  many: (value, type) => list(value, scalarFits[type], `fit a field of type ${type}`),
  keys: (value, type) => list(value, isShortText, `fit a field of type ${type}`),
  number: aNumber,
  range: (value, type) => {
    if (!Array.isArray(value) || value.length !== 2) return `two ends are needed, [from, to], not ${shown(value)}`
    const wrong = aNumber(value[0], type) ?? aNumber(value[1], type)
    if (wrong) return wrong
    const [from, to] = value.map((end) => (typeof end === 'string' ? toInstant(end) : (end as number)))
    return (from as number) < (to as number) ? undefined : 'the range is empty: [from, to] holds from and not to'
  },
  text: (value) => (aText(value) ? undefined : `a text of 1 to ${textLimit} characters is needed`),
  texts: (value) => list(value, aText, `be a text of 1 to ${textLimit} characters`),
  pattern: (value) =>
    !aText(value)
      ? `a pattern of 1 to ${textLimit} characters is needed`
      : wildcardsIn(foldText(value as string)) > maxWildcards
        ? `a pattern may hold at most ${maxWildcards} of * and ?`
        : undefined,
}

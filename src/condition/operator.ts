import { shown } from '../errors.ts'
import { foldText } from '../model/text.ts'
import type { FieldType } from './field.ts'

type Scalar = string | number | boolean
type Test = (found: unknown) => boolean

interface OperatorRow {
  /** Field types it fits. */
  readonly on: readonly FieldType[]
  /** Why the value does not fit, if it does not. */
  readonly check: (value: unknown, type: FieldType) => string | undefined
  /** The test for one value, prepared once. A missing fact (null) passes only the negative operators. */
  readonly test: (value: never, type: FieldType) => Test
}

const valueLimit = 1_000
const textLimit = 500

/** A custom field's type is not known, so its text is matched exactly. */
const comparable = (type: FieldType) => (value: unknown) =>
  type === 'text' && typeof value === 'string' ? foldText(value) : value

const scalarFits = (value: unknown, type: FieldType): boolean =>
  type === 'boolean'
    ? typeof value === 'boolean'
    : type === 'number' || type === 'instant'
      ? typeof value === 'number' && Number.isFinite(value)
      : type === 'any'
        ? typeof value === 'boolean' || typeof value === 'number' || fitsText(value)
        : fitsText(value)

const fitsText = (value: unknown): boolean => typeof value === 'string' && value.length <= textLimit

const oneValue = (value: unknown, type: FieldType) =>
  scalarFits(value, type) ? undefined : `${shown(value)} does not fit a field of type ${type}`
const manyValues = (value: unknown, type: FieldType) =>
  !Array.isArray(value) || value.length > valueLimit
    ? `a list of at most ${valueLimit} values is needed, not ${shown(value)}`
    : value.every((one) => scalarFits(one, type === 'tags' || type === 'names' ? 'name' : type))
      ? undefined
      : `every value must fit a field of type ${type}`
const aNumber = (value: unknown) =>
  typeof value === 'number' && Number.isFinite(value) ? undefined : `a number is needed, not ${shown(value)}`
const aText = (value: unknown) =>
  fitsText(value) && value !== '' ? undefined : `a text of 1 to ${textLimit} characters is needed`
const nothing = (value: unknown) => (value === undefined ? undefined : 'this operator takes no value')

const plain: readonly FieldType[] = ['text', 'name', 'number', 'instant', 'boolean', 'any']
const ordered: readonly FieldType[] = ['number', 'instant', 'any']
const sets: readonly FieldType[] = ['tags', 'names', 'any']

const order = (holds: (found: number, value: number) => boolean): OperatorRow => ({
  on: ordered,
  check: aNumber,
  test: (value: number) => (found) => typeof found === 'number' && holds(found, value),
})

/** Keys of a set as they are compared: tags are folded, other names are not. */
const keys = (values: readonly string[], type: FieldType) => (type === 'tags' ? values.map(foldText) : values)
const holds = (found: unknown, key: string) => Array.isArray(found) && found.includes(key)
const missing = (found: unknown) =>
  found === null || found === undefined || found === '' || (Array.isArray(found) && found.length === 0)

function membership(values: readonly Scalar[], type: FieldType): Test {
  const compare = comparable(type)
  const known = new Set<unknown>(values.map(compare))
  return (found) => known.has(compare(found))
}

/** The operators of conditions: a row each. */
export const operators = {
  is: { on: plain, check: oneValue, test: (value: Scalar, type) => membership([value], type) },
  isNot: { on: plain, check: oneValue, test: (value: Scalar, type) => not(membership([value], type)) },
  oneOf: { on: plain, check: manyValues, test: (values: Scalar[], type) => membership(values, type) },
  noneOf: { on: plain, check: manyValues, test: (values: Scalar[], type) => not(membership(values, type)) },
  lt: order((found, value) => found < value),
  lte: order((found, value) => found <= value),
  gt: order((found, value) => found > value),
  gte: order((found, value) => found >= value),
  contains: {
    on: ['text', 'name', 'any'],
    check: aText,
    test: (value: string) => {
      const part = foldText(value)
      return (found) => typeof found === 'string' && foldText(found).includes(part)
    },
  },
  hasAny: {
    on: sets,
    check: manyValues,
    test: (values: string[], type) =>
      (
        (wanted) => (found) =>
          wanted.some((key) => holds(found, key))
      )(keys(values, type)),
  },
  hasAll: {
    on: sets,
    check: manyValues,
    test: (values: string[], type) =>
      (
        (wanted) => (found) =>
          wanted.every((key) => holds(found, key))
      )(keys(values, type)),
  },
  hasNone: {
    on: sets,
    check: manyValues,
    test: (values: string[], type) =>
      (
        (wanted) => (found) =>
          !wanted.some((key) => holds(found, key))
      )(keys(values, type)),
  },
  present: { on: [...plain, 'tags', 'names'], check: nothing, test: () => (found) => !missing(found) },
  absent: { on: [...plain, 'tags', 'names'], check: nothing, test: () => missing },
} as const satisfies Record<string, OperatorRow>

export type Operator = keyof typeof operators

const not =
  (test: Test): Test =>
  (found) =>
    !test(found)

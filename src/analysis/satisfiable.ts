import { compileCondition } from '../condition/compile.ts'
import { type Condition, childrenOf, type Leaf } from '../condition/condition.ts'
import { type FieldTable, type FieldType, fieldNamed } from '../condition/field.ts'
import { operandOf, operators } from '../condition/operator.ts'
import { statusKinds } from '../model/names.ts'
import { foldText } from '../model/text.ts'

/**
 * Can a condition ever hold? False is a proof: no ticket and no event meets it. True means that none was found, not
 * that there is such a ticket.
 */
export function canHold(condition: Condition, fields: FieldTable): boolean {
  const ways = waysOf(condition, true)
  return ways === null || ways.some((literals) => eachField(literals, fields))
}

/** A leaf that must hold, or must not. */
interface Literal {
  readonly leaf: Leaf
  readonly holds: boolean
}

/** Ways to meet a condition that are looked at; one with more is taken to be possible. */
const maxWays = 500

/** The ways to meet a condition, each a list of leaves that must or must not hold; null: too many. */
function waysOf(condition: Condition, holds: boolean): readonly Literal[][] | null {
  if ('field' in condition) return [[{ leaf: condition, holds }]]
  const part = 'none' in condition ? !holds : holds
  const every = 'any' in condition ? !holds : holds
  let ways: Literal[][] | null = every ? [[]] : []
  for (const child of childrenOf(condition)) {
    const more: readonly Literal[][] | null = ways && waysOf(child, part)
    if (!ways || !more) return null
    const joined: Literal[][] = every
      ? ways.flatMap((way) => more.map((other) => [...way, ...other]))
      : [...ways, ...more]
    if (joined.length > maxWays) return null
    ways = joined
  }
  return ways
}

/** Fields are independent as far as is known here, so each is looked at by itself. */
function eachField(literals: readonly Literal[], fields: FieldTable): boolean {
  const byField = Map.groupBy(literals, ({ leaf }) => leaf.field)
  return [...byField].every(([name, of]) => {
    const type = fieldNamed(fields, name)?.type
    const asked = of.map(asItIs).filter(({ leaf }) => !leaf.op.startsWith('changed'))
    return type === undefined || asked.length === 0 || hasValue(name, type, asked)
  })
}

/** What changed to a value has it; what was before is not known. */
const asItIs = (literal: Literal): Literal =>
  literal.holds && literal.leaf.op === 'changedTo' ? { ...literal, leaf: { ...literal.leaf, op: 'is' } } : literal

function hasValue(name: string, type: FieldType, literals: readonly Literal[]): boolean {
  const candidates = candidatesFor(name, type, literals)
  if (candidates === null) return true
  const tests = literals.map((literal) => testOf(literal, type))
  return candidates.some((value) => tests.every((test) => test(value)))
}

/** Asks the real evaluator about a value. */
function testOf({ leaf, holds }: Literal, type: FieldType): (value: unknown) => boolean {
  let value: unknown
  const asked = compileCondition({ ...leaf, field: 'x' }, { x: { type, class: 'stored', read: () => value } })
  return (next) => {
    value = next
    return asked({ ticket: {} as never }) === holds
  }
}

/** Values of which one meets all that is asked, if any value does; null where no such list is known. */
function candidatesFor(name: string, type: FieldType, literals: readonly Literal[]): readonly unknown[] | null {
  if (literals.some(({ leaf: { op }, holds }) => (op === 'absent' && holds) || (op === 'present' && !holds)))
    return [null, [], '']
  const named = literals.find(({ leaf: { op }, holds }) => holds && (op === 'is' || op === 'oneOf'))
  if (named) return comparedValues(named, type)
  if (name === 'kind') return statusKinds
  switch (type) {
    case 'boolean':
      return [true, false, null]
    case 'number':
    case 'instant':
      return numbersAround(type, literals)
    case 'tags':
    case 'names':
      return largestSet(type, literals)
    default:
      return null
  }
}

/** The values of a leaf as they are compared: instants in milliseconds. */
const comparedValues = ({ leaf: { op, value } }: Literal, type: FieldType): readonly unknown[] =>
  value === undefined ? [] : [operandOf(operators[op], value, type)].flat()

/** Every number that is named, one between each two, and one beyond: order and equality tell no others apart. */
function numbersAround(type: FieldType, literals: readonly Literal[]): readonly unknown[] | null {
  const named = literals.flatMap((literal) => comparedValues(literal, type))
  if (!named.every((value) => typeof value === 'number')) return null
  const sorted = [...new Set(named)].sort((a, b) => a - b)
  const [first = 0, last = 0] = [sorted[0], sorted.at(-1)]
  const between = sorted.slice(1).map((value, i) => (sorted[i] as number) / 2 + value / 2)
  return [null, ...sorted, ...between, first - 1 - Math.abs(first), last + 1 + Math.abs(last)]
}

/**
 * With all that is named and not forbidden, and one that is not named: whoever asks for
 * more to be in a set finds most in this one.
 */
function largestSet(type: FieldType, literals: readonly Literal[]): readonly unknown[] | null {
  const key = (value: unknown) => (type === 'tags' ? foldText(String(value)) : String(value))
  const keysOf = ({ leaf }: Literal) => (Array.isArray(leaf.value) ? leaf.value.map(key) : [])
  const forbids = ({ leaf: { op, value }, holds }: Literal) =>
    (op === 'hasNone' && holds) ||
    (op === 'hasAny' && !holds) ||
    (op === 'hasAll' && !holds && Array.isArray(value) && value.length === 1)
  // "not all of these" is met by leaving one out: which one is not known
  if (literals.some((literal) => literal.leaf.op === 'hasAll' && !literal.holds && !forbids(literal))) return null
  const named = literals.flatMap(keysOf)
  const forbidden = new Set(literals.filter(forbids).flatMap(keysOf))
  // longer than every name that is named, so none of them
  const other = `${named.join('')} and one more`
  return [[...new Set(named), other].filter((name) => !forbidden.has(name)), []]
}

import { sameJson } from '../model/json.ts'
import { foldText } from '../model/text.ts'
import { type Condition, childrenOf, type Leaf } from './condition.ts'
import { type Field, type FieldTable, fieldNamed } from './field.ts'
import { isMissing, type OperatorRow, operandOf, operators, type Test } from './operator.ts'
import type { Subject } from './subject.ts'

export type Predicate = (subject: Subject) => boolean

/** A closure that answers the condition, cheap questions first. The condition must have passed `checkCondition`. */
export function compileCondition(condition: Condition, fields: FieldTable): Predicate {
  if ('field' in condition) return compileLeaf(condition, fields)
  const parts = [...childrenOf(condition)]
    .sort((a, b) => costOf(a) - costOf(b))
    .map((child) => compileCondition(child, fields))
  if ('all' in condition) return allOf(parts)
  const any = anyOf(parts)
  return 'any' in condition ? any : (subject) => !any(subject)
}

/** What a condition costs to ask, roughly; an order, no unit. */
export const costOf = (condition: Condition): number =>
  'field' in condition
    ? operators[condition.op].cost
    : childrenOf(condition).reduce((sum, child) => sum + costOf(child), 1)

const [yes, no] = [() => true, () => false]

// one, two and three are unrolled: most conditions are
function allOf(parts: readonly Predicate[]): Predicate {
  const [a, b, c] = parts
  if (!a) return yes
  if (!b) return a
  if (!c) return (subject) => a(subject) && b(subject)
  if (parts.length === 3) return (subject) => a(subject) && b(subject) && c(subject)
  return (subject) => {
    for (const part of parts) if (!part(subject)) return false
    return true
  }
}

function anyOf(parts: readonly Predicate[]): Predicate {
  const [a, b, c] = parts
  if (!a) return no
  if (!b) return a
  if (!c) return (subject) => a(subject) || b(subject)
  if (parts.length === 3) return (subject) => a(subject) || b(subject) || c(subject)
  return (subject) => {
    for (const part of parts) if (part(subject)) return true
    return false
  }
}

function compileLeaf(leaf: Leaf, fields: FieldTable): Predicate {
  const field = fieldNamed(fields, leaf.field)
  if (!field) return no
  const operator: OperatorRow = operators[leaf.op]
  const given = operandOf(operator, leaf.value, field.type)
  const operand = field.now && Array.isArray(given) ? given.map(field.now) : given
  const test = operator.test(operand as never)
  const read = readerOf(field, operator)
  return operator.change ? compileChange(operator.change, read, test) : (subject) => test(read(subject))
}

/** Reads a field as an operator compares it. */
export function readerOf(field: Field, operator: OperatorRow): (subject: Subject) => unknown {
  return operator.folds(field.type) && field.type !== 'tags' ? foldedReader(field) : field.read
}

const foldedReaders = new WeakMap<Field['read'], (subject: Subject) => unknown>()

/** Many conditions ask about one text in turn, so the last one folded is kept: one text a field, and no more. */
function foldedReader({ read }: Field): (subject: Subject) => unknown {
  const known = foldedReaders.get(read)
  if (known) return known
  let text: string | undefined
  let folded: string | undefined
  const reader = (subject: Subject): unknown => {
    const found = read(subject)
    if (typeof found !== 'string') return found
    if (found !== text) {
      text = found
      folded = foldText(found)
    }
    return folded
  }
  foldedReaders.set(read, reader)
  return reader
}

function compileChange(change: 'any' | 'to' | 'from', read: (subject: Subject) => unknown, test: Test): Predicate {
  const wasRead = (before: Subject['before']) => (before ? read({ ticket: before }) : undefined)
  if (change === 'any')
    return (subject) => subject.before !== undefined && !sameValue(wasRead(subject.before), read(subject))
  const toward = change === 'to'
  return (subject) => {
    if (subject.before === undefined) return false
    const [was, is] = [test(wasRead(subject.before)), test(read(subject))]
    return toward ? is && !was : was && !is
  }
}

/** The same fact: sets by what they hold, and what is missing is missing in one way. */
function sameValue(a: unknown, b: unknown): boolean {
  if (a === b || (isMissing(a) && isMissing(b))) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) && Array.isArray(b))
    return (
      a.length === b.length &&
      ((a.every((one) => b.includes(one)) && b.every((one) => a.includes(one))) || sameJson(a, b))
    )
  return sameJson(a, b)
}

import { type Condition, childrenOf } from './condition.ts'
import { type FieldTable, fieldNamed, type Subject } from './field.ts'
import { operators } from './operator.ts'

export type Predicate = (subject: Subject) => boolean

/** A closure that answers the condition. The condition must have passed `checkCondition`. */
export function compileCondition(condition: Condition, fields: FieldTable): Predicate {
  if ('field' in condition) {
    const field = fieldNamed(fields, condition.field)
    if (!field) return () => false
    const test = operators[condition.op].test(condition.value as never, field.type)
    return (subject) => test(field.read(subject))
  }
  const parts = childrenOf(condition).map((child) => compileCondition(child, fields))
  if ('all' in condition) return (subject) => parts.every((part) => part(subject))
  if ('any' in condition) return (subject) => parts.some((part) => part(subject))
  return (subject) => !parts.some((part) => part(subject))
}

import { type Refusal, refuse, shown } from '../errors.ts'
import { isPlainObject, joinPath } from '../model/json.ts'
import { type FieldClass, type FieldTable, fieldNamed } from './field.ts'
import { type Operator, operators } from './operator.ts'

/** A question about a ticket, as data. `all: []` is true, `any: []` false, `none: []` true. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly none: readonly Condition[] }
  | Leaf

export interface Leaf {
  /** A name of the field table, or `fields.` and the path of a custom field. */
  readonly field: string
  readonly op: Operator
  readonly value?: string | number | boolean | readonly (string | number)[] | undefined
}

/** Where a condition is used decides what it may ask. */
export interface ConditionUse {
  /** In words, for the error: `an SLA rule`. */
  readonly name: string
  readonly classes: readonly FieldClass[]
  /** Fields that would read what the condition itself decides. */
  readonly except?: readonly string[]
}

const groups = ['all', 'any', 'none'] as const

/** Every finding about a condition from outside, each with its path. An empty list means it can be compiled. */
export function checkCondition(condition: unknown, fields: FieldTable, use: ConditionUse, path = ''): Refusal[] {
  if (!isPlainObject(condition))
    return [refuse('invalid_definition', { reason: `a condition is an object, not ${shown(condition)}` }, path)]
  const group = groups.find((name) => Object.hasOwn(condition, name))
  if (!group) return checkLeaf(condition, fields, use, path)
  const children = condition[group]
  const unknown = Object.keys(condition).find((key) => key !== group)
  if (unknown) return [refuse('invalid_definition', { reason: `unknown key ${shown(unknown)} beside ${group}` }, path)]
  if (!Array.isArray(children))
    return [refuse('invalid_definition', { reason: `${group} takes a list of conditions` }, joinPath(path, group))]
  return children.flatMap((child, i) => checkCondition(child, fields, use, `${joinPath(path, group)}[${i}]`))
}

function checkLeaf(leaf: Record<string, unknown>, fields: FieldTable, use: ConditionUse, path: string): Refusal[] {
  const unknown = Object.keys(leaf).find((key) => key !== 'field' && key !== 'op' && key !== 'value')
  if (unknown)
    return [
      refuse(
        'invalid_definition',
        { reason: `unknown key ${shown(unknown)}; a condition is { field, op, value } or all, any, none` },
        path,
      ),
    ]
  if (typeof leaf.field !== 'string')
    return [refuse('invalid_definition', { reason: 'a field name is missing' }, joinPath(path, 'field'))]
  const field = fieldNamed(fields, leaf.field)
  if (!field)
    return [
      refuse(
        'unknown_name',
        { what: 'field', name: leaf.field.slice(0, 100), known: Object.keys(fields) },
        joinPath(path, 'field'),
      ),
    ]
  if (!use.classes.includes(field.class) || use.except?.includes(leaf.field))
    return [
      refuse(
        'field_not_allowed',
        { field: leaf.field, use: use.name, allowed: allowedFields(fields, use) },
        joinPath(path, 'field'),
      ),
    ]
  const operator =
    typeof leaf.op === 'string' && Object.hasOwn(operators, leaf.op) ? operators[leaf.op as Operator] : undefined
  if (!operator)
    return [
      refuse(
        'unknown_name',
        { what: 'operator', name: shown(leaf.op), known: Object.keys(operators) },
        joinPath(path, 'op'),
      ),
    ]
  if (!operator.on.includes(field.type))
    return [
      refuse(
        'invalid_definition',
        { reason: `${leaf.op as string} does not fit the field ${leaf.field}, which is of type ${field.type}` },
        joinPath(path, 'op'),
      ),
    ]
  const wrong = operator.check(leaf.value, field.type)
  return wrong ? [refuse('invalid_definition', { reason: wrong }, joinPath(path, 'value'))] : []
}

const allowedFields = (fields: FieldTable, use: ConditionUse): string[] =>
  Object.entries(fields)
    .filter(([name, row]) => use.classes.includes(row.class) && !use.except?.includes(name))
    .map(([name]) => name)

/** The names of all fields a condition reads. */
export function fieldsRead(condition: Condition): ReadonlySet<string> {
  const read = new Set<string>()
  const visit = (node: Condition): void => {
    if ('field' in node) read.add(node.field)
    else for (const child of childrenOf(node)) visit(child)
  }
  visit(condition)
  return read
}

export const childrenOf = (group: Exclude<Condition, Leaf>): readonly Condition[] =>
  'all' in group ? group.all : 'any' in group ? group.any : group.none

import { type Refusal, refuse, shown } from '../errors.ts'
import { isPlainObject, joinPath } from '../model/json.ts'
import { type Field, type FieldClass, type FieldTable, findField } from './field.ts'
import { misfit, namesIn, type Operator, type OperatorRow, operatorNamed, operators } from './operator.ts'

/**
 * A question about a ticket, as data. `all: []` is true, `any: []` false, `none: []` true. In TypeScript, definitions
 * take a narrower form, which knows fields and names ({@link StoredCondition} and its like).
 */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly none: readonly Condition[] }
  | Leaf

export interface Leaf {
  /** A name of the field table, or of one of its families: `fields.` and the path of a custom field. */
  readonly field: string
  readonly op: Operator
  readonly value?: string | number | boolean | null | readonly (string | number | boolean)[] | undefined
}

/** Where a condition is used decides what it may ask. */
export interface ConditionUse {
  /** In words, for the error: `an SLA rule`. */
  readonly name: string
  readonly classes: readonly FieldClass[]
  /** Rows of fields that would read what the condition itself decides. */
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
  // a hole in a list is no condition
  return Array.from(children).flatMap((child, i) =>
    checkCondition(child, fields, use, `${joinPath(path, group)}[${i}]`),
  )
}

const leafKeys: ReadonlySet<string> = new Set(['field', 'op', 'value'])

function checkLeaf(leaf: Record<string, unknown>, fields: FieldTable, use: ConditionUse, path: string): Refusal[] {
  const unknown = Object.keys(leaf).find((key) => !leafKeys.has(key))
  if (unknown)
    return [
      refuse(
        'invalid_definition',
        { reason: `unknown key ${shown(unknown)}; a condition is { field, op, value } or all, any, none` },
        path,
      ),
    ]
  const name = Object.hasOwn(leaf, 'field') ? leaf.field : undefined
  const fieldPath = joinPath(path, 'field')
  if (typeof name !== 'string') return [refuse('invalid_definition', { reason: 'a field name is missing' }, fieldPath)]
  const found = findField(fields, name, fieldPath)
  if (!('field' in found)) return [found]
  const { field, row } = found
  const operator = operatorNamed(leaf.op)
  // what asks how it was before needs an event, whatever the field
  const wanted = operator?.change ? 'event' : field.class
  if (!use.classes.includes(field.class) || use.except?.includes(row))
    return [refuse('field_not_allowed', { field: name, use: use.name, allowed: allowedFields(fields, use) }, fieldPath)]
  if (!operator)
    return [
      refuse(
        'unknown_name',
        { what: 'operator', name: shown(leaf.op), known: Object.keys(operators) },
        joinPath(path, 'op'),
      ),
    ]
  const unfit = doesNotFit(
    operator,
    field,
    name,
    leaf.op as string,
    use.classes.includes(wanted) ? undefined : use.name,
  )
  if (unfit) return [refuse('invalid_definition', { reason: unfit }, joinPath(path, 'op'))]
  const wrong = misfit(operator, leaf.value, field.type)
  return wrong
    ? [refuse('invalid_definition', { reason: wrong }, joinPath(path, 'value'))]
    : unknownNames(field, operator, leaf.value, joinPath(path, 'value'))
}

function doesNotFit(
  operator: OperatorRow,
  field: Field,
  name: string,
  op: string,
  refusedIn: string | undefined,
): string | undefined {
  if (!operator.on.includes(field.type)) return `${op} does not fit the field ${name}, which is of type ${field.type}`
  if (operator.change && field.class !== 'stored') return `${op} fits what a ticket keeps, and ${name} is not kept`
  return refusedIn === undefined ? undefined : `${op} asks what an event changed, and ${refusedIn} is asked without one`
}

/** Names that do not exist, where the field knows which do. Parts of names may be anything. */
function unknownNames(field: Field, { takes }: OperatorRow, value: unknown, path: string): Refusal[] {
  const { known } = field
  if (!known || takes === 'text' || takes === 'texts' || takes === 'pattern') return []
  return namesIn(value).flatMap((name, i) =>
    known.includes(name)
      ? []
      : [
          refuse(
            'unknown_name',
            { what: field.names ?? 'value', name: name.slice(0, 100), known },
            Array.isArray(value) ? `${path}[${i}]` : path,
          ),
        ],
  )
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

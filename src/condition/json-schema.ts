import type { JsonObject } from '../model/json.ts'
import type { ConditionUse } from './condition.ts'
import type { FieldTable, FieldType } from './field.ts'
import { type OperatorRow, operators, type Shape, textLimit, valueLimit } from './operator.ts'

type Schema = JsonObject

/** Fields that are asked alike. */
interface Alike {
  readonly type: FieldType
  readonly known: readonly string[] | undefined
  readonly stored: boolean
  readonly names: string[]
}

/**
 * The grammar of conditions in one use as JSON Schema (2020-12), to stand at `#/$defs/NAME`. It knows every field,
 * operator and form of value. What only the definition knows (its statuses, calendars, metrics), and whether a range is
 * empty or a zone exists, is for `compileDefinition` to say.
 */
export function conditionJsonSchema(fields: FieldTable, use: Omit<ConditionUse, 'name'>, name: string): Schema {
  const inner = { $ref: `#/$defs/${name}` }
  const group = (key: string) => object({ [key]: { type: 'array', items: inner } }, [key])
  return {
    anyOf: [...['all', 'any', 'none'].map(group), ...alikeIn(fields, use).flatMap((alike) => leaves(alike, use))],
  }
}

function alikeIn(fields: FieldTable, { classes, except = [] }: Omit<ConditionUse, 'name'>): readonly Alike[] {
  const found = new Map<string, Alike>()
  for (const [name, { type, known, class: fieldClass }] of Object.entries(fields)) {
    if (!classes.includes(fieldClass) || except.includes(name)) continue
    const stored = fieldClass === 'stored'
    const key = JSON.stringify([type, known, stored])
    const alike = found.get(key) ?? { type, known, stored, names: [] }
    found.set(key, alike)
    alike.names.push(name)
  }
  return [...found.values()]
}

/** A form for each shape of value that the operators of a type take. */
function leaves({ type, known, stored, names }: Alike, { classes }: Omit<ConditionUse, 'name'>): readonly Schema[] {
  const fitting = Object.entries(operators as Readonly<Record<string, OperatorRow>>).filter(
    ([, { on, change }]) => on.includes(type) && (!change || (stored && classes.includes('event'))),
  )
  const shapes = new Set(fitting.map(([, { takes }]) => takes))
  return [...shapes].map((shape) => {
    const op = { enum: fitting.filter(([, { takes }]) => takes === shape).map(([name]) => name) }
    const value = valueSchemas[shape](type, known)
    const leaf = { field: fieldSchema(names), op }
    return value ? object({ ...leaf, value }, ['field', 'op', 'value']) : object(leaf, ['field', 'op'])
  })
}

const object = (properties: Schema, required: readonly string[]): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

/** A family stands for every name with a part in the place of its `<part>`. */
function fieldSchema(names: readonly string[]): Schema {
  const families = names.filter((name) => name.includes('<'))
  const plain = names.filter((name) => !name.includes('<'))
  const patterns = families.map((name) => ({
    type: 'string',
    pattern: `^${name.replace(/[.]/g, '\\.').replace(/<\w+>/, '[^]+')}$`,
  }))
  return plain.length > 0 && patterns.length === 0
    ? { enum: plain }
    : { anyOf: [{ enum: plain }, ...patterns].slice(plain.length > 0 ? 0 : 1) }
}

const text: Schema = { type: 'string', maxLength: textLimit }
const someText: Schema = { ...text, minLength: 1 }
const number: Schema = { type: 'number' }
const instant: Schema = {
  anyOf: [number, { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T.+(Z|[+-]\\d{2}:?\\d{2})$', maxLength: textLimit }],
}

const one = (type: FieldType, known: readonly string[] | undefined): Schema => {
  if (known) return { enum: known }
  if (type === 'number') return number
  if (type === 'instant') return instant
  if (type === 'boolean') return { type: 'boolean' }
  return type === 'any' ? { anyOf: [{ type: 'boolean' }, number, text] } : text
}
const many = (items: Schema): Schema => ({ type: 'array', items, maxItems: valueLimit })
const ordered = (type: FieldType): Schema => (type === 'instant' ? instant : number)

const valueSchemas: {
  readonly [S in Shape]: (type: FieldType, known: readonly string[] | undefined) => Schema | undefined
} = {
  nothing: () => undefined,
  one,
  oneOrNull: (type, known) => ({ anyOf: [{ type: 'null' }, one(type, known)] }),
  many: (type, known) => many(one(type, known)),
  keys: () => many(text),
  number: ordered,
  range: (type) => ({ type: 'array', prefixItems: [ordered(type), ordered(type)], minItems: 2, maxItems: 2 }),
  text: () => someText,
  texts: () => many(someText),
  pattern: () => someText,
}

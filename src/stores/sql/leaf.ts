import type { Leaf } from '../../condition/condition.ts'
import type { FieldType } from '../../condition/field.ts'
import { globParts } from '../../condition/glob.ts'
import { type Operand, type Operator, operandOf, operators } from '../../condition/operator.ts'
import { isUnstorable } from '../nul.ts'
import { type Column, columnOf, type SqlValue } from './column.ts'
import type { Dialect } from './dialect.ts'
import { type Trait, traitsMeant } from './trait.ts'

export interface LeafSql {
  readonly sql: string
  readonly params: readonly SqlValue[]
}

/** What a translation is given: the column, and the value as conditions compare it. */
interface Ask {
  readonly column: Column
  readonly operand: Operand
  readonly dialect: Dialect
}

/**
 * A positive question may come out NULL where the column is; a negative one (`passesMissing`) says itself what is
 * missing. Undefined: the database cannot tell.
 */
type Translation = (ask: Ask) => LeafSql | undefined

const sql = (text: string, ...params: readonly SqlValue[]): LeafSql => ({ sql: text, params })
const no = sql('1 = 0')
const yes = sql('1 = 1')

/** Sets stand in a column as `\nvip\nbilling\n`: no member holds a line break, so what holds one is no member. */
const inSet = (key: string): string | undefined => (key.includes('\n') ? undefined : `\n${key}\n`)
const emptySet = '\n'

const bound = (value: unknown): SqlValue => (typeof value === 'boolean' ? Number(value) : (value as SqlValue))
const listOf = (operand: Operand): readonly SqlValue[] => (Array.isArray(operand) ? operand : [operand]).map(bound)

const among: Translation = ({ column, operand }) => {
  const values = listOf(operand)
  return values.length === 0 ? no : sql(`${column.column} IN (${values.map(() => '?').join(', ')})`, ...values)
}

const order =
  (sign: '<' | '<=' | '>' | '>=') =>
  ({ column, operand }: Ask): LeafSql | undefined =>
    column.type === 'TEXT' ? undefined : sql(`${column.column} ${sign} ?`, bound(operand))

/** Texts are compared in columns that hold them folded, and in no other. */
const folded =
  (translate: (ask: Ask & { readonly texts: readonly string[] }) => LeafSql): Translation =>
  (ask) =>
    ask.column.form === 'folded' ? translate({ ...ask, texts: listOf(ask.operand) as readonly string[] }) : undefined

const fitting = ({ column, dialect }: Ask, pattern: string): LeafSql =>
  sql(dialect.fits(column.column), dialect.pattern(globParts(pattern)))

const keysIn = (ask: Ask): readonly (string | undefined)[] => (listOf(ask.operand) as readonly string[]).map(inSet)

/** Any of these; every set column is there. */
const holdsAny: Translation = (ask) => {
  const keys = keysIn(ask).filter((key) => key !== undefined)
  return keys.length === 0
    ? no
    : sql(`(${keys.map(() => ask.dialect.contains(ask.column.column)).join(' OR ')})`, ...keys)
}

const holdsAll: Translation = (ask) => {
  const keys = keysIn(ask)
  const members = keys.filter((key) => key !== undefined)
  if (members.length < keys.length) return no
  return keys.length === 0
    ? yes
    : sql(`(${members.map(() => ask.dialect.contains(ask.column.column)).join(' AND ')})`, ...members)
}

const present: Translation = ({ column: { column, type, form } }) =>
  form === 'set'
    ? sql(`${column} <> ?`, emptySet)
    : type === 'TEXT'
      ? sql(`(${column} IS NOT NULL AND ${column} <> '')`)
      : sql(`${column} IS NOT NULL`)

/** The opposite of a question, where nothing is nothing of the kind. */
const negative =
  (translate: Translation): Translation =>
  (ask) => {
    const found = translate(ask)
    const { column, always } = ask.column
    return found && sql(always ? `NOT (${found.sql})` : `(${column} IS NULL OR NOT (${found.sql}))`, ...found.params)
  }

/** An operator that is missing here is asked of the tickets themselves. */
const translations: { readonly [O in Operator]?: Translation } = {
  is: among,
  isNot: negative(among),
  oneOf: among,
  noneOf: negative(among),
  lt: order('<'),
  lte: order('<='),
  gt: order('>'),
  gte: order('>='),
  between: (ask) => {
    const [from, to] = listOf(ask.operand)
    return ask.column.type === 'TEXT'
      ? undefined
      : sql(`(${ask.column.column} >= ? AND ${ask.column.column} < ?)`, from as SqlValue, to as SqlValue)
  },
  contains: folded(({ column, dialect, texts }) => sql(dialect.contains(column.column), ...texts)),
  containsAny: folded(({ column, dialect, texts }) =>
    texts.length === 0 ? no : sql(`(${texts.map(() => dialect.contains(column.column)).join(' OR ')})`, ...texts),
  ),
  startsWith: folded(({ texts: [start = ''], ...ask }) =>
    sql(ask.dialect.fits(ask.column.column), ask.dialect.pattern([{ literal: [start] }, 'run'])),
  ),
  glob: folded(({ texts: [pattern = ''], ...ask }) => fitting(ask, pattern)),
  hasAny: holdsAny,
  hasAll: holdsAll,
  hasNone: negative(holdsAny),
  present,
  absent: negative(present),
}

/** The type of field that a column stands for, as far as comparing its values goes. */
export const typeOf = ({ field, column }: { readonly field: string; readonly column: Column }): FieldType =>
  column.form === 'folded'
    ? 'text'
    : column.form === 'truth'
      ? 'boolean'
      : column.form === 'set'
        ? field === 'tags'
          ? 'tags'
          : 'names'
        : column.type === 'TEXT'
          ? 'name'
          : 'instant'

/** By what a database decides. */
export interface Means {
  readonly dialect: Dialect
  /** Has a ticket one of these traits at least? Where they stand in a column with an index. */
  readonly hasTrait?: (traits: readonly Trait[]) => LeafSql
}

/** More values are not asked of traits: each is compared with each that a ticket has. */
const maxTraits = 100

/** The same by the index of traits: it decides, and nothing else is asked, so that its statistics count once. */
function traitSql(leaf: Leaf, { hasTrait }: Means): LeafSql | undefined {
  const groups = hasTrait && traitsMeant(leaf)
  if (!groups || groups.flat().length > maxTraits) return undefined
  const parts = groups.map(hasTrait)
  return sql(parts.map((part) => part.sql).join(' AND '), ...parts.flatMap(({ params }) => params))
}

/** A leaf as SQL; undefined where the database cannot tell. `exact`: never NULL. */
export function leafSql(leaf: Leaf, means: Means, exact: boolean): LeafSql | undefined {
  const byTraits = traitSql(leaf, means)
  if (byTraits) return byTraits
  const { field, op, value } = leaf
  const column = columnOf(field)
  const translate = Object.hasOwn(translations, op) ? translations[op] : undefined
  if (!column || !translate) return undefined
  const operator = operators[op]
  const type = typeOf({ field, column })
  if (!(operator.on as readonly FieldType[]).includes(type) && type !== 'instant') return undefined
  const found = translate({ column, operand: operandOf(operator, value, type), dialect: means.dialect })
  if (found?.params.some(isUnstorable)) return undefined
  if (!found || !exact || column.always || 'passesMissing' in operator || op === 'present') return found
  return sql(`(${column.column} IS NOT NULL AND ${found.sql})`, ...found.params)
}

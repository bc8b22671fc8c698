import { type Refusal, refuse } from '../errors.ts'
import type { Subject } from './subject.ts'

export type { Subject } from './subject.ts'

/** `text` is matched folded, `name` exactly; `names` and `tags` are sets; `any` is a custom field. */
export type FieldType = 'text' | 'name' | 'number' | 'instant' | 'boolean' | 'names' | 'tags' | 'any'

/** `stored` is kept on the ticket, `event` is known while something happens, `clock` moves with time alone. */
export type FieldClass = 'stored' | 'event' | 'clock'

/** What a name may name: a misspelt one is found when the condition is defined. */
export type Named = 'status' | 'priority' | 'kind' | 'level' | 'metric' | 'calendar' | 'department' | 'plan' | 'event'

export interface Field {
  readonly type: FieldType
  readonly class: FieldClass
  readonly read: (subject: Subject) => unknown
  /** Its values are names of these. */
  readonly names?: Named | undefined
  /** The values there are, where they are known. */
  readonly known?: readonly string[] | undefined
  /** Of a number: what it counts. */
  readonly unit?: 'ms' | 'hours' | 'minutes' | 'permille' | undefined
  /** Of tags: what a key has become, where it has become another. */
  readonly now?: ((key: string) => string) | undefined
  /**
   * Of a family, a row whose name holds a `<part>`: the field for one such part, or undefined if there is none.
   * `read` of the row itself finds nothing.
   */
  readonly of?: ((part: string, fields: FieldTable) => Field | undefined) | undefined
  /** What the part names. */
  readonly partNames?: Named | undefined
  readonly knownParts?: readonly string[] | undefined
}

/** Each room contributes its rows; the engine puts them together. */
export type FieldTable = Readonly<Record<string, Field>>

/** A family of fields: `<part>` in the name of its row stands for what `of` is given. */
export function family<const R extends Omit<Field, 'read'> & { readonly of: NonNullable<Field['of']> }>(
  row: R,
): R & { readonly read: Field['read'] } {
  return { ...row, read: () => undefined }
}

/** The same rows, knowing which names there are: of statuses, priorities, calendars … */
export function fieldsKnowing(
  fields: FieldTable,
  known: Partial<Readonly<Record<Named, readonly string[]>>>,
): FieldTable {
  const rows = Object.entries(fields).map(([name, row]) => {
    const values = row.names && known[row.names]
    const parts = row.partNames && known[row.partNames]
    return [
      name,
      values || parts ? { ...row, ...(values && { known: values }), ...(parts && { knownParts: parts }) } : row,
    ]
  })
  return Object.freeze(Object.fromEntries(rows) as Record<string, Field>)
}

/** What a name stands for: a row of the table, or a field of a family, with the name of the row. */
export interface FoundField {
  readonly row: string
  readonly field: Field
}

/** A field by name, or why there is none. Looks at own properties only. */
export function findField(fields: FieldTable, name: string, path?: string): FoundField | Refusal {
  const row = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (row && !row.of) return { row: name, field: row }
  for (const { key, before, after, row } of familiesOf(fields)) {
    if (!name.startsWith(before) || !name.endsWith(after) || name.length <= before.length + after.length) continue
    const part = name.slice(before.length, name.length - after.length)
    if (row.knownParts && !row.knownParts.includes(part))
      return refuse(
        'unknown_name',
        { what: row.partNames ?? 'part', name: part.slice(0, 100), known: row.knownParts },
        path,
      )
    // without a definition nobody knows which names there are; these are taken for none
    if (row.partNames && !row.knownParts && noName.test(part)) continue
    const field = row.of?.(part, fields)
    if (field) return { row: key, field: row.known ? { ...field, known: row.known } : field }
  }
  return refuse('unknown_name', { what: 'field', name: name.slice(0, 100), known: Object.keys(fields) }, path)
}

/** A field by name; undefined if there is none. */
export function fieldNamed(fields: FieldTable, name: string): Field | undefined {
  const found = findField(fields, name)
  return 'field' in found ? found.field : undefined
}

const noName = /[<>]|^(__proto__|constructor|prototype)$/

interface Family {
  readonly key: string
  readonly before: string
  readonly after: string
  readonly row: Field
}

const families = new WeakMap<FieldTable, readonly Family[]>()

function familiesOf(fields: FieldTable): readonly Family[] {
  const known = families.get(fields)
  if (known) return known
  const found = Object.entries(fields).flatMap(([key, row]) => {
    const [, before, after] = /^([^<]*)<[^>]+>(.*)$/.exec(key) ?? []
    return row.of && before !== undefined && after !== undefined ? [{ key, before, after, row }] : []
  })
  families.set(fields, found)
  return found
}

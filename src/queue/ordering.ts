import * as z from 'zod'
import { type Field, type FieldTable, fieldNamed } from '../condition/field.ts'
import {
  comparePositions,
  compileSortKeys,
  type SortKey,
  type SortPosition,
  type SortValue,
} from '../condition/sort-key.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { Ticket } from '../model/ticket.ts'

const ascending = (field: string, nulls: 'first' | 'last' = 'last'): SortKey => ({
  by: { field },
  direction: 'ascending',
  nulls,
})
const descending = (field: string): SortKey => ({ by: { field }, direction: 'descending', nulls: 'last' })

/** Kinds in which somebody here has something to do come first. */
const actionableFirst: SortKey = {
  by: { among: { field: 'kind', names: ['new', 'open'] } },
  direction: 'ascending',
  nulls: 'last',
}

/** A ticket without a running clock is due this long after somebody began to wait: 168 h, so that it still moves up. */
const internalDueMs = 168 * 3_600_000

/** The named orderings of SEMANTICS §7. Every one is ended by id, so it is total. */
export const namedOrderings = {
  fifo: [actionableFirst, ascending('openedAt')],
  priority: [actionableFirst, descending('priorityRank'), ascending('openedAt')],
  easiestFirst: [actionableFirst, ascending('effortMinutes'), ascending('openedAt')],
  slaDue: [
    actionableFirst,
    ascending('sla.rank'),
    {
      by: {
        coalesce: [
          { field: 'sla.dueAt' },
          { plus: [{ coalesce: [{ field: 'waitingSince' }, { field: 'openedAt' }] }, internalDueMs] },
        ],
      },
      direction: 'ascending',
      nulls: 'last',
    },
  ],
  longestUnanswered: [actionableFirst, ascending('waitingSince')],
} as const satisfies Record<string, readonly SortKey[]>

export type OrderingName = keyof typeof namedOrderings

/** A named ordering, or a list of names and keys of one's own, strongest first. */
export type Ordering = OrderingName | readonly (OrderingName | SortKey)[]

const SortValueSchema: z.ZodType<SortKey['by']> = z.lazy(() =>
  z.union([
    z.strictObject({ field: z.string() }),
    z.strictObject({ coalesce: z.array(SortValueSchema).min(1).max(10) }),
    z.strictObject({ plus: z.tuple([SortValueSchema, z.number()]) }),
    z.strictObject({ among: z.strictObject({ field: z.string(), names: z.array(z.string()).min(1).max(100) }) }),
  ]),
)
const Name = z.enum(Object.keys(namedOrderings) as [OrderingName, ...OrderingName[]])
export const OrderingSchema = z.union([
  Name,
  z
    .array(
      z.union([
        Name,
        z.strictObject({
          by: SortValueSchema,
          direction: z.enum(['ascending', 'descending']),
          nulls: z.enum(['first', 'last']),
        }),
      ]),
    )
    .min(1)
    .max(20),
])

const keysOf = (ordering: Ordering): readonly SortKey[] =>
  typeof ordering === 'string'
    ? namedOrderings[ordering]
    : ordering.flatMap((part) => (typeof part === 'string' ? namedOrderings[part] : [part]))

/** Fields an ordering names that the table lacks, or that are no numbers, each with its path. */
export function checkOrdering(ordering: Ordering, fields: FieldTable, path: string): Refusal[] {
  if (typeof ordering === 'string') return []
  return ordering.flatMap((part, i) =>
    typeof part === 'string' ? [] : checkValue(part.by, fields, `${path}[${i}].by`),
  )
}

function checkValue(value: SortValue, fields: FieldTable, path: string): Refusal[] {
  if ('field' in value) return checkField(value.field, fields, numeric, `${path}.field`)
  if ('coalesce' in value)
    return value.coalesce.flatMap((part, i) => checkValue(part, fields, `${path}.coalesce[${i}]`))
  if ('plus' in value) return checkValue(value.plus[0], fields, `${path}.plus[0]`)
  return checkField(value.among.field, fields, () => true, `${path}.among.field`)
}

function checkField(name: string, fields: FieldTable, fits: (field: Field) => boolean, path: string): Refusal[] {
  const field = fieldNamed(fields, name)
  if (field?.class === 'stored' && fits(field)) return []
  const known = Object.keys(fields).filter((one) => fits(fields[one] as Field))
  return [refuse('unknown_name', { what: 'field to order by', name, known }, path)]
}

const numeric = ({ type }: Field): boolean => type === 'number' || type === 'instant' || type === 'any'

/** An ordering ready for use: where a ticket stands, and who comes first. */
export interface CompiledOrdering {
  readonly keys: readonly SortKey[]
  readonly position: (ticket: Ticket) => SortPosition
  readonly compare: (a: SortPosition, b: SortPosition) => number
}

export function compileOrdering(ordering: Ordering, fields: FieldTable): CompiledOrdering {
  const keys = keysOf(ordering)
  return { keys, position: compileSortKeys(keys, fields), compare: (a, b) => comparePositions(keys, a, b) }
}

import type { Condition } from '../condition/condition.ts'
import { type Field, type FieldTable, fieldNamed } from '../condition/field.ts'
import { fail } from '../errors.ts'
import type { Ticket } from '../model/ticket.ts'
import type { TallyQuery, TallyValue } from '../store.ts'

/** What a view can be divided by. */
const segmentFields = [
  'channel',
  'department',
  'category',
  'tags',
  'requester.segment',
  'requester.plan',
  'tier',
  'priority',
  'status',
  'kind',
  'assignee',
  'language',
] as const
export type SegmentField = (typeof segmentFields)[number]

/** One part of a view: the tickets with a value in a field, null being those without one. */
export interface Segment {
  readonly by: SegmentField
  readonly value: string | number | null
}

/** How many tickets of a view have each value of a field. */
export interface SegmentCount {
  readonly value: TallyValue
  readonly count: number
}

/** @throws DeskError `unknown_name` */
export function checkSegmentField(by: unknown, path: string): asserts by is SegmentField {
  if (!(segmentFields as readonly unknown[]).includes(by))
    throw fail(
      'unknown_name',
      { what: 'field to divide by', name: String(by).slice(0, 100), known: segmentFields },
      path,
    )
}

/** A condition that holds for the tickets of a segment. */
export const segmentLeaf = ({ by, value }: Segment): Condition =>
  value === null
    ? { field: by, op: 'absent' }
    : by === 'tags'
      ? { field: by, op: 'hasAny', value: [value] }
      : { field: by, op: 'is', value }

/** A condition that leaves what both hold for. */
export const within = (when: Condition | null, more: Condition): Condition =>
  when === null ? more : { all: [when, more] }

/** What a ticket counts for: a value of each field; of a set once for each member, and once for null if it is empty. */
export function valuesOf(by: readonly string[], fields: FieldTable): TallyQuery['values'] {
  const read = by.map((name) => (fieldNamed(fields, name) as Field).read)
  const all = (ticket: Ticket, one: Field['read']): readonly TallyValue[] => {
    const found = one({ ticket })
    if (!Array.isArray(found)) return [(found ?? null) as TallyValue]
    return found.length > 0 ? found : [null]
  }
  return (ticket) =>
    read.reduce<readonly (readonly TallyValue[])[]>(
      (rows, one) => rows.flatMap((row) => all(ticket, one).map((value) => [...row, value])),
      [[]],
    )
}

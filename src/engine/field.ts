import { eventFields } from '../condition/event-field.ts'
import { type FieldTable, fieldsKnowing, type Named } from '../condition/field.ts'
import { fieldsMerging, type MergedTags } from '../condition/same-tag.ts'
import { ticketFields } from '../condition/ticket-field.ts'
import { timeFields } from '../condition/time-field.ts'
import { slaFields } from '../sla/fields.ts'
import { eventRows } from './event.ts'

const rows = { ...ticketFields, ...slaFields, ...eventFields, ...timeFields }

/** The rows of all rooms as literals: the compiler's conditions are made of them. */
export type FieldRows = typeof ticketFields & typeof slaFields & typeof eventFields & typeof timeFields

/** Everything a condition or an ordering may name: the rows of all rooms. */
export const fields = fieldsOf({})

/** The same for one definition: conditions that name what it does not have are refused. */
export function fieldsOf(
  known: Partial<Readonly<Record<Named, readonly string[]>>>,
  merged: MergedTags = new Map(),
): FieldTable {
  return fieldsMerging(fieldsKnowing(rows, { ...known, event: Object.keys(eventRows) }), merged)
}

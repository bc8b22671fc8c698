import { ticketFields } from '../condition/field.ts'
import { slaFields } from '../sla/fields.ts'

/** Everything a condition or an ordering may name: the rows of all rooms. */
export const fields = { ...ticketFields, ...slaFields }

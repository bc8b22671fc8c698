import * as z from 'zod'
import { Line, Name } from '../../model/schema.ts'
import { setPriority } from '../priority.ts'
import { row } from './row.ts'

export const priorityCommands = {
  /** By hand: stronger than every automatic source, until unset. */
  setPriority: row({
    schema: z.strictObject({ priority: Name, reason: Line.optional() }),
    onClosed: 'refused',
    decide: (pass, { priority, reason }) => setPriority(pass, 'manual', priority, reason ?? null),
  }),
  /** Back to the automatic priority. */
  unsetPriority: row({
    schema: z.strictObject({ reason: Line.optional() }),
    onClosed: 'refused',
    decide: (pass, { reason }) => setPriority(pass, 'manual', null, reason ?? null),
  }),
  /** What another source says; null: it says nothing any more. Rules give it, SLA rules, and advice. */
  sayPriority: row({
    schema: z.strictObject({
      source: z.enum(['forced', 'rule', 'sla', 'advisor']),
      priority: Name.nullable(),
      reason: Line.optional(),
    }),
    onClosed: 'refused',
    decide: (pass, { source, priority, reason }) => setPriority(pass, source, priority, reason ?? null),
  }),
}

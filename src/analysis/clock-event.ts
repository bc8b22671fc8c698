import { type Condition, fieldsRead } from '../condition/condition.ts'
import type { DeskDefinition } from '../engine/definition.ts'
import type { Writes } from './writes.ts'

/** What clocks do when a field changes. Breaches and steps are left out: a clock has each once. */
const moved: Readonly<Record<string, readonly string[]>> = {
  status: ['sla_paused', 'sla_resumed', 'sla_started', 'sla_fulfilled', 'sla_cancelled'],
  priority: ['sla_retargeted'],
  department: ['sla_started', 'sla_cancelled'],
  'sla.level': ['sla_applied', 'sla_started', 'sla_retargeted', 'sla_cancelled'],
}
const bySignal = ['sla_paused', 'sla_resumed', 'sla_started', 'sla_fulfilled', 'sla_cancelled']

/** Events of clocks that may follow what an action does: by itself, or because an SLA rule then finds another level. */
export function clockEvents({ fields, events }: Pick<Writes, 'fields' | 'events'>, json: DeskDefinition): string[] {
  if ((json.levels ?? []).length === 0) return []
  const asked = (json.slaRules ?? []).flatMap(({ when }) => (when ? [...fieldsRead(when as Condition)] : []))
  const isWritten = (name: string) =>
    fields.some((field) => field === name || (field.endsWith('.') && name.startsWith(field)))
  const all = asked.some(isWritten) ? [...fields, 'sla.level'] : fields
  const found = all.flatMap((field) => (Object.hasOwn(moved, field) ? (moved[field] ?? []) : []))
  return [...new Set([...found, ...(events.includes('signalled') ? bySignal : [])])]
}

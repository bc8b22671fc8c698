import type { Pass } from '../model/pass.ts'
import type { Priority } from '../model/priority.ts'
import type { TicketEventShapes } from '../model/ticket-event.ts'
import type { BusinessCalendar } from '../time/calendar.ts'
import type { CompiledPrioritisation } from './prioritisation.ts'
import type { TagRegistry } from './tag-registry.ts'
import type { Workflow } from './workflow.ts'

/** What of a definition this room reads. */
export interface WorkflowSlice {
  readonly workflow: Workflow
  readonly priorities: readonly Priority[]
  readonly defaultPriority: Priority
  readonly tags: TagRegistry
  readonly prioritisation: CompiledPrioritisation
  readonly calendarNamed: (id: string) => BusinessCalendar | undefined
  readonly calendarIds: readonly string[]
}

export type WorkflowPass = Pass<TicketEventShapes, WorkflowSlice>

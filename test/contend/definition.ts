import { defineDesk } from '../../src/engine/definition.ts'
import { standardWorkflow } from '../../src/workflow/workflow.ts'

const minute = 60_000

/** Overdue tickets have a wake, a step and a breach ahead; resolved ones close by themselves. */
export const definition = defineDesk({
  workflow: { ...standardWorkflow.definition, autoClose: { after: '5m' } },
  levels: [
    {
      id: 'hour',
      calendar: 'alwaysOpen',
      targets: [{ metric: 'resolution', within: '1h', steps: [{ id: 'half', share: 500 }] }],
    },
  ],
  slaRules: [{ when: { field: 'category', op: 'is', value: 'due' }, level: 'hour' }],
  // two at once, of which one must wait for the other
  triggers: [
    {
      id: 'tell',
      on: ['ticket_opened', 'sla_breached'],
      do: [
        { type: 'webhook', hook: 'crm' },
        { type: 'webhook', hook: 'erp' },
      ],
    },
  ],
})

export const hotId = (i: number) => `hot-${i}`
export const dueId = (i: number) => `due-${i}`

/** What falls due on ticket `dueId(i)`, once each. */
export const factsOf = (i: number): readonly string[] => (i % 2 === 0 ? ['wake', 'step', 'breach'] : ['auto_close'])

/** How long ago tickets with facts ahead were opened. */
export const openedAgoMs = 180 * minute
export const postponedForMs = 10 * minute

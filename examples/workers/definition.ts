import { defineDesk } from 'ticketwright'
import { definition as replayed } from '../replay-incidents/definition.ts'

/** Whoever waits for the caller is woken after so much open time, and asks again. */
export const callersWait = { business: '24h', calendar: 'office' } as const

/** The service desk of the replay, with all that time does by itself: steps, breaches, wakes, closings. */
export const definition = defineDesk({
  calendars: replayed.json.calendars ?? [],
  levels: [
    {
      id: 'standard',
      calendar: 'office',
      targets: [
        { metric: 'firstAssignment', within: { Urgent: '15m', High: '30m', Medium: '2h', Low: '4h' } },
        {
          metric: 'resolution',
          within: { Urgent: '4h', High: '8h', Medium: '24h', Low: '40h' },
          steps: [
            { id: 'soon', share: 800 },
            // two steps, not one that repeats: notices of repetitions that come to light together are one
            { id: 'late', afterDue: '2h' },
            { id: 'very-late', afterDue: '10h' },
          ],
        },
      ],
    },
  ],
  slaRules: [{ level: 'standard' }],
  triggers: [
    { id: 'soon', on: ['sla_step_reached'], do: [{ type: 'notify', to: ['assignee'], text: 'A step was reached' }] },
    { id: 'late', on: ['sla_breached'], do: [{ type: 'notify', to: ['department'], text: 'A target was missed' }] },
    {
      id: 'done',
      on: ['status_changed'],
      when: { field: 'kind', op: 'is', value: 'closed' },
      do: [{ type: 'survey', survey: 'satisfaction', to: ['requester'] }],
    },
  ],
})

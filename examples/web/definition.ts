import { type Definition, defineDesk } from 'ticketwright'

/** A shop's desk: an answer within four office hours, and word to the agents when that was not kept. */
export const definition = defineDesk({
  calendars: [
    {
      id: 'office',
      zone: 'Europe/Tallinn',
      hours: {
        mon: [['09:00', '17:00']],
        tue: [['09:00', '17:00']],
        wed: [['09:00', '17:00']],
        thu: [['09:00', '17:00']],
        fri: [['09:00', '17:00']],
      },
    },
  ],
  levels: [{ id: 'standard', calendar: 'office', targets: [{ metric: 'firstResponse', within: '4h' }] }],
  slaRules: [{ level: 'standard' }],
  cannedMessages: [
    { id: 'received', subject: '[{{reference}}] {{subject}}', body: 'We have it and will answer soon.' },
  ],
  triggers: [
    { id: 'confirm', on: ['ticket_opened'], do: [{ type: 'sendCannedMessage', message: 'received' }] },
    {
      id: 'late',
      on: ['sla_breached'],
      do: [{ type: 'notify', to: ['department'], text: 'The first answer is late' }],
    },
  ],
})

/** The names it uses: a misspelt status does not compile. */
export type Names = typeof definition extends Definition<infer X> ? X : never

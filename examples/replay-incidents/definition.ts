import { type Definition, defineDesk } from 'ticketwright'

/**
 * How this service desk works. The log's times are wall clock of a zone it does not name, written with `Z`: they are
 * taken at their word, and the calendar is kept in UTC, so that its hours are the hours one reads in the file.
 * The work in the log lies between 08:00 and 18:00 on weekdays, and rests on Brazil's holidays.
 */
export const definition = defineDesk({
  calendars: [
    {
      id: 'office',
      zone: 'UTC',
      hours: {
        mon: [['08:00', '18:00']],
        tue: [['08:00', '18:00']],
        wed: [['08:00', '18:00']],
        thu: [['08:00', '18:00']],
        fri: [['08:00', '18:00']],
      },
      holidays: [
        { date: '01-01', name: 'Confraternização Universal' },
        { date: '2016-03-25', name: 'Sexta-feira Santa' },
        { date: '04-21', name: 'Tiradentes' },
        { date: '05-01', name: 'Dia do Trabalho' },
        { date: '2016-05-26', name: 'Corpus Christi' },
        { date: '09-07', name: 'Independência' },
        { date: '10-12', name: 'Nossa Senhora Aparecida' },
        { date: '11-02', name: 'Finados' },
        { date: '11-15', name: 'Proclamação da República' },
        { date: '12-25', name: 'Natal' },
      ],
    },
  ],
  levels: [
    {
      id: 'standard',
      calendar: 'office',
      targets: [
        { metric: 'firstAssignment', within: { Urgent: '15m', High: '30m', Medium: '2h', Low: '4h' } },
        { metric: 'resolution', within: { Urgent: '4h', High: '8h', Medium: '24h', Low: '40h' } },
      ],
    },
  ],
  slaRules: [{ level: 'standard' }],
  views: [
    {
      id: 'byPriority',
      when: { field: 'kind', op: 'oneOf', value: ['new', 'open', 'postponed'] },
      order: 'priority',
      limit: 10,
    },
    {
      id: 'dueFirst',
      when: { field: 'kind', op: 'oneOf', value: ['new', 'open', 'postponed'] },
      order: 'slaDue',
      limit: 10,
    },
  ],
})

/** The names it uses: a misspelt status does not compile. */
export type Names = typeof definition extends Definition<infer X> ? X : never

export const officeHours = definition.calendarNamed('office')

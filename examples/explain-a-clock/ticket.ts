import { createDesk, defineDesk, memoryStore } from 'ticketwright'
import { manualClock } from 'ticketwright/testing'

const day = [['09:00', '17:00']] as const
const definition = defineDesk({
  calendars: [
    {
      id: 'office',
      zone: 'Europe/Tallinn',
      hours: { mon: day, tue: day, wed: day, thu: day, fri: day },
      closures: { '2026-12-22': [['12:00', '13:00']] },
      specialHours: { '2026-12-23': [['09:00', '14:00']] },
      holidays: [
        { date: '12-24', name: 'jõululaupäev' },
        { date: '12-25', name: 'esimene jõulupüha' },
        { date: '12-26', name: 'teine jõulupüha' },
      ],
    },
  ],
  levels: [
    {
      id: 'standard',
      calendar: 'office',
      targets: [{ metric: 'resolution', within: { High: '6h', default: '12h' } }],
    },
  ],
  slaRules: [{ level: 'standard' }],
})

/** A ticket that was answered, waited, was found to be urgent, waited again, and was solved too late. */
export async function lateTicket() {
  const clock = manualClock('2026-12-21T15:00:00+02:00')
  const desk = createDesk({ definition, store: memoryStore({ clock }), clock })
  const mari = desk.as({ kind: 'requester', id: 'mari' })
  const ana = desk.as({ kind: 'agent', id: 'ana' })
  const id = 'heating'
  await mari.open({ ticketId: id, subject: 'No heating', body: 'Since this morning.' })
  clock.set('2026-12-21T16:10:00+02:00')
  await ana.reply(id, { body: 'In which rooms?' })
  clock.set('2026-12-22T09:30:00+02:00')
  await mari.message(id, { body: 'In all of them.' })
  clock.set('2026-12-22T10:00:00+02:00')
  await ana.setPriority(id, 'High')
  clock.set('2026-12-22T15:00:00+02:00')
  await ana.postpone(id, { until: '2026-12-23T11:00:00+02:00', reason: 'The plumber comes' })
  clock.set('2026-12-28T10:00:00+02:00')
  await ana.resolve(id)
  return { desk, id }
}

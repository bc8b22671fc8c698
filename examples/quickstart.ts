import { createDesk, defineDesk, memoryStore } from 'ticketwright'
import { manualClock } from 'ticketwright/testing'

const day = [['09:00', '17:00']] as const
const definition = defineDesk({
  calendars: [{ id: 'office', zone: 'Europe/Tallinn', hours: { mon: day, tue: day, wed: day, thu: day, fri: day } }],
  levels: [
    {
      id: 'standard',
      calendar: 'office',
      targets: [
        { metric: 'firstResponse', within: { Urgent: '1h', default: '4h' } },
        { metric: 'resolution', within: '16h' },
      ],
    },
  ],
  slaRules: [{ level: 'standard' }],
  views: [{ id: 'todo', when: { field: 'kind', op: 'oneOf', value: ['new', 'open'] }, order: 'slaDue' }],
}) // statuses and priorities: the standard ones unless given

const clock = manualClock('2026-11-20T16:30:00+02:00') // a Friday; leave it out for the machine's own
const desk = createDesk({ definition, store: memoryStore({ clock }), clock })
const mari = desk.as({ kind: 'requester', id: 'mari' })
const ana = desk.as({ kind: 'agent', id: 'ana' })

const utc = (at: number | null = 0) => new Date(at ?? 0).toISOString()

const { ticket } = await mari.open({ subject: 'Cannot log in', body: 'Since lunch', priority: 'Urgent' })
console.log(`${ticket.status}, due ${utc(ticket.clocks.firstResponse?.dueAt)}`) // Monday 09:30: one open hour on
await mari.open({ subject: 'A new keyboard, please', body: 'The old one has lost its E' })

await ana.reply(ticket.id, { body: 'Please try again' }) // Answered: the first response is in time
await ana.postpone(ticket.id, { until: '2026-11-24T09:00:00+02:00' })
clock.set('2026-11-24T09:00:00+02:00')
console.log(`${(await desk.get(ticket.id)).status} again`) // it woke by itself, to the millisecond
await ana.resolve(ticket.id)

const next = await ana.next('todo') // claimed for Ana, or null; nobody answered it in four open hours
console.log(`${next?.ticket.subject}: late since ${utc(next?.ticket.clocks.firstResponse?.breachedAt)}`)

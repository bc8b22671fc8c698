import { type Agent, createDesk, defineDesk, memoryStore } from 'ticketwright'
import { manualClock } from 'ticketwright/testing'

/** Who works here. `away` is changed as people come and go. */
export const people: Agent[] = [
  { id: 'ana', departments: ['Support'], capacity: 4, seniority: 5, views: ['todo'], skills: ['estonian', 'french'] },
  { id: 'ben', departments: ['Support'], capacity: 4, seniority: 1, views: ['todo'], skills: ['estonian'] },
  { id: 'eva', departments: ['Support'], tier: 2, calendar: 'office', views: ['todo'] },
]

/** A desk that gives tickets to agents by itself, on a clock that stands where it is put. */
export function openDesk() {
  const clock = manualClock('2026-11-23T09:00:00+02:00')
  const week = [['09:00', '17:00']] as const
  const desk = createDesk({
    definition: defineDesk({
      calendars: [{ id: 'office', zone: 'Europe/Tallinn', hours: { mon: week, tue: week, wed: week } }],
      views: [
        {
          id: 'todo',
          when: { field: 'kind', op: 'oneOf', value: ['new', 'open'] },
          order: { by: 'aging', boost: '4h' },
        },
      ],
      routing: {
        costs: { chat: 2, default: 1 },
        skills: [{ when: { field: 'language', op: 'is', value: 'fr' }, must: ['french'] }],
      },
    }),
    store: memoryStore({ clock }),
    clock,
    directory: { agents: () => people },
  })
  return { desk, clock, time: () => new Date(clock.now() + 2 * 3_600_000).toISOString().slice(11, 16) }
}

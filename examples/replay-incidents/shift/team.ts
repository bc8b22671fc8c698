import { type Agent, defineDesk, type Ordering } from 'ticketwright'

/** Three of the four know the network, three know accounts; one works half the day. */
export const team: readonly Agent[] = [
  { id: 'ana', views: ['todo'], capacity: 1, skills: ['network', 'accounts'] },
  { id: 'ben', views: ['todo'], capacity: 1, skills: ['accounts'] },
  { id: 'eva', views: ['todo'], capacity: 1, skills: ['network'] },
  { id: 'jaan', views: ['todo'], capacity: 1, skills: ['network', 'accounts'], calendar: 'mornings' },
]

/** How long an incident takes, in minutes, by its priority. */
export const minutesOf: Readonly<Record<string, number>> = { Urgent: 90, High: 60, Medium: 35, Low: 20 }

/** A rank of priority is worth two hours of waiting. */
export const order: Ordering = { by: 'aging', boost: '2h' }

const mornings = [['08:00', '12:00']] as const
const category = (...numbers: readonly number[]) =>
  ({ field: 'category', op: 'oneOf', value: numbers.map((number) => `Category ${number}`) }) as const

export const definition = defineDesk({
  calendars: [
    {
      id: 'mornings',
      zone: 'UTC',
      hours: { mon: mornings, tue: mornings, wed: mornings, thu: mornings, fri: mornings },
    },
  ],
  views: [{ id: 'todo', when: { field: 'kind', op: 'oneOf', value: ['new', 'open'] }, order }],
  routing: {
    assignOn: [],
    skills: [
      { when: category(26, 46), must: ['network'] },
      { when: category(42, 53), must: ['accounts'] },
    ],
  },
})

/** Desks to try, each said once and given to both: to the library as a definition, to the model as plain data. */
import type { HoursDefinition } from '../../src/time/calendar.ts'
import type { PlainTarget } from './plain/definition.ts'
import { type Setting, type SettingInput, settingOf, standardStatuses } from './setting.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

const office: HoursDefinition = {
  id: 'office',
  zone: 'Europe/Tallinn',
  hours: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((weekday) => [weekday, [['09:00', '17:00']]])),
  holidays: ['10-28'],
}
const night: HoursDefinition = {
  id: 'night',
  zone: 'America/New_York',
  hours: Object.fromEntries(
    ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'].map((weekday) => [weekday, [['22:00', '06:00']]]),
  ),
}
const lunch: HoursDefinition = {
  id: 'lunch',
  zone: 'Asia/Kolkata',
  hours: {
    mon: [
      ['09:00', '12:30'],
      ['13:15', '18:00'],
    ],
    wed: [['00:00', '24:00']],
    thu: [['00:00', '03:00']],
  },
}

type Targets = { readonly [metric: string]: Omit<PlainTarget, 'metric'> }

const setting = ({
  levels,
  ...it
}: Omit<SettingInput, 'levels' | 'calendars' | 'starts'> & {
  readonly levels: readonly { readonly id: string; readonly calendar?: string; readonly targets: Targets }[]
  readonly starts: readonly string[]
}): Setting =>
  settingOf({
    ...it,
    calendars: [office, night, lunch],
    levels: levels.map((level) => ({
      ...level,
      targets: Object.entries(level.targets).map(([metric, target]) => ({ metric, ...target })),
    })),
    starts: it.starts.map((start) => Date.parse(start)),
  })

/** Around the changes of summer time in Tallinn and New York, and on days like any other. */
const springs = ['2026-03-06T20:58:00Z', '2026-03-27T14:30:00Z', '2026-06-10T06:59:59.999Z', '2026-10-23T13:59:00Z']
const nights = ['2026-03-07T03:00:00Z', '2026-03-08T06:59:00Z', '2026-10-31T23:00:00Z', '2026-11-01T05:30:00Z']

export const settings: readonly Setting[] = [
  setting({
    name: 'standard workflow, 24/7',
    reopenWithin: 30 * day,
    autoCloseAfter: 5 * day,
    levels: [
      {
        id: 'standard',
        calendar: 'alwaysOpen',
        targets: {
          firstResponse: { within: { Urgent: hour, default: 4 * hour } },
          nextResponse: { within: { Urgent: 30 * minute, default: 8 * hour } },
          resolution: { within: { Urgent: 8 * hour, High: day, default: 3 * day } },
          firstAssignment: { within: { default: 30 * minute } },
        },
      },
    ],
    rules: [{ level: 'standard' }],
    starts: springs,
  }),
  setting({
    name: 'office hours, two levels by tag',
    reopenWithin: 10 * minute,
    autoCloseAfter: null,
    levels: [
      {
        id: 'gold',
        calendar: 'office',
        targets: {
          firstResponse: { within: { default: hour } },
          nextResponse: { within: { default: hour } },
          resolution: { within: { Urgent: 2 * hour, default: 8 * hour } },
          firstAssignment: { within: { default: 10 * minute } },
        },
      },
      {
        id: 'silver',
        calendar: 'office',
        targets: {
          firstResponse: { within: { default: 4 * hour } },
          nextResponse: { within: { Urgent: 2 * hour, default: 8 * hour } },
          resolution: { within: { default: 16 * hour } },
          firstAssignment: { within: { default: hour } },
        },
      },
    ],
    rules: [{ tag: 'vip', level: 'gold' }, { level: 'silver' }],
    starts: springs,
  }),
  setting({
    name: 'other names, two postponed statuses, night shifts',
    statuses: [
      { name: 'Uus', kind: 'new' },
      { name: 'Arenduses', kind: 'open' },
      { name: 'Töös', kind: 'open', default: true },
      { name: '已回复', kind: 'answered' },
      { name: 'Ootel', kind: 'postponed' },
      { name: 'Hankija', kind: 'postponed' },
      { name: 'Lahendatud', kind: 'resolved' },
      { name: 'constructor', kind: 'closed' },
    ],
    reopenWithin: null,
    autoCloseAfter: 90 * second,
    levels: [
      {
        id: 'night',
        calendar: 'night',
        targets: {
          firstResponse: { within: { Low: null, default: 2 * hour }, pauses: ['Hankija'] },
          nextResponse: { within: { default: hour }, pauses: [] },
          resolution: { within: { High: 5 * hour, default: 9 * hour }, pauses: ['Hankija', 'answered', 'Arenduses'] },
          firstAssignment: { within: { default: 8 * hour }, pauses: ['new'] },
        },
      },
    ],
    rules: [{ level: 'night' }],
    starts: nights,
  }),
  setting({
    name: 'no Answered, no reopening by mail, begins anew on a switch',
    statuses: standardStatuses.filter(({ kind }) => kind !== 'answered'),
    reopenWithin: 0,
    autoCloseAfter: hour,
    deskCalendar: 'lunch',
    levels: [
      {
        id: 'fast',
        calendar: 'alwaysOpen',
        targets: {
          firstResponse: { within: { default: 20 * minute }, restartFrom: 'switch' },
          resolution: { within: { default: 2 * hour }, restartFrom: 'switch' },
          nextResponse: { within: { default: 40 * minute }, restartFrom: 'switch' },
        },
      },
      {
        id: 'slow',
        targets: {
          firstResponse: { within: { default: 3 * hour }, restartFrom: 'switch' },
          resolution: { within: { default: 6 * hour }, calendar: 'office', restartFrom: 'switch' },
          nextResponse: { within: { default: 90 * minute }, restartFrom: 'switch' },
        },
      },
    ],
    rules: [{ priority: 'Urgent', level: 'fast' }, { level: 'slow' }],
    starts: springs,
  }),
  setting({
    name: 'targets of seconds',
    reopenWithin: second,
    autoCloseAfter: 3 * second,
    levels: [
      {
        id: 'tiny',
        calendar: 'alwaysOpen',
        targets: {
          firstResponse: { within: { Low: 2 * second, default: second } },
          nextResponse: { within: { default: second } },
          resolution: { within: { Urgent: 1_001, default: 4 * second }, pauses: ['postponed'] },
          firstAssignment: { within: { default: second } },
        },
      },
    ],
    rules: [{ level: 'tiny' }],
    starts: ['2026-06-10T10:00:00Z'],
  }),
  setting({
    name: 'levels that come and go',
    reopenWithin: 2 * day,
    autoCloseAfter: null,
    levels: [
      {
        id: 'full',
        calendar: 'office',
        targets: {
          firstResponse: { within: { default: 2 * hour } },
          nextResponse: { within: { default: hour } },
          resolution: { within: { default: 8 * hour } },
          firstAssignment: { within: { default: hour } },
        },
      },
      {
        id: 'part',
        calendar: 'lunch',
        targets: {
          resolution: { within: { default: 6 * hour } },
          nextResponse: { within: { High: hour, default: null } },
        },
      },
    ],
    rules: [
      { tag: 'nosla', level: null },
      { tag: 'vip', level: 'full', gives: 'Urgent' },
      { priority: 'Urgent', level: 'full', gives: 'Low' },
      { priority: 'Medium', level: null, gives: 'High' },
      { tag: 'other', level: null, gives: 'Medium' },
      { level: 'part' },
    ],
    starts: springs,
  }),
]

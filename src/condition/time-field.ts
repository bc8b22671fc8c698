import type { Zone } from '../time/zone.ts'
import { zoneNamed } from '../time/zone.ts'
import { type Field, type FieldTable, family, fieldNamed } from './field.ts'
import type { Subject } from './subject.ts'

/** As calendars write them, Monday first. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** The weekday that a zone's calendars on the wall show. */
export const weekdayIn = (zone: Zone, at: number): (typeof weekdays)[number] =>
  weekdays[(new Date(zone.wall(at)).getUTCDay() + 6) % 7] as (typeof weekdays)[number]

/** Is a calendar open? Undefined if it is not known, or knows nothing of that time. */
export function inBusinessHours({ calendar }: Subject, id: string, at: number): boolean | undefined {
  return calendar?.(id)?.isOpen(at)
}

const hourMs = 3_600_000

/** What moves with time alone: to be asked of an instant, `now`. */
export const timeFields = {
  now: { type: 'instant', class: 'clock', read: ({ now }) => now },
  /** Hours, with their fraction, from an instant that the ticket keeps; negative before it. */
  'hoursSince.<instant>': family({ type: 'number', class: 'clock', unit: 'hours', of: hoursSince }),
  'inBusinessHours.<calendar>': family({
    type: 'boolean',
    class: 'clock',
    partNames: 'calendar',
    of: (id) => ({
      type: 'boolean',
      class: 'clock',
      read: (subject) => (subject.now === undefined ? undefined : inBusinessHours(subject, id, subject.now)),
    }),
  }),
  /** `mon` to `sun`, in an IANA zone. */
  'weekday.<zone>': family({
    type: 'name',
    class: 'clock',
    known: weekdays,
    of: (name) => {
      const zone = zoneNamed(name)
      return (
        zone && {
          type: 'name',
          class: 'clock',
          read: ({ now }) => (now === undefined ? undefined : weekdayIn(zone, now)),
        }
      )
    },
  }),
} as const satisfies FieldTable

function hoursSince(name: string, fields: FieldTable): Field | undefined {
  const from = fieldNamed(fields, name)
  if (from?.type !== 'instant' || from.class !== 'stored') return undefined
  return {
    type: 'number',
    class: 'clock',
    unit: 'hours',
    read: (subject) => {
      const since = from.read(subject)
      return typeof since === 'number' && subject.now !== undefined ? (subject.now - since) / hourMs : undefined
    },
  }
}

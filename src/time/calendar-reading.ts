import { type Refusal, refuse, shown, type TimeCode } from '../errors.ts'
import { dayOf, yearlyOf } from './day.ts'
import type { Spans } from './span.ts'
import { readIntervals } from './wall.ts'
import { type Zone, zoneNamed } from './zone.ts'

/** A calendar's JSON, read: dates as day numbers, wall times as milliseconds since midnight. */
export interface CalendarRules {
  id: string
  zone: Zone | undefined
  /** By weekday, Monday first. */
  readonly week: Spans[]
  readonly special: Map<number, Spans>
  readonly closures: Map<number, Spans>
  /** Names of holidays by day number, or by `yearlyOf`. */
  readonly holidays: Map<number, string | undefined>
  /** Ids of the calendars it is made of, and how many of them must be open. */
  parts: readonly string[] | undefined
  kind: 'hours' | 'union' | 'intersection'
}

/** Dates in one field, holidays, and calendars in a union. */
const MAX_ENTRIES = 10_000
/** Calendars that one is made of, those of its parts included: each is asked for every answer. */
export const MAX_PARTS = 100

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const forbidden = new Set(['__proto__', 'constructor', 'prototype'])

type Read = (value: unknown, path: string) => void

/** Reads a calendar's JSON. Everything found wrong with it is added to `issues`; the rules are of use only if nothing was. */
export function readCalendar(json: unknown, path: string, issues: Refusal<TimeCode>[]): CalendarRules {
  const rules: CalendarRules = {
    id: '',
    zone: undefined,
    week: weekdays.map(() => []),
    special: new Map(),
    closures: new Map(),
    holidays: new Map(),
    parts: undefined,
    kind: 'hours',
  }
  const wrong = (reason: string, at: string) => issues.push(refuse('invalid_definition', { reason }, at || undefined))
  const wrongDate = (value: unknown, at: string, reason = 'write an existing date of 1970–2199 as YYYY-MM-DD') =>
    issues.push(refuse('invalid_date', { value: shown(value), reason }, at))

  function counted(actual: number, at: string, limit = MAX_ENTRIES): boolean {
    if (actual > limit) issues.push(refuse('too_large', { limit, actual, unit: 'entries' }, at || undefined))
    return actual <= limit
  }

  function list(value: unknown, at: string, read: Read, limit = MAX_ENTRIES) {
    if (!Array.isArray(value)) wrong(`a list is expected, not ${shown(value)}`, at)
    else if (counted(value.length, at, limit)) for (const [i, entry] of value.entries()) read(entry, `${at}[${i}]`)
  }

  function record(value: unknown, at: string, read: (key: string, value: unknown, path: string) => void) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      wrong(`an object is expected, not ${shown(value)}`, at)
      return
    }
    const keys = Object.keys(value)
    if (!counted(keys.length, at)) return
    for (const key of keys) {
      const below = (at ? `${at}.` : '') + key.slice(0, 100)
      if (forbidden.has(key)) issues.push(refuse('forbidden_key', { key }, below))
      else read(key, (value as Record<string, unknown>)[key], below)
    }
  }

  function fields(value: unknown, at: string, known: Readonly<Record<string, Read>>) {
    record(value, at, (key, entry, below) => {
      const read = Object.hasOwn(known, key) ? known[key] : undefined
      if (!read) wrong(`the key ${shown(key)} is unknown; known: ${Object.keys(known).join(', ')}`, below)
      else if (entry !== undefined) read(entry, below)
    })
  }

  const dated = (into: Map<number, Spans>) => (value: unknown, at: string) =>
    record(value, at, (key, intervals, below) => {
      const day = dayOf(key)
      if (Number.isNaN(day)) wrongDate(key, below)
      else into.set(day, readIntervals(intervals, below, issues))
    })

  function holiday(value: unknown, at: string) {
    let date: unknown = value
    let name: string | undefined
    let path = at
    if (typeof value !== 'string') {
      date = undefined
      path = `${at}.date`
      fields(value, at, {
        date: (text) => {
          date = text
        },
        name: (text, below) => {
          if (typeof text === 'string' && text.length <= 200) name = text
          else wrong(`a name of at most 200 characters is expected, not ${shown(text)}`, below)
        },
      })
    }
    if (typeof date !== 'string') wrongDate(date, path, 'write 2026-12-25, 12-25, or { date, name }')
    else if (/^\d\d-\d\d$/.test(date)) {
      // 2000 is a leap year: 02-29 is a yearly date, 02-30 none
      const day = dayOf(`2000-${date}`)
      if (Number.isNaN(day)) wrongDate(date, path, 'no year has this date')
      else rules.holidays.set(yearlyOf(day), name)
    } else if (Number.isNaN(dayOf(date))) wrongDate(date, path)
    else rules.holidays.set(dayOf(date), name)
  }

  const week: Record<string, Read> = {}
  weekdays.forEach((weekday, i) => {
    week[weekday] = (value, at) => {
      rules.week[i] = readIntervals(value, at, issues)
    }
  })

  const combined = (kind: 'union' | 'intersection') => (value: unknown, at: string) => {
    const parts: string[] = []
    const read: Read = (id, below) => {
      if (typeof id === 'string') parts.push(id)
      else wrong(`the id of a calendar is expected, not ${shown(id)}`, below)
    }
    list(value, at, read, MAX_PARTS)
    if (Array.isArray(value) && !value.length) wrong('at least one calendar is needed', at)
    rules.parts = [...new Set(parts)]
    rules.kind = kind
  }

  const head: Record<string, Read> = {
    id: (value, at) => {
      if (typeof value !== 'string' || !/^[A-Za-z0-9._:-]{1,64}$/.test(value)) {
        wrong(`1 to 64 ASCII letters, digits, . _ : or - are expected, not ${shown(value)}`, at)
      } else if (value === 'alwaysOpen') wrong('alwaysOpen is there already; choose another id', at)
      else rules.id = value
    },
    zone: (value, at) => {
      rules.zone = typeof value === 'string' ? zoneNamed(value) : undefined
      if (!rules.zone) issues.push(refuse('unknown_zone', { zone: shown(value) }, at))
    },
  }
  const body: Record<string, Read> = {
    hours: (value, at) => fields(value, at, week),
    specialHours: dated(rules.special),
    closures: dated(rules.closures),
    holidays: (value, at) => list(value, at, holiday),
  }
  const own = (key: string) =>
    typeof json === 'object' &&
    json !== null &&
    Object.hasOwn(json, key) &&
    (json as Record<string, unknown>)[key] !== undefined
  const kind = own('union') ? 'union' : own('intersection') ? 'intersection' : 'hours'
  const known = kind === 'hours' ? { ...head, ...body } : { ...head, [kind]: combined(kind) }
  const before = issues.length
  fields(json, path, known)
  if (issues.length === before) {
    for (const key of ['id', 'zone', kind]) if (!own(key)) wrong(`the key ${key} is missing`, path)
  }
  return rules
}

import { type Refusal, shown, type TimeCode } from '../errors.ts'
import { DAY_MS, dayOf, yearlyOf } from './day.ts'
import { finder } from './fail.ts'
import type { Spans } from './span.ts'
import { wallMs } from './wall.ts'
import { utc, type Zone, zoneNamed } from './zone.ts'

/** A calendar's JSON, read: dates as day numbers, wall times as milliseconds since midnight. */
export interface CalendarRules {
  id: string
  zone: Zone
  /** What decides a date when nothing special does, or how the parts are combined. */
  kind: 'hours' | 'always' | 'union' | 'intersection'
  /** By weekday, Monday first. */
  readonly week: Spans[]
  readonly special: Map<number, Spans>
  readonly closures: Map<number, Spans>
  /** Names of holidays by day number, or by `yearlyOf`. */
  readonly holidays: Map<number, string | undefined>
  /** Ids of the calendars it is made of. */
  readonly parts: string[]
}

/** Rules that open nothing. */
export function noRules(): CalendarRules {
  return {
    id: '',
    zone: utc,
    kind: 'hours',
    week: [],
    special: new Map(),
    closures: new Map(),
    holidays: new Map(),
    parts: [],
  }
}

/** Dates in one field, and holidays. */
const MAX_ENTRIES = 10_000
/** More stretches than a date can sensibly have: one per half hour. */
const MAX_PER_DATE = 48
/** Calendars that one is made of, those of its parts included: each is asked for every answer. */
export const MAX_PARTS = 100

type Read = (value: unknown, path: string, key: string) => void

/** What is wrong with a calendar's id, if anything. */
export function wrongId(id: unknown): string | undefined {
  if (typeof id !== 'string' || !/^[\w.:-]{1,64}$/.test(id)) return expected('1 to 64 of A–Z a–z 0–9 . _ : -', id)
  return id === 'alwaysOpen' ? 'alwaysOpen is there already; choose another id' : undefined
}

function expected(what: string, value: unknown): string {
  return `${what} expected, not ${shown(value)}`
}

/**
 * Reads a calendar's JSON. Everything found wrong with it is added to `issues`; the rules
 * are of use only if nothing was.
 */
export function readCalendar(json: unknown, path: string, issues: Refusal<TimeCode>[]): CalendarRules {
  const rules = noRules()
  const { week, special, closures, holidays, parts } = rules
  const find = finder(issues)
  const wrong = (reason: string, at: string) => find('invalid_definition', { reason }, at)
  const missed = (what: string, value: unknown, at: string) => wrong(expected(what, value), at)

  function each(value: unknown, list: boolean, at: string, read: Read, limit = MAX_ENTRIES) {
    if (typeof value !== 'object' || !value || Array.isArray(value) !== list) {
      return missed(list ? 'a list' : 'an object', value, at)
    }
    const actual = list ? (value as unknown[]).length : Object.keys(value).length
    if (actual > limit) return find('too_large', { limit, actual, unit: 'entries' }, at)
    for (const [key, entry] of Object.entries(value)) {
      read(entry, list ? `${at}[${key}]` : (at && `${at}.`) + key.slice(0, 100), key)
    }
  }

  function fields(value: unknown, at: string, known: Readonly<Record<string, Read>>) {
    each(value, false, at, (entry, where, key) => {
      const read = Object.hasOwn(known, key) && known[key]
      if (!read) wrong(`this key is unknown; known: ${Object.keys(known).join(', ')}`, where)
      else if (entry !== undefined) read(entry, where, key)
    })
  }

  function intervals(value: unknown, at: string): Spans {
    const spans: number[] = []
    const interval: Read = (pair, where) => {
      if (!Array.isArray(pair) || pair.length !== 2) return missed("a pair like ['09:00', '17:00']", pair, where)
      const [first, last] = pair
      const [from, to] = [first, last].map((wall, i) => {
        const ms = wallMs(wall, i > 0)
        if (Number.isNaN(ms)) find('invalid_wall_time', { value: shown(wall) }, `${where}[${i}]`)
        return ms
      }) as [number, number]
      if (from === to) find('empty_interval', { from: first, to: last }, where)
      spans.push(from, to < from ? to + DAY_MS : to)
    }
    each(value, true, at, interval, MAX_PER_DATE)
    return spans
  }

  function dayNamed(date: unknown, at: string, year = ''): number {
    const day = dayOf(typeof date === 'string' ? year + date : '')
    if (Number.isNaN(day)) find('invalid_date', { value: shown(date), reason }, at)
    return day
  }

  const dated =
    (into: Map<number, Spans>): Read =>
    (value, at) =>
      each(value, false, at, (spans, where, date) => into.set(dayNamed(date, where), intervals(spans, where)))

  function addHoliday(date: unknown, at: string, name?: string) {
    // 2000 is a leap year: 02-29 is a yearly date, 02-30 none
    if (typeof date === 'string' && /^\d\d-\d\d$/.test(date)) holidays.set(yearlyOf(dayNamed(date, at, '2000-')), name)
    else holidays.set(dayNamed(date, at), name)
  }

  const holiday: Read = (value, at) => {
    if (typeof value === 'string') return addHoliday(value, at)
    let [date, name]: [unknown?, string?] = []
    fields(value, at, {
      date: (text) => {
        date = text
      },
      name: (text, where) => {
        if (typeof text === 'string' && text.length <= 200) name = text
        else missed('a name of at most 200 characters', text, where)
      },
    })
    addHoliday(date, `${at}.date`, name)
  }

  const list: Read = (value, at) =>
    each(
      value,
      true,
      at,
      (id, where) => {
        if (typeof id === 'string') parts.push(id)
        else missed('the id of a calendar', id, where)
      },
      MAX_PARTS,
    )

  const weekday: Read = (value, at, key) => {
    week[weekdays.indexOf(key)] = intervals(value, at)
  }

  const given = (key: string) => (json as Record<string, unknown> | null)?.[key] !== undefined
  if (given('union')) rules.kind = 'union'
  else if (given('intersection')) rules.kind = 'intersection'
  const { kind } = rules
  const before = issues.length
  fields(json, path, {
    id: (value, at) => {
      const reason = wrongId(value)
      if (reason) wrong(reason, at)
      rules.id = value as string
    },
    zone: (value, at) => {
      const zone = typeof value === 'string' ? zoneNamed(value) : undefined
      if (zone) rules.zone = zone
      else find('unknown_zone', { zone: shown(value) }, at)
    },
    ...(kind === 'hours'
      ? {
          hours: (value, at) => fields(value, at, Object.fromEntries(weekdays.map((day) => [day, weekday]))),
          specialHours: dated(special),
          closures: dated(closures),
          holidays: (value, at) => each(value, true, at, holiday),
        }
      : { [kind]: list }),
  })
  if (issues.length === before) {
    for (const key of ['id', 'zone', kind]) if (!given(key)) wrong(`the key ${key} is missing`, path)
  }
  return rules
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const reason = 'write an existing date of 1970–2199 as YYYY-MM-DD, a yearly holiday as MM-DD'

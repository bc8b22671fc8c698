import { isDeskError } from '../../../src/errors.ts'
import {
  type BusinessCalendar,
  businessCalendar,
  type CalendarDefinition,
} from '../../../src/time/business-calendar.ts'
import { type OracleCase, oracleCase } from './case.ts'
import { CLOSED, type MinuteCalendar, minuteCalendar } from './minute-calendar.ts'
import { walk } from './walk.ts'
import { DAY, MINUTE } from './wall-clock.ts'

/** What makes the calendar under test; a planted mistake wraps it. */
export type Maker = (definition: CalendarDefinition, others: readonly CalendarDefinition[]) => BusinessCalendar

export interface Tally {
  cases: number
  nearJump: number
  answers: number
  /** Answers beyond the minutes at hand, or about which no law decides. */
  undecided: number
  /** Cases that minutes cannot tell, or calendars that never open. */
  skipped: number
  zones: Set<string>
  differences: string[]
}

/** Compares cases by number until `count` were compared. */
export function compareCases(from: number, count: number, make: Maker = businessCalendar, stopAt = 10): Tally {
  const tally: Tally = {
    cases: 0,
    nearJump: 0,
    answers: 0,
    undecided: 0,
    skipped: 0,
    zones: new Set(),
    differences: [],
  }
  for (let seed = from; tally.cases < count && tally.differences.length < stopAt; seed++)
    compare(oracleCase(seed), make, tally)
  return tally
}

function compare(given: OracleCase, make: Maker, tally: Tally) {
  const { definition, others } = given
  const start = Math.floor(given.centre / MINUTE - 7 * DAY) * MINUTE
  const minutes = minuteCalendar(definition, others, start, 15)
  const calendar = minutes && made(given, make)
  if (!minutes || !calendar) {
    tally.skipped++
    return
  }
  tally.cases++
  tally.nearJump += Number(given.nearJump)
  tally.zones.add(definition.zone)
  const oracle = walk(minutes)

  function same(what: string, mine: () => unknown, expected: unknown) {
    if (expected === undefined || expected === 'nested') {
      tally.undecided++
      return
    }
    tally.answers++
    let answer: unknown
    try {
      answer = mine()
    } catch (error) {
      answer = error
    }
    if (answer !== expected)
      tally.differences.push(`case ${given.seed}: ${what} = ${answer}, but minutes say ${expected}`)
  }

  for (const at of given.instants) {
    same(`isOpen(${at})`, () => calendar.isOpen(at), oracle.isOpen(at))
    same(`nextOpening(${at})`, () => calendar.nextOpening(at), oracle.nextOpening(at))
    same(`nextClosing(${at})`, () => calendar.nextClosing(at), oracle.nextClosing(at))
    const days = given.days
    same(`addBusinessDays(${at}, ${days})`, () => calendar.addBusinessDays(at, days), oracle.addBusinessDays(at, days))
    const to = given.instants[0] as number
    same(`between(${at}, ${to})`, () => calendar.between(at, to) + 0, oracle.between(at, to) + 0)
    for (const duration of given.durations) {
      same(`add(${at}, ${duration})`, () => calendar.add(at, duration), oracle.add(at, duration))
      same(`subtract(${at}, ${duration})`, () => calendar.subtract(at, duration), oracle.subtract(at, duration))
    }
  }
  const [from, to] = [given.centre - DAY * MINUTE, given.centre + DAY * MINUTE]
  same(`intervals(${from}, ${to})`, () => wrongStretch(calendar, minutes, from, to), 'none')
}

/** The first stretch with a minute that is not as it says, or a hole before it. */
function wrongStretch(calendar: BusinessCalendar, minutes: MinuteCalendar, from: number, to: number): string {
  const { owner, why, date, clock, ordered } = minutes
  let at = from
  for (const stretch of calendar.intervals(from, to)) {
    const text = JSON.stringify(stretch)
    if (stretch.from !== at || stretch.to <= at) return `hole at ${at} before ${text}`
    at = stretch.to
    const last = Math.ceil((stretch.to - clock.start) / MINUTE)
    for (let i = Math.floor((stretch.from - clock.start) / MINUTE); i < last; i++) {
      const open = owner[i] !== CLOSED
      if (stretch.open !== open) return text
      const day = Date.parse(stretch.date) / (DAY * MINUTE)
      if (stretch.reason.kind !== why(i) && (ordered || !open)) return `${why(i)}, not ${text}`
      if (open ? ordered && day !== owner[i] : day !== date[i]) return `${owner[i]}/${date[i]}, not ${text}`
    }
  }
  return at === to ? 'none' : `ended at ${at}`
}

function made({ definition, others }: OracleCase, make: Maker): BusinessCalendar | undefined {
  try {
    return make(definition, others)
  } catch (error) {
    if (isDeskError(error, 'calendar_never_open')) return undefined
    throw error
  }
}

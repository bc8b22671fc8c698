import type { CalendarDefinition, HoursDefinition, WallInterval, Weekday } from '../../../src/time/calendar.ts'
import { type Random, random } from './random.ts'
import { DAY, jumpsOf, MINUTE, zoneNames } from './wall-clock.ts'

/** A calendar, the calendars it names, and instants to ask about. */
export interface OracleCase {
  readonly seed: number
  readonly nearJump: boolean
  readonly definition: CalendarDefinition
  readonly others: readonly CalendarDefinition[]
  readonly centre: number
  readonly instants: readonly number[]
  readonly durations: readonly number[]
  readonly days: number
}

const week: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const dayMs = DAY * MINUTE

/** Every odd case lies within two days of a jump of its zone's clocks. The zones take turns. */
export function oracleCase(seed: number): OracleCase {
  const choose = random(seed)
  const nearJump = seed % 2 === 1
  const turn = zoneNames[(seed >> 1) % zoneNames.length] as string
  const zone = nearJump && !jumpsOf(turn).length ? pickJumping(choose) : turn
  const centre = nearJump
    ? choose.pick(jumpsOf(zone)) + choose.pick([0, 0, choose.below(4 * DAY) - 2 * DAY]) * MINUTE
    : (30 + choose.below(83_900)) * dayMs + choose.below(DAY) * MINUTE
  const definition = hoursDefinition('a', zone, centre, choose)
  const combined = choose.chance(0.25)
  // near, so that the jump matters to both, or anywhere
  const other = hoursDefinition('b', choose.chance(0.5) ? zone : choose.pick(zoneNames), centre, choose)
  const instants = Array.from({ length: 3 }, () => {
    const minute = Math.floor(centre / MINUTE) + choose.below(4 * DAY) - 2 * DAY
    return minute * MINUTE + choose.pick([0, 0, 0, 1, -1, 29_500, 59_999])
  })
  instants.push(centre, centre - 1)
  return {
    seed,
    nearJump,
    centre,
    instants,
    durations: [
      choose.pick([0, 1, 59_999, 60_000]),
      choose.below(36 * 60) * MINUTE,
      choose.below(dayMs),
      8 * 60 * MINUTE,
    ],
    days: choose.below(4),
    ...(combined
      ? {
          definition: choose.chance(0.7)
            ? { id: 'c', zone, union: ['a', 'b'] }
            : { id: 'c', zone, intersection: ['a', 'b'] },
          others: [definition, other],
        }
      : { definition, others: [] }),
  }
}

/** Some zones have kept their offset since 1970. */
function pickJumping(choose: Random): string {
  for (;;) {
    const zone = choose.pick(zoneNames)
    if (jumpsOf(zone).length) return zone
  }
}

function hoursDefinition(id: string, zone: string, centre: number, choose: Random): HoursDefinition {
  const date = (shift: number) => new Date(centre + shift * dayMs).toISOString().slice(0, 10)
  const near = () => date(choose.below(9) - 4)
  const style = choose.pick(['office', 'office', 'any', 'any', 'overnight', 'whole'] as const)
  const intervals = (count: number): WallInterval[] => Array.from({ length: count }, () => interval(style, choose))
  const hours: { [W in Weekday]?: readonly WallInterval[] } = {}
  for (const day of week)
    if (choose.chance(style === 'office' ? 0.75 : 0.85)) hours[day] = intervals(1 + choose.below(2))
  hours[choose.pick(week)] = intervals(1)
  const definition: { -readonly [K in keyof HoursDefinition]: HoursDefinition[K] } = { id, zone, hours }
  if (choose.chance(0.4)) definition.holidays = [near(), choose.chance(0.5) ? near().slice(5) : near()]
  if (choose.chance(0.3)) {
    definition.specialHours = { [near()]: intervals(choose.below(3)), [near()]: intervals(1) }
  }
  if (choose.chance(0.3)) {
    definition.closures = {
      [near()]: [interval('any', choose)],
      [near()]: [interval('any', choose), ['00:00', '24:00']],
    }
  }
  return definition
}

function interval(style: 'office' | 'any' | 'overnight' | 'whole', choose: Random): WallInterval {
  // the small hours, where clocks change, come up often
  const small = () => wall(choose.below(5) * 60 + choose.pick([0, 1, 15, 30, 59]))
  const any = () => (choose.chance(0.5) ? small() : wall(choose.below(DAY / 5) * 5))
  const pairs: Record<typeof style, () => WallInterval> = {
    office: () => [wall(7 * 60 + choose.below(180)), wall(15 * 60 + choose.below(240))],
    any: () => [any(), choose.chance(0.1) ? '24:00' : any()],
    overnight: () => [wall(18 * 60 + choose.below(360)), small()],
    whole: () => ['00:00', '24:00'],
  }
  const [from, to] = pairs[style]()
  return from === to ? [from, '24:00'] : [from, to]
}

function wall(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

import { fail, shown } from '../../errors.ts'
import type { LevelDefinition } from '../../sla/level.ts'
import type { StandardMetric } from '../../sla/metric.ts'
import type { HoursDefinition } from '../../time/calendar.ts'
import { drawFrom, type FastCheck, type Gen } from './draw.ts'
import { type CalendarOptions, drawCalendar } from './draw-calendar.ts'
import { drawHistory, type HistoryOptions } from './draw-history.ts'
import { drawLevel, type LevelOptions } from './draw-level.ts'
import type { History } from './tell.ts'

/** Each gives a function for `fc.gen().map(…)`, which makes an arbitrary of it. */
export interface Generators {
  /** A calendar that opens some time, in a zone with rules of its own. */
  calendar(options?: CalendarOptions): (gen: Gen) => HoursDefinition
  /** A level with targets for some of the metrics. */
  level(options?: LevelOptions): (gen: Gen) => LevelDefinition<string, StandardMetric>
  /** One ticket's life under a definition, the instants where mistakes live; some of its steps are refused. */
  history(options: HistoryOptions): (gen: Gen) => History
}

/**
 * What property tests of a policy are fed with. Takes fast-check (4 or later) as it is imported: this package needs it
 * neither to run nor to compile.
 * @throws DeskError `invalid_command` for what is not fast-check
 * @example
 * import fc from 'fast-check'
 * const given = generators(fc)
 * fc.sample(fc.gen().map(given.calendar({ zones: ['Europe/Tallinn'] })), 1)[0]?.zone // => 'Europe/Tallinn'
 */
export function generators(fc: FastCheck): Generators {
  // a module namespace, or an object of one's own
  if (typeof (fc as Partial<FastCheck> | null)?.nat !== 'function')
    throw fail('invalid_command', { reason: `fast-check is needed, as it is imported, not ${shown(fc)}` }, 'fc')
  return {
    calendar:
      (options = {}) =>
      (gen) =>
        drawCalendar(drawFrom(fc, gen), options),
    level:
      (options = {}) =>
      (gen) =>
        drawLevel(drawFrom(fc, gen), options),
    history: (options) => (gen) => drawHistory(drawFrom(fc, gen), options),
  }
}

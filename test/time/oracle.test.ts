import { describe, expect, test } from 'vitest'
import { type BusinessCalendar, businessCalendar, type CalendarDefinition } from '../../src/time/business-calendar.ts'
import { compareCases, type Maker } from './oracle/compare.ts'

// A second implementation that walks minutes and asks only Intl. `scripts/oracle` runs many more cases.
describe('business time against an oracle that walks minutes', () => {
  test('5,000 cases, half of them within two days of a jump of the clocks', { timeout: 300_000 }, () => {
    const tally = compareCases(1, 5000)
    expect(tally.differences).toEqual([])
    expect(tally.zones.size).toBeGreaterThanOrEqual(400)
    expect(tally.nearJump).toBeGreaterThan(2400)
    expect(tally.undecided).toBeLessThan(tally.answers / 20)
  })

  const planted: Record<string, Maker> = {
    'the closing instant counts as open': wrapped((calendar) => ({
      isOpen: (at) => calendar.isOpen(at) || (at > 0 && calendar.isOpen(at - 1)),
    })),
    'a full day ends at the next opening': wrapped((calendar) => ({
      add: (at, duration) => calendar.nextOpening(calendar.add(at, duration)),
    })),
    'subtracting stops a millisecond early': wrapped((calendar) => ({
      subtract: (at, duration) => Math.min(at, calendar.subtract(at, duration) + 1),
    })),
    'a business day too many from midnight on': wrapped((calendar) => ({
      addBusinessDays: (at, days) => calendar.addBusinessDays(at, at % 86_400_000 < 3_600_000 ? days + 1 : days),
    })),
    'the day ends at 23:59': changed((text) => text.replaceAll('"24:00"', '"23:59"')),
    'a holiday cuts instants': changed((text) => {
      const definition = JSON.parse(text)
      for (const date of definition.holidays ?? []) {
        if (date.length === 10) definition.closures = { ...definition.closures, [date]: [['00:00', '24:00']] }
      }
      return JSON.stringify(definition)
    }),
  }

  test.each(Object.entries(planted))('finds the planted mistake: %s', (_, make) => {
    expect(compareCases(1, 400, make, 1).differences).not.toEqual([])
  })
})

function wrapped(mistake: (calendar: BusinessCalendar) => Partial<BusinessCalendar>): Maker {
  return (definition, others) => {
    const calendar = businessCalendar(definition, others)
    return { ...calendar, ...mistake(calendar) }
  }
}

function changed(change: (text: string) => string): Maker {
  const apply = (definition: CalendarDefinition) => JSON.parse(change(JSON.stringify(definition))) as CalendarDefinition
  return (definition, others) => businessCalendar(apply(definition), others.map(apply))
}

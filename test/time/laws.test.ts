import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { isDeskError } from '../../src/errors.ts'
import { type BusinessCalendar, businessCalendar } from '../../src/time/business-calendar.ts'
import { oracleCase } from './oracle/case.ts'

/** Calendars of every kind in every zone, with instants around a jump of its clocks in half of the cases. */
const world = fc
  .record({
    seed: fc.nat({ max: 1_000_000 }),
    near: fc.array(fc.integer({ min: -4 * 86_400_000, max: 4 * 86_400_000 }), { minLength: 3, maxLength: 3 }),
    durations: fc.tuple(fc.integer({ min: 0, max: 2e9 }), fc.integer({ min: 0, max: 2e8 })),
    days: fc.tuple(fc.nat({ max: 30 }), fc.nat({ max: 30 })),
  })
  .map(({ seed, near, durations, days }) => {
    const { definition, others, centre } = oracleCase(seed)
    return { definition, others, instants: near.map((shift) => centre + shift), durations, days, centre }
  })

type World = typeof world extends fc.Arbitrary<infer T> ? T : never

/** Holds for every calendar; ones that never open, or run out before 2200, have nothing to say. */
function law(name: string, holds: (calendar: BusinessCalendar, given: World) => void, numRuns = 400) {
  test(name, () => {
    fc.assert(
      fc.property(world, (given) => {
        try {
          holds(businessCalendar(given.definition, given.others), given)
        } catch (error) {
          if (!isDeskError(error, 'calendar_never_open') && !isDeskError(error, 'calendar_exhausted')) throw error
        }
      }),
      { numRuns, seed: 3 },
    )
  })
}

describe('laws of business time', () => {
  law('between(t, add(t, d)) = d', (calendar, { instants: [t = 0], durations: [d] }) => {
    expect(calendar.between(t, calendar.add(t, d))).toBe(d)
  })

  law('add is the first such instant: a millisecond earlier, less has passed', (calendar, { instants, durations }) => {
    const [t = 0, d] = [instants[0], durations[0] + 1]
    expect(calendar.between(t, calendar.add(t, d) - 1)).toBe(d - 1)
  })

  law('subtract is the last such instant', (calendar, { instants: [t = 0], durations: [d] }) => {
    const from = calendar.subtract(t, d)
    expect(calendar.between(from, t)).toBe(d)
    if (d > 0) expect(calendar.between(from + 1, t)).toBe(d - 1)
  })

  law(
    'add(add(t, a), b) = add(t, a + b), and so for subtract',
    (calendar, { instants: [t = 0], durations: [a, b] }) => {
      expect(calendar.add(calendar.add(t, a), b)).toBe(calendar.add(t, a + b))
      expect(calendar.subtract(calendar.subtract(t, a), b)).toBe(calendar.subtract(t, a + b))
    },
  )

  law('between is additive, and odd', (calendar, { instants: [a = 0, b = 0, c = 0] }) => {
    expect(calendar.between(a, b) + calendar.between(b, c)).toBe(calendar.between(a, c))
    expect(calendar.between(a, b) + calendar.between(b, a)).toBe(0)
  })

  law('add, subtract, between and nextOpening are monotone', (calendar, { instants, durations: [d, more] }) => {
    const [a, b] = instants.toSorted((x, y) => x - y) as [number, number]
    expect(calendar.add(a, d)).toBeLessThanOrEqual(calendar.add(b, d))
    expect(calendar.add(a, d)).toBeLessThanOrEqual(calendar.add(a, d + more))
    expect(calendar.subtract(a, d)).toBeLessThanOrEqual(calendar.subtract(b, d))
    expect(calendar.nextOpening(a)).toBeLessThanOrEqual(calendar.nextOpening(b))
    expect(calendar.between(a, b)).toBeGreaterThanOrEqual(0)
    expect(calendar.between(a, b)).toBeLessThanOrEqual(b - a)
  })

  law('isOpen, nextOpening, nextClosing and between agree', (calendar, { instants: [t = 0] }) => {
    const opening = calendar.nextOpening(t)
    const closing = calendar.nextClosing(t)
    expect(calendar.isOpen(t)).toBe(opening === t)
    expect(calendar.between(t, t + 1)).toBe(calendar.isOpen(t) ? 1 : 0)
    expect(calendar.between(t, opening)).toBe(0)
    if (closing === null) return
    expect(calendar.isOpen(closing)).toBe(false)
    expect(calendar.between(opening, closing)).toBe(closing - opening)
  })

  law('intervals cover the span without a hole, and their open time is between', (calendar, { instants }) => {
    const [from, to] = instants.toSorted((x, y) => x - y) as [number, number]
    let [at, open] = [from, 0]
    for (const stretch of calendar.intervals(from, to)) {
      expect(stretch.from).toBe(at)
      expect(stretch.to).toBeGreaterThan(at)
      at = stretch.to
      if (stretch.open) open += stretch.to - stretch.from
    }
    expect(at).toBe(to)
    expect(open).toBe(calendar.between(from, to))
  })

  law('business days are monotone in their number, and land in open time or at a closing', (calendar, given) => {
    const { instants, days } = given
    const [t = 0] = instants
    const [fewer, more] = days.toSorted((x, y) => x - y) as [number, number]
    const result = calendar.addBusinessDays(t, more)
    expect(calendar.addBusinessDays(t, 0)).toBe(calendar.nextOpening(t))
    expect(calendar.addBusinessDays(t, fewer)).toBeLessThanOrEqual(result)
    expect(calendar.isOpen(result) || calendar.isOpen(result - 1)).toBe(true)
  })

  law('business days are monotone in the instant, where its wall time is not repeated', (calendar, given) => {
    const { instants, days, centre } = given
    const away = instants.map((t) => t + Math.sign(t - centre || 1) * 2 * 86_400_000)
    const [a, b] = away.toSorted((x, y) => x - y) as [number, number]
    expect(calendar.addBusinessDays(a, days[0])).toBeLessThanOrEqual(calendar.addBusinessDays(b, days[0]))
  })

  law(
    'a table grown by interleaved questions answers as a fresh one',
    (calendar, given) => {
      const { definition, others, instants, durations, centre } = given
      const year = 365 * 86_400_000
      const far = [0, 3, -2, 1, -5, 6].map((years) => Math.min(7e12, Math.max(9e11, centre)) + years * year)
      const sequences = far.map((from) => calendar.intervals(from, from + 9 * 86_400_000))
      for (let round = 0; round < 3; round++) {
        for (const [i, from] of far.entries()) {
          const fresh = businessCalendar(definition, others)
          const t = from + (instants[round] as number) - centre
          expect(calendar.add(t, durations[0])).toBe(fresh.add(t, durations[0]))
          expect(calendar.subtract(t, durations[1])).toBe(fresh.subtract(t, durations[1]))
          expect(calendar.between(t, far[5 - i] as number)).toBe(fresh.between(t, far[5 - i] as number))
          const stretch = sequences[i]?.next().value
          if (stretch) expect(calendar.between(stretch.from, stretch.to) > 0).toBe(stretch.open)
        }
      }
    },
    25,
  )
})

describe('today does not matter', () => {
  afterEach(() => vi.useRealTimers())

  test('the same answers in January and in July', async () => {
    const answers: string[] = []
    for (const today of ['2026-01-15T12:00:00Z', '2026-07-15T12:00:00Z', '2026-10-25T00:30:00Z']) {
      vi.useFakeTimers({ now: Date.parse(today), toFake: ['Date'] })
      vi.resetModules()
      const fresh = await import('../../src/time/business-calendar.ts')
      const said: unknown[] = []
      for (let seed = 1; seed < 120; seed += 2) {
        const { definition, others, instants, durations, days } = oracleCase(seed)
        try {
          const calendar = fresh.businessCalendar(definition, others)
          for (const t of instants) {
            said.push(calendar.add(t, durations[1] as number), calendar.subtract(t, durations[2] as number))
            said.push(calendar.addBusinessDays(t, days), calendar.isOpen(t))
          }
        } catch (error) {
          said.push((error as { code?: string }).code)
        }
      }
      answers.push(JSON.stringify(said))
    }
    expect(answers[1]).toBe(answers[0])
    expect(answers[2]).toBe(answers[0])
  })
})

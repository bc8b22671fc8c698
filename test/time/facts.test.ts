import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type BusinessCalendar, businessCalendar, type CalendarDefinition } from '../../src/time/business-calendar.ts'
import { toInstant } from '../../src/time/instant.ts'

// Inputs and outputs from the test suites of other projects, each with its source; see test/data/README.md.
interface Fact {
  source: string
  calendar: Omit<CalendarDefinition, 'id'>
  op: 'add' | 'subtract' | 'between' | 'isOpen' | 'nextOpening' | 'nextClosing'
  start: string
  end?: string
  durationMs?: number
  expected: string | number | boolean
}

const facts: Fact[] = JSON.parse(readFileSync(new URL('../data/business-time-facts.json', import.meta.url), 'utf8'))

function answer(calendar: BusinessCalendar, { op, start, end, durationMs = Number.NaN }: Fact) {
  const at = toInstant(start)
  switch (op) {
    case 'add':
    case 'subtract':
      return calendar[op](at, durationMs)
    case 'between':
      return calendar.between(at, toInstant(end as string))
    case 'isOpen':
    case 'nextOpening':
    case 'nextClosing':
      return calendar[op](at)
  }
}

describe('facts from other projects', () => {
  test('there are 373', () => expect(facts.length).toBe(373))

  test.each(facts.map((fact, i) => [i, fact.op, fact.start, fact.source, fact] as const))('%i %s %s (%s)', (...row) => {
    const fact = row[4]
    const calendar = businessCalendar({ id: 'fact', ...fact.calendar } as CalendarDefinition)
    const expected = typeof fact.expected === 'string' ? toInstant(fact.expected) : fact.expected
    expect(answer(calendar, fact)).toBe(expected)
  })
})

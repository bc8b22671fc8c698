import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { drawings } from '../../examples/when-is-it-due/draw.ts'
import { holidaysFromIcs } from '../../examples/when-is-it-due/from-ics.ts'
import { businessCalendar } from '../../src/time/business-calendar.ts'
import { toInstant } from '../../src/time/instant.ts'

const folder = new URL('../../examples/when-is-it-due/', import.meta.url)

test('public holidays of an .ics file close a calendar', () => {
  const holidays = holidaysFromIcs(readFileSync(new URL('estonia-2026.ics', folder), 'utf8'), 2026, 2027)
  expect(holidays).toEqual([
    { date: '2026-01-01', name: 'uusaasta' },
    { date: '2026-02-24', name: 'iseseisvuspäev' },
    { date: '2026-12-24', name: 'jõulud' },
    { date: '2026-12-25', name: 'jõulud' },
    { date: '2026-12-26', name: 'jõulud' },
    { date: '2027-01-01', name: 'uusaasta' },
  ])
  const calendar = businessCalendar({ id: 'a', zone: 'Europe/Tallinn', hours: { thu: [['09:00', '17:00']] }, holidays })
  expect(calendar.nextOpening(toInstant('2026-12-24T00:00:00+02:00'))).toBe(toInstant('2026-12-31T09:00:00+02:00'))
})

test('the calendars of the example are sound, and its promise falls due as it says', () => {
  const [union, ...others] = JSON.parse(readFileSync(new URL('estonia.json', folder), 'utf8'))
  const due = businessCalendar(union, others).add(toInstant('2026-12-23T15:00:00+02:00'), 16 * 3_600_000)
  expect(due).toBe(toInstant('2026-12-29T11:30:00+02:00'))
})

test('the drawings of the docs are those the library makes', () => {
  for (const [name, svg] of Object.entries(drawings())) {
    expect(readFileSync(new URL(`../../docs/explanation/${name}`, import.meta.url), 'utf8')).toBe(svg)
  }
})

test('the example says all it knows where nothing opens after the due time', async () => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => {})
  const argv = process.argv
  const few = new URL('few.json', import.meta.url)
  process.argv = ['node', 'index.ts', few.pathname, '2026-12-23T15:00:00Z', '8h']
  try {
    await import('../../examples/when-is-it-due/index.ts')
  } finally {
    process.argv = argv
  }
  const text = said.mock.calls.join('\n')
  said.mockRestore()
  expect(text).toMatch('Due        Thu 2026-12-24 17:00:00')
  expect(text).toMatch('Late after never')
  expect(text).toMatch(/open +8\.00 h +2026-12-24: special hours/)
})

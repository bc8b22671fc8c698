import { manualClock } from 'ticketwright/testing'
import { expect, it } from 'vitest'

it('stands still until it is told, and goes back as well as forward', () => {
  const clock = manualClock('2026-11-23T09:00:00Z')
  const start = Date.parse('2026-11-23T09:00:00Z')
  expect([clock.now(), clock.now()]).toEqual([start, start])
  clock.pass('90 min')
  expect(clock.now()).toBe(start + 5_400_000)
  clock.set('2026-11-22T09:00:00Z')
  expect(clock.now()).toBe(start - 86_400_000)
})

it('takes no instant without a zone', () => {
  expect(() => manualClock('2026-11-23T09:00:00')).toThrow('2026-11-23T09:00:00')
})

import { IANAZone } from 'luxon'
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '../../src/time/day.ts'
import { type Zone, zoneNamed } from '../../src/time/zone.ts'
import { wallAt, zoneNames } from './oracle/wall-clock.ts'

const hour = 3_600_000

/** Every change of a zone's offset in 1970–2037; the grid is finer than the one in src, and lies elsewhere. */
function changesOf(name: string): number[] {
  const found: number[] = []
  const step = 4.5 * DAY_MS
  let before = wallAt(name, 0)
  for (let at = 0; at < Date.UTC(2038, 0); at += step) {
    const after = wallAt(name, at + step) - at - step
    if (after === before) continue
    let [low, high] = [at, at + step]
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000
      if (wallAt(name, middle) - middle === before) low = middle
      else high = middle
    }
    found.push(high)
    before = after
  }
  return found
}

describe('zones', () => {
  test('agree with Intl and luxon a second and an hour around every change of every zone', { timeout: 120_000 }, () => {
    const wrong: string[] = []
    let changes = 0
    for (const name of zoneNames) {
      const zone = zoneNamed(name) as Zone
      const luxon = IANAZone.create(name)
      for (const change of changesOf(name)) {
        changes++
        for (const at of [change - hour, change - 1000, change - 1, change, change + 1000, change + hour]) {
          const wall = wallAt(name, at - (at % 1000)) + (at % 1000)
          if (zone.wall(at) !== wall) wrong.push(`${name} ${at}: ${zone.wall(at)} instead of ${wall}`)
          if (zone.offset(at) !== Math.round(luxon.offset(at) * 60_000)) wrong.push(`${name} ${at}: luxon`)
          if (zone.instant(wall) > at || zone.wall(zone.instant(wall)) !== wall) wrong.push(`${name} ${at}: back`)
        }
        const [before, after] = [zone.offset(change - 1), zone.offset(change)]
        const skippedOrRepeated = change + Math.floor((before + after) / 2)
        // both readings of a wall time inside the jump are the one by the offset in force before it
        if (zone.instant(skippedOrRepeated) !== skippedOrRepeated - before) wrong.push(`${name} ${change}: compatible`)
      }
    }
    expect(wrong).toEqual([])
    expect(zoneNames.length).toBeGreaterThan(400)
    expect(changes).toBeGreaterThan(10_000)
  })

  test.each([
    'Europe/Tallin',
    '',
    '+02:00',
    'UTC+2',
    'local',
    'system',
    'Europe/Tallinn ',
    '__proto__',
    'a'.repeat(70),
  ])('%j is no zone', (name) => expect(zoneNamed(name)).toBeUndefined())

  test('offsets with seconds are exact: Liberia before 1972', () => {
    expect(zoneNamed('Africa/Monrovia')?.offset(0)).toBe(-(44 * 60 + 30) * 1000)
  })

  test('a week of summer time is seen: Recife in 2000', () => {
    const zone = zoneNamed('America/Recife') as Zone
    expect(['2000-10-07', '2000-10-12', '2000-10-16'].map((date) => zone.offset(Date.parse(date)) / hour)).toEqual([
      -3, -2, -3,
    ])
  })
})

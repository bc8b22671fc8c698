import { describe, expect, it } from 'vitest'
import { crashEverywhere } from './everywhere.ts'
import { crash } from './trial.ts'

const anything =
  /is not there|nothing is left|is at version|is not what its|not the same|is not found|asked for|are kept|is kept as|is there, and|and is at/

describe('a writer that is killed (hazard 35)', () => {
  it('at any moment loses no acknowledged command, and leaves ticket, events, outbox and receipts in agreement', async () => {
    const { kills, acknowledged, wrong } = await crash(10, 7)
    expect(wrong).toEqual([])
    expect(kills).toBe(10)
    expect(acknowledged).toBeGreaterThan(10)
  }, 300_000)

  it('in the midst of each thing that a desk writes does so, too', async () => {
    // `scripts/crash` goes through all of them
    const { boundaries, kills, steps, acknowledged, wrong } = await crashEverywhere({
      chosen: ({ nth, of }) => nth === Math.ceil(of / 2),
    })
    expect(wrong).toEqual([])
    expect(boundaries).toBeGreaterThan(350)
    expect(boundaries).toBe(steps.reduce((sum, step) => sum + step.boundaries, 0))
    expect(steps.filter((step) => step.kills !== 1)).toEqual([])
    expect(kills).toBe(steps.length)
    expect(acknowledged).toBeGreaterThan(300)
    const names = steps.map(({ name }) => name)
    for (const name of ['reply', 'claim', 'hand over', 'deliver', 'facts of time', 'import', 'merge', 'erase'])
      expect(names).toContain(name)
  }, 300_000)

  it('would be found out without a transaction: at any moment, and at the first statement that stands alone', async () => {
    expect((await crash(40, 7, { control: true })).wrong.join()).toMatch(anything)
    const { kills, wrong } = await crashEverywhere({ control: true, chosen: ({ nth }) => nth > 8 })
    expect(wrong.join()).toMatch(/boundary \d+ \(open a\): /)
    expect(kills).toBeLessThan(5)
  }, 300_000)
})

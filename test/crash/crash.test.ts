import { describe, expect, it } from 'vitest'
import { crash } from './trial.ts'

describe('a writer that is killed (hazard 35)', () => {
  it('loses no acknowledged command, and leaves ticket, events, outbox and receipts in agreement', async () => {
    const { kills, acknowledged, wrong } = await crash(20, 7)
    expect(wrong).toEqual([])
    expect(kills).toBe(20)
    expect(acknowledged).toBeGreaterThan(20)
  }, 300_000)

  it('would be found out without a transaction', async () => {
    const { wrong } = await crash(40, 7, { control: true })
    expect(wrong).not.toEqual([])
  }, 300_000)
})

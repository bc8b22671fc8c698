import { createDesk, type Definition, defineDesk } from 'ticketwright'
import { manualClock } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { memory, sqliteInMemory } from '../stores/setups.ts'

const definition = defineDesk({
  levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '1h' }] }],
  slaRules: [{ level: 'l' }],
}) as Definition

describe.each([
  ['memory', memory],
  ['SQLite', sqliteInMemory],
])('runDue on %s', (_where, make) => {
  async function late() {
    const { store, clock = manualClock(0), close } = await make()
    const desk = createDesk({ definition, store, clock })
    const ana = desk.as({ kind: 'agent', id: 'ana' })
    for (let i = 0; i < 5; i++) {
      await ana.open({ ticketId: `t${i}`, subject: 'Late' })
      clock.pass('1m')
    }
    clock.pass('2h')
    const breached = async () => {
      const logs = await Promise.all([0, 1, 2, 3, 4].map((i) => desk.history(`t${i}`)))
      return logs.flatMap((log, i) => (log.some(({ type }) => type === 'sla_breached') ? [i] : []))
    }
    return { desk, breached, close }
  }

  it('looks at as many tickets as said, those due first, and says whether there are more', async () => {
    const { desk, breached, close } = await late()
    expect(await desk.runDue({ limit: 2 })).toEqual({ tickets: 2, events: 2, more: true, failed: [] })
    expect(await breached()).toEqual([0, 1])
    expect(await desk.runDue({ limit: 10 })).toEqual({ tickets: 3, events: 3, more: false, failed: [] })
    expect(await breached()).toEqual([0, 1, 2, 3, 4])
    expect(await desk.runDue()).toEqual({ tickets: 0, events: 0, more: false, failed: [] })
    await close()
  })

  it('stops when it is told to, and goes on when it runs again', async () => {
    const { desk, breached, close } = await late()
    expect(await desk.runDue({ signal: AbortSignal.abort() })).toMatchObject({ tickets: 0, events: 0, more: true })
    expect(await breached()).toEqual([])
    expect(await desk.runDue()).toMatchObject({ tickets: 5, events: 5, more: false })
    await close()
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { AnyTicketEvent } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { eventRows } from '../../src/engine/event.ts'
import { checkCourse, checkedEvent } from '../../src/engine/event-check.ts'
import { histories, tell } from '../model-based/history.ts'
import { settings } from '../model-based/settings.ts'
import { openings, steps } from '../model-based/step.ts'
import { run } from '../model-based/trial.ts'

const golden = new URL('../data/golden/', import.meta.url)
const logs = readdirSync(golden).flatMap((file) => {
  const { logs } = JSON.parse(readFileSync(new URL(file, golden), 'utf8')) as { logs: { events: AnyTicketEvent[] }[] }
  return logs.map(({ events }) => events)
})

/** As it comes out of an export. */
function passes(events: readonly AnyTicketEvent[]): void {
  const read = JSON.parse(JSON.stringify(events)) as AnyTicketEvent[]
  const checked = read.map((event, i) => checkedEvent(event, `events[${i}]`))
  checkCourse(checked, 'events')
  expect(JSON.stringify(checked)).toBe(JSON.stringify(events))
}

describe('what this library writes passes its own check', () => {
  it('of every type, in the golden logs of every release', () => {
    for (const events of logs) passes(events)
    const seen = new Set(logs.flat().map(({ type }) => type))
    expect(Object.keys(eventRows).filter((type) => !seen.has(type as AnyTicketEvent['type']))).toEqual([])
  })

  it.each(settings)('in generated histories: $name', (setting) => {
    const history = fc.record({
      start: fc.constantFrom(...setting.starts),
      opening: openings(setting),
      given: fc.array(steps(setting), { minLength: 1, maxLength: 40, size: 'max' }),
    })
    fc.assert(
      fc.property(history, ({ start, opening, given }) => passes(run(setting, start, opening, given).subject.events)),
      { seed: 7, numRuns: 20 },
    )
  })

  it('in generated promises', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(histories, (history) => passes(tell(history).subject.events)),
      { seed: 7, numRuns: 4 },
    )
  })

  it('and nothing is left out of it: without any one of its facts, or with one more, no event passes', () => {
    const optional = /^(personal|openedBy|changed|firstBotReplyAt|firstMarkedAnsweredAt|routed|byHand|penalty|rule)$/
    const optionalClock = /^(businessDays|manualDueAt|held|stepsReached|nextStepAt)$/
    const content = /^(category|language|impact|urgency|statedUrgency|affected|effortMinutes|subject|changed)$/
    const refused = (event: unknown) => {
      try {
        checkedEvent(event, 'event')
      } catch {
        return true
      }
      return false
    }
    const passed: string[] = []
    for (const event of logs.flat()) {
      const parts = [event, event.data, event.personal, 'clock' in event.data ? event.data.clock : undefined]
      for (const [i, part] of parts.entries())
        for (const key of Object.keys(part ?? {})) {
          const free = i === 3 ? optionalClock : event.type === 'fields_changed' && i > 0 ? content : optional
          if (free.test(key)) continue
          const copy = JSON.parse(JSON.stringify(event)) as AnyTicketEvent
          const target = [copy, copy.data, copy.personal, (copy.data as { clock?: object }).clock][i] as object
          Reflect.deleteProperty(target, key)
          if (!refused(copy)) passed.push(`${event.type} without ${key}`)
        }
      for (const more of [
        { ...event, more: 1 },
        { ...event, data: { ...event.data, more: 1 } },
      ])
        if (!refused(more)) passed.push(`${event.type} with more`)
    }
    expect([...new Set(passed)]).toEqual([])
  })
})

/** Clocks of generated promises over generated histories, against the plain model at every instant. */
import fc from 'fast-check'
import type { SlaClock } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { calendars, keeping, later, mistaking, targets } from '../model-based/fault.ts'
import { type History, histories, tell } from '../model-based/history.ts'
import type { PlainStep } from '../model-based/plain/definition.ts'
import type { Under } from '../model-based/trial.ts'

/** `scripts/fuzz` and `scripts/histories` set both; a failure names the seed. */
const seed = Number(process.env.TICKETWRIGHT_FUZZ_SEED ?? 20261126)
const goal = Number(process.env.TICKETWRIGHT_FUZZ_HISTORIES ?? 5_000)
const patience = 120_000 + goal * 100

describe('Clocks of generated promises', () => {
  it('agree with the plain model at every instant', { timeout: patience }, () => {
    let count = 0
    const heard = new Set<string>()
    const reasons = new Set<string>()
    let [steps, atEdges] = [0, 0]
    fc.assert(
      fc.property(histories, (history) => {
        steps += history.steps.length
        atEdges += history.steps.filter(({ when }) => 'edge' in when).length
        for (const { type, data } of tell(history).subject.events)
          if ('clock' in data) {
            heard.add(`${data.clock.metric} ${type}`)
            reasons.add(data.reason)
          }
        count++
      }),
      { seed, numRuns: goal },
    )
    expect(count).toBeGreaterThanOrEqual(goal)
    // most instants are those at which something falls due, opens, closes or is edited, or a millisecond beside them
    expect(atEdges).toBeGreaterThan(steps / 2)
    // every metric met with everything that may become of a clock, and with what is done by hand
    if (goal < 5_000) return
    expect(heard.size).toBe(10 * 8)
    for (const reason of ['manual_due', 'due_cleared', 'reapply', 'history', 'switch', 'switched', 'target_returned'])
      expect(reasons).toContain(reason)
  })
})

const without = <K extends keyof SlaClock>(key: K) =>
  keeping({ clock: ({ [key]: _, ...clock }) => clock as unknown as SlaClock })
const steps = (change: (step: PlainStep) => PlainStep) => targets(({ steps = [] }) => ({ steps: steps.map(change) }))

describe('A fault put in on purpose is found', () => {
  const faults: readonly (readonly [string, Partial<Under>])[] = [
    ['a millisecond too many is added', calendars(({ add }) => ({ add: (at, ms) => add(at, ms + 1) }))],
    ['the closing instant counts', calendars(({ between }) => ({ between: (a, b) => between(a, b + 1) }))],
    ['late from the due time on, whether open or not', calendars(() => ({ nextOpening: (at) => at }))],
    ['a business day too many', calendars((one) => ({ addBusinessDays: (at, n) => one.addBusinessDays(at, n + 1) }))],
    ['pauses are forgotten', targets(() => ({ pauses: [] }))],
    ['bots always count', targets(() => ({ botsCount: true }))],
    ['resolving never counts', targets(() => ({ resolvingCounts: false }))],
    ['everybody starts the clock', targets(() => ({ startedBy: undefined }))],
    ['a switch never begins anew', targets(() => ({ restartFrom: 'opening' }))],
    ['the target’s own calendar is passed over', targets(() => ({ calendar: undefined }))],
    ['a step fires a per mille late', steps((one) => (one.share ? { ...one, share: one.share + 1 } : one))],
    ['a step repeats once too often', steps((one) => (one.every ? { ...one, times: (one.times ?? 1) + 1 } : one))],
    ['what has fired is forgotten', without('stepsReached')],
    ['a due time by hand is forgotten', without('manualDueAt')],
    ['a due time by hand is a millisecond late', keeping({ clock: lateByHand })],
    ['a level by hand is the rules’ again', keeping({ ticket: ({ slaByHand: _, ...ticket }) => ticket })],
    ['a level is taken away instead of given', mistaking('applySla', { input: { level: null } })],
    ['counting anew does nothing', mistaking('reapply', { type: 'note', input: { body: 'text' } })],
    ['a revision comes a millisecond late', later(1)],
    ['an edit reaches clocks that run', keeping({ clock: reworded })],
  ]
  it.each(faults)('%s', { timeout: patience }, (_what, under) => {
    const { failed } = fc.check(
      fc.property(histories, (history: History) => {
        tell(history, under)
      }),
      { seed, numRuns: 1_000, endOnFailure: true },
    )
    expect(failed).toBe(true)
  })
})

function lateByHand(clock: SlaClock): SlaClock {
  const { manualDueAt, lateFrom, breachedAt } = clock
  return manualDueAt === undefined || lateFrom === null || breachedAt !== null
    ? clock
    : { ...clock, lateFrom: lateFrom + 1 }
}

/** The clock goes by the words of today. */
function reworded(
  clock: SlaClock,
  inForce: Parameters<NonNullable<Parameters<typeof keeping>[0]['clock']>>[1],
): SlaClock {
  const level = inForce.levels.get(clock.level)
  return level?.targets.has(clock.metric) ? { ...clock, levelVersion: level.version } : clock
}

import fc from 'fast-check'
import { type Definition, type DeskDefinition, defineDesk, rebuild } from 'ticketwright'
import { type CyclePreview, type LevelPreview, previewLevel } from 'ticketwright/analysis'
import { describe, expect, it } from 'vitest'
import { settings } from '../model-based/settings.ts'
import { desk, nineToFive } from '../sla/level.ts'
import { ana, hour, mari, story, told, when } from '../story.ts'
import { lives, logOf } from './history.ts'

const seed = Number(process.env.TICKETWRIGHT_FUZZ_SEED ?? 20261203)
const numRuns = Math.ceil(Number(process.env.TICKETWRIGHT_FUZZ_COMMANDS ?? 100_000) / 2_000)

const present = desk({ firstResponse: '4h', nextResponse: '4h', resolution: '8h' }, 'office')
const answered = story(present)
  .open('Mon 09:00')
  .do('Mon 12:00', ana, { type: 'reply', body: 'x' })
  .do('Mon 13:00', mari, { type: 'message', body: 'y' })

const cycle = ({ cycles }: LevelPreview, metric: string, n = 1): CyclePreview => {
  const found = cycles.find((one) => one.metric === metric && one.cycle === n)
  if (!found) throw new Error(`no cycle ${n} of ${metric}`)
  return found
}

describe('previewLevel', () => {
  it('shows every cycle as it is and as it would be', () => {
    const preview = previewLevel(answered.events, desk({ firstResponse: '2h', resolution: '6h' }, 'office'))
    expect(preview).toMatchObject({ ticketId: 't1', at: when('Mon 13:00'), level: { before: 'std', after: 'std' } })
    expect(preview.cycles.map(({ metric, differs }) => [metric, differs])).toEqual([
      ['firstResponse', true],
      ['nextResponse', true],
      ['resolution', true],
    ])
    const first = cycle(preview, 'firstResponse')
    expect([first.before?.verdict, first.after?.verdict]).toEqual(['met', 'late'])
    expect([told(first.before?.dueAt), told(first.after?.dueAt)]).toEqual(['Mon 13:00', 'Mon 11:00'])
    expect([told(first.before?.breachedAt), told(first.after?.breachedAt)]).toEqual([null, 'Mon 11:00:00.001'])
    expect([first.before?.elapsedMs, first.after?.elapsedMs]).toEqual([3 * hour, 3 * hour])
    expect([first.before?.latenessMs, first.after?.latenessMs]).toEqual([0, hour])
    expect(cycle(preview, 'nextResponse')).toMatchObject({ before: { verdict: 'open' }, after: null })
    const resolution = cycle(preview, 'resolution')
    expect([told(resolution.before?.dueAt), told(resolution.after?.dueAt)]).toEqual(['Tue 10:00', 'Mon 16:00'])
  })

  it('says that nothing differs under the same definition, whatever the life of the ticket', () => {
    for (const setting of settings)
      fc.assert(
        fc.property(lives(setting), (life) => {
          const events = logOf(setting.definitions, life)
          if (events.length === 0) return
          const { cycles, level } = previewLevel(events, setting.definitions[0])
          expect(cycles.filter(({ differs }) => differs)).toEqual([])
          expect(cycles.every(({ before, after }) => JSON.stringify(before) === JSON.stringify(after))).toBe(true)
          expect(level.after).toBe(rebuild(events)?.sla?.level ?? null)
        }),
        { seed, numRuns },
      )
  })

  it('a longer target is never late where the shorter one was in time', () => {
    const [office] = settings.filter(({ name }) => name.startsWith('office'))
    if (!office) throw new Error('no such setting')
    const [definition] = office.definitions
    const levels = definition.json.levels?.map((level) => ({
      ...level,
      targets: level.targets.map((target) => ({ ...target, within: '100h' })),
    }))
    const longer = defineDesk({ ...definition.json, levels } as DeskDefinition)
    let compared = 0
    fc.assert(
      fc.property(lives(office), (life) => {
        const events = logOf(office.definitions, life)
        if (events.length === 0) return
        for (const { before, after } of previewLevel(events, longer).cycles) {
          if (!before || !after || before.dueAt === null || after.dueAt === null) continue
          if (
            events.some(
              ({ type, data }) => type === 'sla_retargeted' && 'reason' in data && data.reason === 'manual_due',
            )
          )
            continue
          compared += 1
          expect(after.dueAt).toBeGreaterThanOrEqual(before.dueAt)
          expect(before.verdict === 'open' && after.verdict === 'late').toBe(false)
        }
      }),
      { seed, numRuns },
    )
    expect(compared).toBeGreaterThan(20)
  })

  it('lets due times and levels set by hand stand', () => {
    const byHand = story(present)
      .open('Mon 09:00')
      .do('Mon 09:10', ana, { type: 'setDue', metric: 'firstResponse', dueAt: when('Mon 16:00') })
    const { before, after } = cycle(
      previewLevel(byHand.events, desk({ firstResponse: '2h' }, 'office')),
      'firstResponse',
    )
    expect([told(before?.dueAt), told(after?.dueAt)]).toEqual(['Mon 16:00', 'Mon 16:00'])
  })

  it('needs the earlier definitions only for clocks that still run in a calendar of theirs', () => {
    const elsewhere = defineDesk({
      calendars: [{ ...nineToFive, zone: 'Europe/Tallinn' }],
      calendar: 'office',
      levels: [{ id: 'std', targets: [{ metric: 'nextResponse', within: '1h' }] }],
      slaRules: [{ level: 'std' }],
    } as DeskDefinition)
    const used = (under?: Definition) =>
      cycle(previewLevel(answered.events, elsewhere, under && { under }), 'nextResponse')
    answered.until('Mon 13:30')
    expect(used().before?.elapsedMs).toBeNull()
    expect(used(present).before?.elapsedMs).toBe(0)
    expect(used(present).after?.elapsedMs).toBe(0)
  })

  it('reads a log from anywhere that gives it event by event', () => {
    function* log() {
      yield* answered.events
    }
    expect(previewLevel(log(), present).cycles.every(({ differs }) => !differs)).toBe(true)
  })

  it.each<[string, unknown, unknown, object | undefined, string, string]>([
    ['no definition', answered.events, undefined, undefined, 'invalid_definition', 'definition'],
    ['several', answered.events, [present], undefined, 'invalid_definition', 'definition'],
    ['other ones that are none', answered.events, present, { under: [present, 1] }, 'invalid_definition', 'under[1]'],
    ['no history', null, present, undefined, 'event_malformed', 'history'],
    ['an empty one', [], present, undefined, 'event_malformed', 'history'],
    ['one that begins in the middle', answered.events.slice(1), present, undefined, 'event_malformed', 'history[0]'],
  ])('refuses %s', (_what, history, definition, options, code, path) => {
    expect(() => previewLevel(history as never, definition as Definition, options)).toThrow(
      expect.objectContaining({ code, path }),
    )
  })
})

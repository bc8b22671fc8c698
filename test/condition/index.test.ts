import { type Condition, conditionIndex, DeskError, defineDesk, explainMatch, matches, type Ticket } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { compileCondition } from '../../src/condition/compile.ts'
import { fields } from '../../src/engine/field.ts'
import { ana, story, when } from '../story.ts'

const { ticket, events } = story(defineDesk({}))
  .open('Mon 09:00', { subject: 'Printer', category: 'hardware', tags: ['VIP'], affected: 3 })
  .do('Mon 10:00', ana, { type: 'setStatus', status: 'Open' })

describe('an index of conditions', () => {
  const category = (value: string, n: number): Condition => ({
    all: [
      { field: 'category', op: 'is', value },
      { field: 'affected', op: 'gte', value: n },
    ],
  })
  const entries = [
    ...Array.from({ length: 50 }, (_, i) => ({ when: category(i % 2 ? 'hardware' : `c${i}`, i), item: i })),
    { when: undefined, item: 50 },
    { when: { field: 'category', op: 'oneOf', value: ['x', 'hardware'] } as Condition, item: 51 },
    { when: { any: [] } as Condition, item: 52 },
  ]
  const scan = entries
    .filter((entry) => entry.when === undefined || matches(entry.when, ticket))
    .map(({ item }) => item)

  it('gives what asking one by one gives, in order', () => {
    expect(scan).toEqual([1, 3, 50, 51])
    expect(conditionIndex(entries).matching({ ticket })).toEqual(scan)
    expect(conditionIndex(entries).first({ ticket })).toBe(1)
    expect(conditionIndex<number>([]).first({ ticket })).toBeUndefined()
  })

  it('says which of many conditions is wrong', () => {
    const wrong = [{ when: { all: [{ field: 'kin', op: 'present' }] } as Condition, item: 0 }]
    expect(() => conditionIndex([...entries, ...wrong])).toThrow(
      expect.objectContaining({ constructor: DeskError, code: 'unknown_name', path: '[53].when.all[0].field' }),
    )
  })
})

describe('which leaves decided', () => {
  const yes: Condition = { field: 'category', op: 'is', value: 'hardware' }
  const no: Condition = { field: 'affected', op: 'gt', value: 10 }
  it.each<[Condition, boolean, string[]]>([
    [yes, true, ['']],
    [{ all: [yes, yes] }, true, ['all[0]', 'all[1]']],
    [{ all: [yes, no, no] }, false, ['all[1]']],
    [{ any: [no, yes, yes] }, true, ['any[1]']],
    [{ any: [no, no] }, false, ['any[0]', 'any[1]']],
    [{ none: [no, no] }, true, ['none[0]', 'none[1]']],
    [{ none: [no, yes] }, false, ['none[1]']],
    [{ all: [{ any: [no, { none: [no] }] }, yes] }, true, ['all[0].any[1].none[0]', 'all[1]']],
    [{ all: [] }, true, []],
  ])('%j', (condition, holds, paths) => {
    const verdict = explainMatch(condition, ticket)
    expect(verdict.holds).toBe(holds)
    expect(verdict.decidedBy.map(({ path }) => path)).toEqual(paths)
  })

  it('and what they found', () => {
    expect(explainMatch(no, ticket).decidedBy).toEqual([{ path: '', leaf: no, holds: false, found: 3 }])
    expect(explainMatch({ field: 'department', op: 'present' }, ticket).decidedBy[0]?.found).toBe(null)
  })
})

describe('what an event changed', () => {
  const before = story(defineDesk({})).open('Mon 09:00', { category: 'hardware' }).ticket
  const ask = (condition: Condition, was: Ticket | null = before) =>
    compileCondition(condition, fields)({ ticket, before: was, event: events.at(-1) })

  it.each<[Condition, boolean]>([
    [{ field: 'status', op: 'changed' }, true],
    [{ field: 'status', op: 'changedTo', value: 'Open' }, true],
    [{ field: 'status', op: 'changedFrom', value: 'New' }, true],
    [{ field: 'status', op: 'changedTo', value: 'New' }, false],
    [{ field: 'category', op: 'changed' }, false],
    [{ field: 'category', op: 'changedTo', value: 'hardware' }, false],
    [{ field: 'affected', op: 'changedFrom', value: null }, true],
    [{ field: 'tags', op: 'changed' }, true],
    [{ field: 'department', op: 'changed' }, false],
    [{ field: 'event.type', op: 'is', value: 'status_changed' }, true],
    [{ field: 'event.reason', op: 'is', value: 'command' }, true],
    [{ field: 'actor.id', op: 'is', value: 'ana' }, true],
    [{ field: 'message.role', op: 'absent' }, true],
    [{ field: 'event.weekday.Europe/Tallinn', op: 'is', value: 'mon' }, true],
  ])('%j', (condition, answer) => expect(ask(condition)).toBe(answer))

  it('opening changes everything there is from nothing; without an event nothing changed', () => {
    expect(ask({ field: 'status', op: 'changed' }, null)).toBe(true)
    expect(ask({ field: 'status', op: 'changedTo', value: 'Open' }, null)).toBe(true)
    expect(ask({ field: 'status', op: 'changedFrom', value: null }, null)).toBe(true)
    expect(compileCondition({ field: 'status', op: 'changed' }, fields)({ ticket })).toBe(false)
    expect(() => matches({ field: 'status', op: 'changed' }, ticket)).toThrow(/asked without one/)
  })
})

describe('what moves with time', () => {
  const definition = defineDesk({
    calendars: [{ id: 'office', zone: 'Europe/Tallinn', hours: { mon: [['09:00', '17:00']] } }],
    levels: [{ id: 'l', calendar: 'office', targets: [{ metric: 'resolution', within: '4h' }] }],
    slaRules: [{ level: 'l' }],
  })
  // 07:00 UTC is 09:00 in Tallinn
  const timed = story(definition).open('Mon 07:00', {}).ticket
  it.each<[Condition, string, boolean]>([
    [{ field: 'hoursSince.openedAt', op: 'gte', value: 1.5 }, 'Mon 08:30', true],
    [{ field: 'hoursSince.openedAt', op: 'gte', value: 1.5 }, 'Mon 08:29', false],
    [{ field: 'hoursSince.resolvedAt', op: 'absent' }, 'Mon 08:29', true],
    [{ field: 'inBusinessHours.office', op: 'is', value: true }, 'Mon 14:59', true],
    [{ field: 'inBusinessHours.office', op: 'is', value: false }, 'Mon 15:00', true],
    [{ field: 'weekday.Asia/Tokyo', op: 'is', value: 'tue' }, 'Mon 15:00', true],
    [{ field: 'sla.resolution.elapsedMs', op: 'is', value: 7_200_000 }, 'Mon 09:00', true],
    [{ field: 'sla.resolution.share', op: 'is', value: 500 }, 'Mon 09:00', true],
    [{ field: 'sla.resolution.remainingMs', op: 'is', value: 0 }, 'Mon 11:00', true],
    [{ field: 'sla.resolution.remainingMs', op: 'lt', value: 0 }, 'Mon 12:00', true],
    [{ field: 'sla.resolution.state', op: 'is', value: 'running' }, 'Mon 12:00', true],
    [{ field: 'now', op: 'between', value: ['2024-01-15T12:00Z', '2024-01-15T12:01Z'] }, 'Mon 12:00', true],
  ])('%j at %s', (condition, at, answer) => {
    expect(matches(condition, timed, { now: when(at), definition })).toBe(answer)
  })

  it('without an instant, or a calendar, there is nothing', () => {
    expect(matches({ field: 'hoursSince.openedAt', op: 'present' }, timed)).toBe(false)
    expect(matches({ field: 'inBusinessHours.office', op: 'present' }, timed, { now: when('Mon 08:00') })).toBe(false)
    expect(matches({ field: 'sla.resolution.share', op: 'present' }, timed, { now: when('Mon 08:00') })).toBe(false)
  })
})

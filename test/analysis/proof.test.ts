/**
 * What lint calls impossible is looked for with all means, on generated rules; what loops
 * when it runs must have been told.
 */
import fc from 'fast-check'
import { type AnyTicketEvent, type Condition, compileDefinition, type Ticket } from 'ticketwright'
import { lintDefinition } from 'ticketwright/analysis'
import { describe, expect, it } from 'vitest'
import { canHold } from '../../src/analysis/satisfiable.ts'
import { compileCondition } from '../../src/condition/compile.ts'
import { fields } from '../../src/engine/field.ts'
import { deskOf, fired, loops } from '../rules/desk.ts'
import { ana, mari, story } from '../story.ts'

const seed = Number(process.env.TICKETWRIGHT_FUZZ_SEED ?? 20261126)
const one = <T>(...values: T[]) => fc.constantFrom(...values)

/** Names of tags and people: also those that a proof may take to be nobody's. */
const names = ['a', 'B', 'c', 'one more', 'and one more']

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    field: one('priority', 'channel', 'assignee'),
    op: one('is', 'isNot'),
    value: one('Low', 'High', 'Urgent'),
  }),
  fc.record({
    field: one('channel', 'kind'),
    op: one('oneOf', 'noneOf'),
    value: fc.subarray(['new', 'open', 'closed', 'resolved'], { minLength: 1 }),
  }),
  fc.record({
    field: one('messages', 'tier', 'affected', 'openedAt'),
    op: one('lt', 'lte', 'gt', 'gte', 'is', 'isNot'),
    value: one(0, 1, 2, 3),
  }),
  fc.record({
    field: one('openedAt', 'requester.since'),
    op: one('is', 'isNot', 'lt', 'gte'),
    value: one<string | number>('1970-01-01T00:00:00.001Z', '1970-01-01T02:00:00.002+02:00', 3),
  }),
  fc.record({
    field: one('openedAt', 'requester.since'),
    op: one('oneOf', 'noneOf'),
    value: fc.subarray<string | number>(['1970-01-01T00:00:00.001Z', '1970-01-01T02:00:00.002+02:00', 3], {
      minLength: 1,
    }),
  }),
  fc.record({ field: one('tier', 'affected'), op: fc.constant('between'), value: one([0, 1], [1, 2], [1, 3]) }),
  fc.record({ field: one('subject', 'channel'), op: one('contains', 'startsWith'), value: one('a', 'ab', 'B', 'low') }),
  fc.record({ field: one('subject'), op: one('is', 'isNot'), value: one('a', 'AB', 'straße') }),
  fc.record({
    field: one('tags', 'followers'),
    op: one('hasAny', 'hasAll', 'hasNone'),
    value: fc.subarray(names, { minLength: 1 }),
  }),
  fc.record({
    field: one('tags', 'assignee', 'tier', 'subject', 'fields.x', 'followers'),
    op: one('present', 'absent'),
  }),
  fc.record({ field: one('outbound', 'requester.vip'), op: one('is', 'isNot'), value: fc.boolean() }),
  fc.record({ field: fc.constant('fields.x'), op: one('is', 'isNot', 'gt'), value: one(1, 2) }),
) as fc.Arbitrary<Condition>

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: leaf },
    { weight: 4, arbitrary: fc.array(tie('condition'), { maxLength: 4 }).map((all) => ({ all })) },
    { weight: 2, arbitrary: fc.array(tie('condition'), { maxLength: 3 }).map((any) => ({ any })) },
    { weight: 2, arbitrary: fc.array(tie('condition'), { maxLength: 3 }).map((none) => ({ none })) },
  ),
}))

/** Tickets of all that the conditions ask about. */
const tickets: fc.Arbitrary<Ticket> = fc
  .record({
    priority: one('Low', 'High', 'Urgent'),
    channel: one(null, 'Low', 'High', 'new', 'open', 'ab', 'low'),
    assignee: one(null, 'Low', 'High', 'x'),
    kind: one('new', 'open', 'closed', 'resolved', 'answered'),
    tier: one(null, 0, 0.5, 1, 1.5, 2, 3, 4),
    affected: one(null, 0, 1, 2, 3),
    openedAt: one(0, 1, 2, 3, 9),
    subject: one('', 'a', 'ab', 'AB', 'Straße', 'STRASSE', 'b', 'low'),
    tagKeys: fc.subarray(['a', 'b', 'c', 'd', 'one more']),
    followers: fc.subarray(['a', 'B', 'c', 'd', 'one more']),
    outbound: fc.boolean(),
    requester: one(null, { id: 'x' }, { id: 'x', vip: true, since: 1 }, { id: 'x', vip: false, since: 2 }),
    fields: one({}, { x: 1 }, { x: 2 }, { x: '1' }, { x: 3 }, { x: [] }),
    counts: fc.record({
      messages: one(0, 1, 2, 3),
      replies: fc.constant(0),
      reopens: fc.constant(0),
      reassignments: fc.constant(0),
    }),
  })
  .map((facts) => ({ id: 't', clocks: {}, links: {}, sla: null, ...facts }) as unknown as Ticket)

describe('"can never fire" is never wrong', () => {
  /** Conditions called impossible, and the first ticket that meets one after all. */
  const searched = (proves: (condition: Condition) => boolean, runs: number) => {
    let impossible = 0
    let wrong: unknown
    fc.assert(
      fc.property(condition, fc.array(tickets, { minLength: 60, maxLength: 60 }), (asked, many) => {
        if (wrong || !proves(asked)) return
        impossible += 1
        const holds = compileCondition(asked, fields)
        const found = many.find((ticket) => holds({ ticket }))
        if (found) wrong = [asked, found]
      }),
      { seed, numRuns: runs },
    )
    return { impossible, wrong }
  }

  it('of thousands of generated conditions none that was called impossible is met by any ticket', {
    timeout: 120_000,
  }, () => {
    const { impossible, wrong } = searched((asked) => !canHold(asked, fields), 5_000)
    expect(wrong).toBeUndefined()
    expect(impossible).toBeGreaterThan(200)
  })

  it('and a proof that forgets that a missing fact passes `isNot` is caught', { timeout: 120_000 }, () => {
    const careless = (asked: Condition) =>
      !canHold({ all: [asked, { field: 'channel', op: 'present' }, { field: 'tier', op: 'present' }] }, fields)
    expect(searched(careless, 3_000).wrong).toBeDefined()
  })
})

const action = fc.oneof(
  one('Open', 'Answered', 'Resolved').map((status) => ({ type: 'setStatus', status })),
  one('a', 'B', 'vip').map((tag) => ({ type: 'tag', tags: [tag] })),
  one('A', 'b', 'VIP').map((tag) => ({ type: 'untag', tags: [tag] })),
  one('addFollower', 'removeFollower').map((type) => ({ type, person: 'x' })),
  one('small', 'big').map((impact) => ({ type: 'setFields', impact })),
  one('Low', 'High').map((priority) => ({ type: 'setPriority', priority })),
  one<object>(
    { type: 'escalate' },
    { type: 'note', body: 'x' },
    { type: 'assign', agent: 'ana' },
    { type: 'unassign' },
    { type: 'unsetPriority' },
  ),
)
const when = fc.option(
  fc.oneof(
    one('a', 'b', 'vip').map((tag) => ({ field: 'tags', op: 'hasAny', value: [tag] })),
    one('a', 'b', 'vip').map((tag) => ({ field: 'tags', op: 'hasNone', value: [tag] })),
    one('hasAny', 'hasNone').map((op) => ({ field: 'followers', op, value: ['x'] })),
    one('small', 'big').map((value) => ({ field: 'impact', op: 'is', value })),
    one('is', 'isNot').map((op) => ({ field: 'priority', op, value: 'Urgent' })),
    one('Low', 'High').map((value) => ({ field: 'priority', op: 'is', value })),
    one('new', 'open', 'answered').map((value) => ({ field: 'kind', op: 'is', value })),
    one('present', 'absent').map((op) => ({ field: 'assignee', op })),
  ),
  { nil: undefined },
)
const triggers = fc
  .array(
    fc.record({
      on: fc.subarray(
        [
          'ticket_opened',
          'message_added',
          'status_changed',
          'tags_changed',
          'priority_changed',
          'tier_changed',
          'assignee_changed',
          'people_changed',
          'fields_changed',
        ],
        { minLength: 1, maxLength: 3 },
      ),
      when,
      do: fc.array(action, { minLength: 1, maxLength: 2 }),
      stop: one(false, false, true),
    }),
    { minLength: 2, maxLength: 5 },
  )
  .map((rules) => rules.map((rule, i) => JSON.parse(JSON.stringify({ id: `r${i}`, ...rule }))))

/** Tags and impacts that carry priorities: a rule may change one without naming it. */
const prioritised = {
  tags: [{ name: 'vip', priority: 'Urgent' }, { name: 'b' }],
  priorityMatrix: { big: { default: 'Urgent' }, small: { default: 'Low' } },
}

/** Some life, whatever the rules make of it. */
function lived(json: object): readonly AnyTicketEvent[] {
  const life = story(deskOf(json))
  const give = (...step: Parameters<typeof life.attempt>) => void life.attempt(...step)
  give('Mon 09:00', mari, { type: 'open', subject: 'x', body: 'x', tags: ['a'] })
  give('Mon 10:00', ana, { type: 'reply', body: 'x' })
  give('Mon 11:00', ana, { type: 'tag', tags: ['b'] })
  give('Mon 12:00', ana, { type: 'setPriority', priority: 'High' })
  give('Mon 13:00', mari, { type: 'message', body: 'x' })
  give('Mon 14:00', ana, { type: 'unsetPriority' })
  give('Mon 15:00', ana, { type: 'untag', tags: ['a', 'b'] })
  give('Mon 16:00', ana, { type: 'assign', agent: 'ben' })
  give('Mon 17:00', ana, { type: 'setStatus', status: 'Open' })
  give('Tue 09:00', ana, { type: 'addFollower', person: 'y' })
  give('Tue 10:00', ana, { type: 'setFields', impact: 'big' })
  give('Tue 11:00', ana, { type: 'tag', tags: ['VIP'] })
  give('Tue 12:00', ana, { type: 'removeFollower', person: 'x' })
  give('Tue 13:00', ana, { type: 'untag', tags: ['vip'] })
  give('Tue 14:00', ana, { type: 'setFields', impact: null })
  return life.events
}

describe('what lint says of rules that run', () => {
  it('every loop that happens had been told; no rule called unreachable fires', { timeout: 120_000 }, () => {
    let looped = 0
    let hidden = 0
    fc.assert(
      fc.property(triggers, (rules) => {
        const json = { ...prioritised, triggers: rules }
        const found = lintDefinition(json)
        const events = lived(json)
        if (loops(events).some(({ because }) => because === 'again')) {
          looped += 1
          expect(found.map(({ code }) => code)).toContain('loop')
        }
        const unreachable = found
          .filter(({ code }) => code === 'shadowed' || code === 'never_fires')
          .map(({ path }) => rules[Number(/\d+/.exec(path))]?.id)
        hidden += unreachable.length
        expect(fired(events).filter((rule) => unreachable.includes(rule))).toEqual([])
      }),
      { seed, numRuns: 600 },
    )
    expect(looped).toBeGreaterThan(25)
    expect(hidden).toBeGreaterThan(10)
  })

  it('every action that a rule may give is known to lint', async () => {
    const { writesOf } = await import('../../src/analysis/writes.ts')
    const found = compileDefinition({ triggers: [{ id: 'x', on: ['rated'], do: [{ type: 'nothing' }] }] })
    const known =
      'refusals' in found ? (found.refusals[0]?.facts as unknown as { known: string[] } | undefined)?.known : undefined
    const definition = deskOf({})
    const input = {
      tags: ['a'],
      agent: 'a',
      department: 'd',
      status: 'Open',
      priority: 'Low',
      person: 'p',
      fields: { a: 1 },
    }
    expect(known?.filter((type) => writesOf({ type, ...input }, definition).events.length === 0)).toEqual([])
  })
})

/** The index answers as asking one trigger after the other does, and explanations cost nothing until they are read. */
import fc from 'fast-check'
import {
  type AnyTicketEvent,
  bounds,
  createDesk,
  type Definition,
  decide,
  memoryStore,
  parseCommand,
} from 'ticketwright'
import { describe, expect, it, vi } from 'vitest'
import { ana, mari, when } from '../story.ts'
import { deskOf, trigger } from './desk.ts'

type Index = Definition['triggerIndex']

/**
 * One after the other, in the words of the page: the first event it waits for, or each of them if it asks about events.
 */
const oneByOne = ({ triggers }: Definition, forget?: (op: string) => boolean): Index => ({
  met: (events, from, subject) =>
    triggers.flatMap((one, position) => {
      const waking = events.slice(from).filter(({ type }) => one.on.has(type))
      const event = (one.readsEvent ? waking : waking.slice(0, 1)).find((found) => one.matches(subject(found)))
      if (!event || (one.condition && 'op' in one.condition && forget?.(one.condition.op))) return []
      return [{ position, event }]
    }),
})

const channels = ['mail', 'phone', 'chat']
const priorities = ['Low', 'High', 'Urgent']
const tags = ['vip', 'r1', 'r2']
const leaf = fc.oneof(
  fc.constantFrom(...channels).map((value) => ({ field: 'channel', op: 'is', value })),
  fc.subarray(channels).map((value) => ({ field: 'channel', op: 'oneOf', value })),
  fc.constantFrom(...priorities).map((value) => ({ field: 'priority', op: 'is', value })),
  fc.constantFrom(...priorities).map((value) => ({ field: 'priority', op: 'changedTo', value })),
  fc.constantFrom(...tags).map((tag) => ({ field: 'tags', op: 'hasAny', value: [tag] })),
  fc.constantFrom('ticket_opened', 'tags_changed').map((value) => ({ field: 'event.type', op: 'is', value })),
  fc.constantFrom(...tags).map((tag) => ({ field: 'event.tagsAdded', op: 'hasAny', value: [tag] })),
  fc.constantFrom('mari', 'ana', 'rules').map((value) => ({ field: 'actor.id', op: 'is', value })),
)
const condition = fc.oneof(
  leaf,
  fc.array(leaf, { minLength: 1, maxLength: 3 }).map((all) => ({ all })),
  fc.array(leaf, { minLength: 1, maxLength: 2 }).map((none) => ({ none })),
)
const action = fc.oneof(
  fc.constantFrom(...tags).map((tag) => ({ type: 'tag', tags: [tag] })),
  fc.constantFrom(...tags).map((tag) => ({ type: 'untag', tags: [tag] })),
  fc.constantFrom(...priorities).map((priority) => ({ type: 'setPriority', priority })),
  fc.constant({ type: 'webhook', hook: 'x' }),
)
const rules = fc
  .array(
    fc.record({
      on: fc.subarray(['ticket_opened', 'message_added', 'tags_changed', 'priority_changed'], { minLength: 1 }),
      when: condition,
      do: fc.array(action, { minLength: 1, maxLength: 2 }),
      stop: fc.constantFrom(false, false, false, false, true),
    }),
    { minLength: 12, maxLength: 40, size: 'max' },
  )
  .map((all) => all.map((rule, i) => ({ id: `t${i}`, ...rule })))

const by = { ticketId: 't1', actor: mari }
const steps: readonly object[] = [
  { type: 'open', subject: 'x', body: 'x', channel: 'mail' },
  { type: 'tag', tags: ['vip'] },
  { type: 'setPriority', priority: 'High' },
  { type: 'untag', tags: ['vip', 'r1'] },
]

/** A ticket's life in outcomes, as text. */
function lived(definition: Definition): string {
  const told: unknown[] = []
  let ticket: Parameters<typeof decide>[1] = null
  for (const [i, step] of steps.entries()) {
    const command = parseCommand(step as never, { ...by, id: `c${i}` })
    if (!command.ok) throw new Error(command.error.code)
    const decided = decide(definition, ticket, command.value, when('Mon 09:00') + i, { explain: true })
    if (!decided.ok) throw new Error(decided.error.code)
    ticket = decided.value.ticket
    told.push(decided.value.events, decided.value.effects, decided.value.explanation)
  }
  return JSON.stringify(told)
}

describe('triggers found by an index', () => {
  const same = (runs: number, forget?: (op: string) => boolean) =>
    fc.assert(
      fc.property(rules, (triggers) => {
        const definition = deskOf({ triggers })
        expect(lived(definition)).toBe(lived({ ...definition, triggerIndex: oneByOne(definition, forget) }))
      }),
      { seed: 20261126, numRuns: runs },
    )

  it('fire, wait and stop as triggers asked one after the other, and are explained alike', { timeout: 120_000 }, () =>
    same(500),
  )

  it('and an index that forgets some is caught', () => {
    expect(() => same(100, (op) => op === 'oneOf')).toThrow()
  })

  it('10,000 rules of three questions are one definition, and a command asks few of them', () => {
    const many = Array.from({ length: 10_000 }, (_, i) =>
      trigger(
        `r${i}`,
        'ticket_opened',
        {
          all: [
            { field: 'category', op: 'is', value: `category${i % 100}` },
            { field: 'channel', op: 'is', value: channels[i % 3] },
            { field: 'requester.plan', op: 'oneOf', value: [`plan${i}`] },
          ],
        },
        [{ type: 'tag', tags: [`r${i}`] }],
      ),
    )
    const definition = deskOf({ triggers: many })
    let asked = 0
    const counted = {
      ...definition,
      triggerIndex: {
        met: (...args: Parameters<Index['met']>) => {
          const [events, from, subject] = args
          return definition.triggerIndex.met(events, from, (event) => {
            const { ticket, ...more } = subject(event)
            const requester = { ...ticket.requester }
            Object.defineProperty(requester, 'plan', {
              get: () => {
                asked++
                return ticket.requester?.plan
              },
            })
            return { ...more, ticket: { ...ticket, requester: requester as never } }
          })
        },
      },
    }
    const input = { subject: 'x', category: 'category42', channel: 'mail', requester: { id: 'mari', plan: 'plan42' } }
    const command = parseCommand({ type: 'open', ...input } as never, { ...by, id: 'c0' })
    if (!command.ok) throw new Error(command.error.code)
    const decided = decide(counted, null, command.value, when('Mon 09:00'))
    expect(decided.ok && decided.value.ticket.tags).toEqual(['r42'])
    expect(asked).toBeLessThan(20)
    expect(bounds.definitionValues).toBeGreaterThan(200_000)
  })
})

describe('an explanation', () => {
  const definition = deskOf({
    triggers: [
      trigger('first', 'ticket_opened', { field: 'priority', op: 'is', value: 'Low' }, [
        { type: 'setPriority', priority: 'High' },
      ]),
      trigger('second', 'ticket_opened', { field: 'priority', op: 'is', value: 'Low' }, [
        { type: 'tag', tags: ['low'] },
      ]),
    ],
  })
  const spied = () => {
    const explain = vi.fn()
    const triggers = definition.triggers.map((one) => ({
      ...one,
      explain: (subject: Parameters<typeof one.explain>[0]) => {
        explain()
        return one.explain(subject)
      },
    }))
    return { explain, definition: { ...definition, triggers } }
  }
  const found = [
    { rule: 'first', outcome: 'fired', decidedBy: [{ found: 'Low' }] },
    { rule: 'second', outcome: 'not_met', decidedBy: [{ found: 'High' }] },
  ]

  it('is worked out when it is read, of the ticket as it stood when each rule was tried', async () => {
    const { explain, definition } = spied()
    const desk = createDesk({ definition, store: memoryStore() })
    const outcome = await desk.as(mari).open({ subject: 'x' })
    await desk.as(ana).setPriority(outcome.ticket.id, 'Urgent')
    expect(explain).not.toHaveBeenCalled()
    expect(outcome.explanation).toMatchObject([{ rules: found }])
    const calls = explain.mock.calls.length
    expect(calls).toBe(2)
    expect(JSON.parse(JSON.stringify(outcome)).explanation).toMatchObject([{ rules: found }])
    expect(explain).toHaveBeenCalledTimes(calls)
  })

  it('stays unread where a desk adds to the outcome, and holds what an advisor set off', async () => {
    const { explain, definition } = spied()
    const asked: AnyTicketEvent[] = []
    const advisor = {
      id: 'ai',
      advise: ({ events }: { readonly events: readonly AnyTicketEvent[] }) => {
        asked.push(...events)
        return { priority: { value: 'High' as const, confidence: 1 } }
      },
    }
    const desk = createDesk({ definition, store: memoryStore(), advisor: advisor as never })
    const outcome = await desk.as(mari).open({ subject: 'x' })
    expect(asked).not.toEqual([])
    expect(outcome.events.map(({ type }) => type)).toContain('advised')
    expect(explain).not.toHaveBeenCalled()
    expect(outcome.explanation).toMatchObject([{ rules: found }])
  })
})

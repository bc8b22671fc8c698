import { createDesk, defineDesk, memoryStore } from 'ticketwright'
import { describe, it } from 'vitest'

const on = ['ticket_opened'] as const

describe('a misspelt name does not compile', () => {
  it('in the actions of rules', () => {
    defineDesk({ triggers: [{ id: 'x', on, do: [{ type: 'setStatus', status: 'Open' }] }] })
    // @ts-expect-error there is no such status
    defineDesk({ triggers: [{ id: 'x', on, do: [{ type: 'setStatus', status: 'Opn' }] }] })
    // @ts-expect-error there is no such priority
    defineDesk({ triggers: [{ id: 'x', on, do: [{ type: 'setPriority', priority: 'Hgh' }] }] })
    // @ts-expect-error there is no such action
    defineDesk({ triggers: [{ id: 'x', on, do: [{ type: 'setSttus', status: 'Open' }] }] })
    // @ts-expect-error a trigger answers nobody: that is an effect, or a macro
    defineDesk({ triggers: [{ id: 'x', on, do: [{ type: 'reply', body: 'x' }] }] })
    // @ts-expect-error there is no such event
    defineDesk({ triggers: [{ id: 'x', on: ['ticket_opend'], do: [{ type: 'resolve' }] }] })
    // @ts-expect-error what rules leave in the log wakes none
    defineDesk({ triggers: [{ id: 'x', on: ['rule_fired'], do: [{ type: 'resolve' }] }] })
    // @ts-expect-error there is no such canned message
    defineDesk({ triggers: [{ id: 'x', on, do: [{ type: 'sendCannedMessage', message: 'm' }] }] })
    // @ts-expect-error there is no such recipient
    defineDesk({ triggers: [{ id: 'x', on, do: [{ type: 'notify', to: ['boss'] }] }] })
  })

  it('in time rules', () => {
    defineDesk({ timeRules: [{ id: 'x', since: { dueAt: 'resolution' }, after: '-1h', do: [{ type: 'escalate' }] }] })
    // @ts-expect-error there is no such instant
    defineDesk({ timeRules: [{ id: 'x', since: 'opendAt', after: '1h', do: [{ type: 'escalate' }] }] })
    defineDesk({
      // @ts-expect-error there is no such calendar
      timeRules: [{ id: 'x', since: 'openedAt', after: '1h', calendar: 'offce', do: [{ type: 'escalate' }] }],
    })
  })

  it('in advice', () => {
    const definition = defineDesk({
      priorities: [{ name: 'Calm', rank: 1 }],
      metrics: [
        {
          name: 'call',
          starts: [{ on: 'signal:call' }],
          fulfilledBy: ['agentReply'],
          onReopen: { mode: 'ignore' },
          recurs: false,
        },
      ],
      macros: [{ id: 'greet', do: [{ type: 'reply', body: 'Hello' }] }],
      triggers: [
        { id: 'x', on, when: { field: 'sla.call.state', op: 'is', value: 'paused' }, do: [{ type: 'resolve' }] },
      ],
      timeRules: [{ id: 'y', since: { dueAt: 'call' }, after: '-1h', do: [{ type: 'resolve' }] }],
    })
    const bot = createDesk({ definition, store: memoryStore() }).as({ kind: 'bot', id: 'ai' })
    bot.perform('t', {
      type: 'advise',
      priority: { value: 'Calm', confidence: 1 },
      macro: { value: 'greet', confidence: 1 },
    })
    // @ts-expect-error there is no such priority
    bot.perform('t', { type: 'advise', priority: { value: 'High', confidence: 1 } })
    // @ts-expect-error there is no such macro: a metric is none
    bot.perform('t', { type: 'advise', macro: { value: 'call', confidence: 1 } })
    // @ts-expect-error a metric is no macro
    bot.applyMacro('t', 'call')
    // @ts-expect-error how sure it is must be said
    bot.perform('t', { type: 'advise', tags: [{ value: 'x' }] })
    defineDesk({
      triggers: [
        // @ts-expect-error there is no such metric
        { id: 'x', on, when: { field: 'sla.call.state', op: 'is', value: 'paused' }, do: [{ type: 'resolve' }] },
      ],
    })
  })

  it('in macros and canned messages', () => {
    const definition = defineDesk({
      cannedMessages: [{ id: 'hello', body: 'Hello' }],
      macros: [{ id: 'greet', do: [{ type: 'reply', canned: 'hello' }] }],
    })
    const ana = createDesk({ definition, store: memoryStore() }).as({ kind: 'agent', id: 'ana' })
    ana.applyMacro('t', 'greet')
    // @ts-expect-error there is no such macro
    ana.applyMacro('t', 'gret')
    defineDesk({
      cannedMessages: [{ id: 'hello', body: 'Hello' }],
      // @ts-expect-error there is no such canned message
      macros: [{ id: 'greet', do: [{ type: 'reply', canned: 'helo' }] }],
    })
  })
})

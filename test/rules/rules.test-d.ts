import { createDesk, defineDesk, memoryStore, renderCanned } from 'ticketwright'
import { assertType, describe, it } from 'vitest'

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

  it('in an effect’s own condition, which is asked at its delivery', () => {
    const calendars = [{ id: 'office', zone: 'UTC', hours: { mon: [['09:00', '17:00']] } }] as const
    const survey = { type: 'survey', survey: 'csat' } as const
    const open = { field: 'status', op: 'is', value: 'Open' } as const
    const opn = { field: 'status', op: 'is', value: 'Opn' } as const
    const officeHours = { field: 'inBusinessHours.office', op: 'is', value: true } as const
    defineDesk({ calendars, triggers: [{ id: 'x', on, do: [{ ...survey, when: { all: [open, officeHours] } }] }] })
    // @ts-expect-error there is no such status
    defineDesk({ triggers: [{ id: 'x', on, do: [{ ...survey, when: opn }] }] })
    // @ts-expect-error there is no such status
    defineDesk({ timeRules: [{ id: 'x', since: 'openedAt', after: '1h', do: [{ ...survey, when: opn }] }] })
    // @ts-expect-error there is no such status
    defineDesk({ macros: [{ id: 'x', do: [{ ...survey, when: opn }] }] })
    // @ts-expect-error there is no such calendar
    defineDesk({ triggers: [{ id: 'x', on, do: [{ ...survey, when: officeHours }] }] })
    const byEvent = { field: 'event.type', op: 'is', value: 'rated' } as const
    // @ts-expect-error at delivery there is no event any more
    defineDesk({ triggers: [{ id: 'x', on, do: [{ ...survey, when: byEvent }] }] })
    const changed = { field: 'status', op: 'changed' } as const
    // @ts-expect-error at delivery nothing has changed
    defineDesk({ triggers: [{ id: 'x', on, do: [{ ...survey, when: changed }] }] })
  })

  it('of a level or a calendar in an action', () => {
    const calendars = [{ id: 'office', zone: 'UTC', hours: { mon: [['09:00', '17:00']] } }] as const
    const levels = [{ id: 'gold', calendar: 'office', targets: [] }] as const
    const applying = <const L extends string | null>(level: L) => [{ type: 'applySla', level }] as const
    defineDesk({ calendars, levels, triggers: [{ id: 'x', on, do: applying('gold') }] })
    defineDesk({ calendars, levels, triggers: [{ id: 'x', on, do: applying(null) }] })
    // @ts-expect-error there is no such level
    defineDesk({ calendars, levels, triggers: [{ id: 'x', on, do: applying('nope') }] })
    // @ts-expect-error there is no such level
    defineDesk({ calendars, levels, macros: [{ id: 'x', do: applying('nope') }] })
    // @ts-expect-error there is no level at all
    defineDesk({ timeRules: [{ id: 'x', since: 'openedAt', after: '1h', do: [{ type: 'applySla', level: 'gold' }] }] })

    const waking = <const C extends string>(calendar: C) =>
      [{ type: 'postpone', until: { nextOpening: calendar } }] as const
    defineDesk({ calendars, macros: [{ id: 'x', do: waking('office') }] })
    // @ts-expect-error there is no such calendar
    defineDesk({ calendars, macros: [{ id: 'x', do: waking('nope') }] })
    // @ts-expect-error there is no such calendar
    defineDesk({ calendars, triggers: [{ id: 'x', on, do: waking('nope') }] })
    defineDesk({
      calendars,
      macros: [
        { id: 'a', do: [{ type: 'setStatus', status: 'Postponed', until: { business: '4h', calendar: 'office' } }] },
        { id: 'b', do: [{ type: 'postpone', until: '2026-12-01T09:00:00Z' }] },
        { id: 'c', do: [{ type: 'postpone', until: null }] },
        // @ts-expect-error there is no such calendar
        { id: 'd', do: [{ type: 'update', status: 'Postponed', until: { business: '4h', calendar: 'nope' } }] },
        // @ts-expect-error no instant, and no calendar
        { id: 'e', do: [{ type: 'postpone', until: { at: 5 } }] },
      ],
    })
    const ana = createDesk({ definition: defineDesk({ calendars }), store: memoryStore() }).as({
      kind: 'agent',
      id: 'ana',
    })
    ana.postpone('t', { until: { nextOpening: 'office' } })
    ana.postpone('t', { until: new Date(0) })
    // @ts-expect-error there is no such calendar
    ana.postpone('t', { until: { nextOpening: 'nope' } })
  })

  it('in SLA rules, which do not ask for the clocks that they decide', () => {
    const levels = [{ id: 'gold', calendar: 'alwaysOpen', targets: [] }] as const
    defineDesk({ levels, slaRules: [{ when: { field: 'requester.vip', op: 'is', value: true }, level: 'gold' }] })
    defineDesk({
      levels,
      // @ts-expect-error an SLA rule decides that
      slaRules: [{ when: { field: 'sla.level', op: 'is', value: 'gold' }, level: 'gold' }],
    })
    defineDesk({
      levels,
      // @ts-expect-error three groups down, too
      slaRules: [{ when: { all: [{ any: [{ field: 'sla.resolution.breached', op: 'present' }] }] }, level: 'gold' }],
    })
  })

  it('and what is due before its time is so only by the due time of a clock', () => {
    const escalate = [{ type: 'escalate' }] as const
    const rule = { id: 'x', do: escalate } as const
    defineDesk({ timeRules: [{ ...rule, since: { dueAt: 'resolution' }, after: '-1h' }] })
    defineDesk({ timeRules: [{ ...rule, since: 'openedAt', after: 'PT1H' }] })
    defineDesk({ timeRules: [{ ...rule, since: 'openedAt', after: { hours: 1 } }] })
    defineDesk({ timeRules: [{ ...rule, since: 'openedAt', after: 3_600_000 }] })
    // @ts-expect-error nobody knows beforehand when a ticket will be opened
    defineDesk({ timeRules: [{ ...rule, since: 'openedAt', after: '-1h' }] })
    // @ts-expect-error nobody knows beforehand when somebody will wait
    defineDesk({ timeRules: [{ ...rule, since: 'waitingSince', after: ' -PT1H' }] })
    // @ts-expect-error there is no such metric
    defineDesk({ timeRules: [{ ...rule, since: { dueAt: 'resoluton' }, after: '-1h' }] })
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
    const ticket = {} as Awaited<ReturnType<typeof ana.applyMacro>>['ticket']
    const render = () => [
      renderCanned(definition, 'hello', ticket),
      // @ts-expect-error there is no such canned message
      renderCanned(definition, 'nope', ticket),
    ]
    assertType<() => unknown>(render)
    defineDesk({
      cannedMessages: [{ id: 'hello', body: 'Hello' }],
      // @ts-expect-error there is no such canned message
      macros: [{ id: 'greet', do: [{ type: 'reply', canned: 'helo' }] }],
    })
  })
})

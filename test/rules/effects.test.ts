import { advance, createDesk, type Delivery, decide, type Effect, parseCommand } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { frontDesk } from '../desk/front-desk.ts'
import { ana, day, hour, mari, story, when } from '../story.ts'
import { deskOf, fired, trigger } from './desk.ts'

const notify = { type: 'notify', to: ['assignee'], text: 'Look' }
const onOpen = (...does: object[]) => deskOf({ triggers: [trigger('r', 'ticket_opened', undefined, does as never)] })
const onMessage = (...does: object[]) => deskOf({ triggers: [trigger('r', 'message_added', undefined, does as never)] })

/** What a desk delivers now. */
async function delivered(desk: ReturnType<typeof frontDesk>['desk']): Promise<Delivery[]> {
  const found: Delivery[] = []
  await desk.deliver((delivery) => void found.push(delivery))
  return found
}

describe('an effect', () => {
  it('is data, asked for in the cause of the rule, and is told in the log', async () => {
    const { mari } = frontDesk({
      definition: onOpen({ type: 'webhook', hook: 'crm', data: { a: 1 }, delay: '5m', staleAfter: '1h' }),
    })
    const { effects, events } = await mari.open({ subject: 'Help', ticketId: 't1' }, { commandId: 'c1' })
    const at = when('Mon 09:00')
    expect(effects).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        ticketId: 't1',
        kind: 'webhook',
        data: { hook: 'crm', data: { a: 1 }, rule: 'r', cause: { kind: 'command', id: 'c1' } },
        dueAt: at + 5 * 60_000,
        staleAfter: at + 5 * 60_000 + hour,
      },
    ])
    expect(events.at(-1)).toMatchObject({
      type: 'rule_fired',
      data: { effects: [{ id: effects[0]?.id, kind: 'webhook' }] },
    })
  })

  it('has an id that depends on ticket, cause, rule and action, and on nothing else', () => {
    const definition = deskOf({
      triggers: [
        trigger('a', 'ticket_opened', undefined, [
          { type: 'webhook', hook: 'x' },
          { type: 'webhook', hook: 'x' },
        ]),
        trigger('b', 'ticket_opened', undefined, [{ type: 'webhook', hook: 'x' }]),
      ],
    })
    const effectsOf = (ticketId: string, id: string) => {
      const command = parseCommand({ type: 'open', subject: 'x' }, { id, ticketId, actor: mari })
      if (!command.ok) throw new Error('malformed')
      const decided = decide(definition, null, command.value, when('Mon 09:00'))
      if (!decided.ok) throw new Error(decided.error.code)
      return decided.value.effects.map((effect) => effect.id)
    }
    expect(effectsOf('t1', 'c1')).toEqual(effectsOf('t1', 'c1'))
    expect(new Set([...effectsOf('t1', 'c1'), ...effectsOf('t1', 'c2'), ...effectsOf('t2', 'c1')]).size).toBe(9)
  })

  it('is not asked for twice by a command sent twice', async () => {
    const { mari, desk } = frontDesk({ definition: onOpen({ type: 'webhook', hook: 'crm' }) })
    await mari.open({ subject: 'Help', ticketId: 't1' }, { commandId: 'c1' })
    await mari.open({ subject: 'Help', ticketId: 't1' }, { commandId: 'c1' })
    expect(await delivered(desk)).toHaveLength(1)
    expect(await delivered(desk)).toEqual([])
  })

  it('of a fact of time is saved by whoever writes that fact, once', async () => {
    const definition = deskOf({
      timeRules: [{ id: 'remind', since: 'openedAt', after: '1h', do: [notify] }],
    })
    const { mari, desk, at } = frontDesk({ definition })
    await mari.open({ subject: 'Help', ticketId: 't1' })
    at('Mon 12:00')
    expect(await delivered(desk)).toEqual([])
    await desk.get('t1')
    await desk.runDue()
    await desk.runDue()
    expect((await delivered(desk)).map(({ effect }) => effect.dueAt)).toEqual([when('Mon 10:00')])
  })
})

describe('what sends', () => {
  const sending = [
    notify,
    { type: 'sendCannedMessage', message: 'm' },
    { type: 'survey', survey: 's' },
    { type: 'webhook', hook: 'h' },
  ]
  const definition = deskOf({
    cannedMessages: [{ id: 'm', body: 'We have your message.' }],
    triggers: [trigger('r', 'message_added', undefined, sending)],
  })
  const kinds = (effects: readonly Effect[]) => effects.map(({ kind }) => kind)
  const asked = async (give: (front: ReturnType<typeof frontDesk>) => Promise<{ effects: readonly Effect[] }>) => {
    const front = frontDesk({ definition: definition })
    await front.mari.open({ subject: 'Help', ticketId: 't1', tags: ['x'] })
    return kinds((await give(front)).effects)
  }

  it.each<
    [
      what: string,
      give: (front: ReturnType<typeof frontDesk>) => Promise<{ effects: readonly Effect[] }>,
      expected: string[],
    ]
  >([
    [
      'follows a message',
      ({ mari }) => mari.message('t1', { body: 'x' }),
      ['notify', 'sendCannedMessage', 'survey', 'webhook'],
    ],
    ['does not follow an automatic one', ({ mari }) => mari.message('t1', { body: 'x', automatic: true }), ['webhook']],
    ['does not follow "thanks!"', ({ mari }) => mari.message('t1', { body: 'x', reopens: false }), ['webhook']],
    ['does not follow an automatic answer', ({ ana }) => ana.reply('t1', { body: 'x', automatic: true }), ['webhook']],
    [
      'does not follow an opening by a machine',
      ({ mari }) => mari.open({ subject: 'x', body: 'Undeliverable', automatic: true }),
      ['webhook'],
    ],
    [
      'follows a note',
      ({ ana }) => ana.note('t1', { body: 'x' }),
      ['notify', 'sendCannedMessage', 'survey', 'webhook'],
    ],
  ])('%s', async (_what, give, expected) => {
    expect(await asked(give)).toEqual(expected)
  })
})

describe('at delivery', () => {
  it('the condition is asked again: a reminder is not sent for what was answered meanwhile', async () => {
    const unanswered = { field: 'waitingSince', op: 'present' }
    const definition = onOpen({ ...notify, delay: '1h', when: unanswered })
    const { mari, ana, desk, at } = frontDesk({ definition })
    await mari.open({ subject: 'Waits', body: 'x', ticketId: 't1' })
    await mari.open({ subject: 'Answered', body: 'x', ticketId: 't2' })
    await ana.reply('t2', { body: 'x' })
    expect(await delivered(desk)).toEqual([])
    at('Mon 10:00')
    const found: Delivery[] = []
    expect(await desk.deliver((delivery) => void found.push(delivery))).toEqual({
      delivered: 1,
      skipped: 1,
      failed: [],
      more: false,
    })
    expect(found.map(({ ticket }) => ticket.id)).toEqual(['t1'])
  })

  it('a calendar that the definition has no more is what it was when it had it', async () => {
    const office = { id: 'office', zone: 'UTC', hours: { mon: [['09:00', '17:00']] } }
    const closed = { field: 'inBusinessHours.office', op: 'is', value: false }
    const does = [{ ...notify, delay: '1h', when: closed }]
    const then = { triggers: [trigger('r', 'ticket_opened', undefined, does)], calendars: [office] }
    const { mari, desk, at, store, clock } = frontDesk({ definition: deskOf(then) })
    await mari.open({ subject: 'x', ticketId: 't1' })
    await mari.open({ subject: 'x', ticketId: 't2' })
    await desk.runDue()
    at('Mon 20:00')
    const since = new Date(when('Mon 12:00')).toISOString()
    const later = createDesk({ definition: [deskOf(then), deskOf({ since })], store, clock })
    expect((await delivered(later)).map(({ ticket }) => ticket.id)).toEqual(['t1', 't2'])
  })

  it('needs a function that sends, before anything is given out', async () => {
    const { mari, desk } = frontDesk({ definition: onOpen(notify) })
    await mari.open({ subject: 'x', ticketId: 't1' })
    await expect(desk.deliver(undefined as never)).rejects.toMatchObject({ code: 'invalid_command', path: 'send' })
    const tries: number[] = []
    await desk.deliver(({ effect }) => void tries.push(effect.attempts))
    expect(tries).toEqual([1])
  })

  it('a stale one is left out, its last instant included in its time', async () => {
    const { mari, desk, at } = frontDesk({ definition: onOpen({ ...notify, staleAfter: '1h' }) })
    await mari.open({ subject: 'x', ticketId: 't1' })
    await mari.open({ subject: 'x', ticketId: 't2' }, { at: new Date(when('Mon 09:00') + 1) })
    at(when('Mon 10:00') + 1)
    expect((await delivered(desk)).map(({ ticket }) => ticket.id)).toEqual(['t2'])
  })

  it('the message is in the words of the ticket as it is then', async () => {
    const definition = deskOf({
      cannedMessages: [{ id: 'm', subject: 'Re: {{subject}}', body: 'Dear {{requester.name}}, it is {{status}}.' }],
      triggers: [trigger('r', 'ticket_opened', undefined, [{ type: 'sendCannedMessage', message: 'm' }])],
    })
    const { mari, ana, desk } = frontDesk({ definition })
    await mari.open({ subject: 'Help', ticketId: 't1', requester: { id: 'mari', name: 'Mari' } })
    await ana.resolve('t1')
    expect((await delivered(desk))[0]?.message).toEqual({
      subject: 'Re: Help',
      body: 'Dear Mari, it is Resolved.',
      format: 'text',
      language: null,
      missing: [],
    })
  })

  it('what fails comes again later, in its turn, and is given up after 20 attempts', async () => {
    const definition = onOpen({ type: 'webhook', hook: 'down' }, { type: 'webhook', hook: 'second' })
    const { mari, desk, at } = frontDesk({ definition })
    await mari.open({ subject: 'x', ticketId: 't1' })
    const attempts: string[] = []
    const send = ({ effect }: Delivery) => {
      attempts.push(String(effect.data.hook))
      if (effect.data.hook === 'down') throw new Error('no answer')
    }
    let now = when('Mon 09:00')
    let givenUp = false
    for (let round = 0; round < 20; round++) {
      const run = await desk.deliver(send)
      givenUp ||= run.failed.some((one) => one.givenUp)
      now += hour
      at(now)
    }
    expect(givenUp).toBe(true)
    expect(attempts.filter((hook) => hook === 'down')).toHaveLength(20)
    await desk.deliver(send)
    expect(attempts.at(-1)).toBe('second')
  })

  it.each([0, -1, 0.5, Number.NaN, 100_001])('a limit of %d is refused', async (limit) => {
    const { desk } = frontDesk()
    await expect(desk.deliver(() => {}, { limit })).rejects.toMatchObject({ code: 'invalid_command', path: 'limit' })
  })

  it('stops when it is told to', async () => {
    const { mari, desk } = frontDesk({ definition: onOpen({ type: 'webhook', hook: 'x' }) })
    await mari.open({ subject: 'x' })
    await mari.open({ subject: 'x' })
    const controller = new AbortController()
    const run = await desk.deliver(() => controller.abort(), { signal: controller.signal })
    expect(run).toMatchObject({ delivered: 1, more: true })
  })
})

describe('repeats that come to light together are one (hazard 48)', () => {
  // a notice each hour for as long as somebody waits: each hour a new `since`, as the rule touches the status
  const definition = deskOf({
    timeRules: [
      {
        id: 'notice',
        since: 'statusSince',
        after: '1h',
        do: [notify, { type: 'postpone', until: { business: 1, calendar: 'alwaysOpen' } }],
      },
    ],
  })

  it('a ticket untouched for a year', () => {
    const { ticket } = story(definition).open('Mon 09:00').do('Mon 09:00', ana, { type: 'setStatus', status: 'Open' })
    const later = advance(definition, ticket, when('Mon 09:00') + 365 * day)
    expect(fired(later.events).length).toBeGreaterThan(100)
    expect(later.effects).toHaveLength(1)
    expect(later.effects[0]?.dueAt).toBe(later.events.findLast(({ type }) => type === 'time_rule_fired')?.at)
  })

  it('steps of a year, and triggers on them: 1,000 firings, one effect of each rule and step, also desk commit by desk commit', async () => {
    const steps = ['first', 'second'].map((id, i) => ({ id, afterDue: `${i}m`, every: '1h', times: 1_000 }))
    const nagging = deskOf({
      calendar: 'alwaysOpen',
      levels: [{ id: 'l', targets: [{ metric: 'resolution', within: '1h', steps }] }],
      slaRules: [{ level: 'l' }],
      triggers: [
        trigger('tell', 'sla_step_reached', undefined, [notify as never, { type: 'webhook', hook: 'x' }]),
        trigger('first', 'sla_step_reached', { field: 'event.step', op: 'is', value: 'first' }, [notify as never]),
      ],
    })
    const { ticket } = story(nagging).open('Mon 09:00')
    const later = advance(nagging, ticket, when('Mon 09:00') + 365 * day, { limit: Number.POSITIVE_INFINITY })
    expect(later.events.filter(({ type }) => type === 'sla_step_reached')).toHaveLength(2_000)
    expect(fired(later.events)).toHaveLength(3_000)
    expect(later.effects).toHaveLength(5)
    const { desk, at, mari } = frontDesk({ definition: nagging })
    await mari.open({ subject: 'Help', ticketId: 't1' })
    at(when('Mon 09:00') + 365 * day)
    await desk.runDue()
    const steppedTo = (await desk.history('t1')).filter(({ type }) => type === 'sla_step_reached')
    expect(steppedTo).toHaveLength(2_000)
    const told = await delivered(desk)
    expect(told.length).toBeGreaterThanOrEqual(5)
    // a commit holds 1,000 facts of time at most: each may tell once of each
    expect(told.length).toBeLessThanOrEqual(15)
  })

  it('what is stale by then is not asked for at all', () => {
    const fresh = deskOf({
      timeRules: [{ id: 'x', since: 'openedAt', after: '1h', do: [{ ...notify, staleAfter: '1h' }] }],
    })
    const { ticket } = story(fresh).open('Mon 09:00')
    expect(advance(fresh, ticket, when('Mon 11:00')).effects).toHaveLength(1)
    expect(advance(fresh, ticket, when('Mon 11:00') + 1).effects).toHaveLength(0)
  })

  it('different rules, and different facts, stand for themselves', () => {
    const several = deskOf({
      calendar: 'alwaysOpen',
      levels: [
        {
          id: 'l',
          targets: [
            { metric: 'firstResponse', within: '1h' },
            { metric: 'resolution', within: '2h' },
          ],
        },
      ],
      slaRules: [{ level: 'l' }],
      triggers: [trigger('late', 'sla_breached', undefined, [{ type: 'webhook', hook: 'x' }])],
      timeRules: [1, 2].map((n) => ({
        id: `r${n}`,
        since: 'openedAt',
        after: `${n}h`,
        do: [{ type: 'webhook', hook: 'y' }],
      })),
    })
    const { ticket } = story(several).open('Mon 09:00')
    expect(advance(several, ticket, when('Tue 09:00')).effects).toHaveLength(4)
  })
})

describe('what an effect may say is checked where it is defined', () => {
  it.each<[what: string, action: object, code: string, path: string]>([
    ['nobody to tell', { type: 'notify' }, 'invalid_definition', 'to'],
    ['an empty list', { type: 'notify', to: [] }, 'invalid_definition', 'to'],
    ['an unknown recipient', { type: 'notify', to: ['boss'] }, 'invalid_definition', 'to[0]'],
    ['an unknown message', { type: 'sendCannedMessage', message: 'x' }, 'unknown_name', 'message'],
    ['an unknown key', { type: 'webhook', hook: 'x', url: 'http://x' }, 'invalid_definition', 'url'],
    [
      'a condition about an event',
      { type: 'webhook', hook: 'x', when: { field: 'message.body', op: 'present' } },
      'field_not_allowed',
      'when.field',
    ],
    ['a delay of a day', { type: 'webhook', hook: 'x', delay: '1 day' }, 'invalid_duration', 'delay'],
    [
      'a key of the prototype',
      { type: 'webhook', hook: 'x', data: JSON.parse('{"__proto__":1}') },
      'forbidden_key',
      'data.__proto__',
    ],
  ])('%s', (_what, action, code, path) => {
    let found: unknown
    try {
      onMessage(action)
    } catch (error) {
      found = JSON.parse((error as Error).message)
    }
    expect(found).toContainEqual(expect.objectContaining({ code, path: `triggers[0].do[0].${path}` }))
  })
})

import { type Advice, type Advisor, createDesk, memoryStore, rebuild } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { deskOf } from '../rules/desk.ts'
import { ana, story } from '../story.ts'
import { frontDesk } from './front-desk.ts'

const definition = deskOf({
  advice: { priority: 0.8, tags: 0.7, macro: 0.95, cannedMessage: 0.9 },
  cannedMessages: [{ id: 'reset', body: 'Reset it' }],
  macros: [{ id: 'spam', do: [{ type: 'close', reason: 'spam' }] }],
})
const advisor = (advise: Advisor['advise'], more: Partial<Advisor> = {}): { advisor: Advisor } => ({
  advisor: { id: 'oracle', advise, ...more },
})
const says =
  (advice: Advice): Advisor['advise'] =>
  () =>
    advice

describe('advice', () => {
  const given = (advice: object) =>
    story(definition)
      .open('Mon 09:00')
      .do('Mon 09:00', { kind: 'bot', id: 'oracle' }, { type: 'advise', ...advice })

  it('is recorded with how sure it was and why, and followed from its threshold on', () => {
    const life = given({
      priority: { value: 'High', confidence: 0.8, reasons: ['says "down"'] },
      tags: [
        { value: 'login', confidence: 0.9 },
        { value: 'mail', confidence: 0.69 },
      ],
    })
    expect(life.ticket).toMatchObject({ priority: 'High', prioritySources: { advisor: 'High' }, tags: ['login'] })
    expect(life.events.find(({ type }) => type === 'advised')).toMatchObject({
      actor: { kind: 'bot', id: 'oracle' },
      data: {
        suggestions: [
          { of: 'priority', value: 'High', confidence: 0.8, followed: true },
          { of: 'tag', value: 'login', confidence: 0.9, followed: true },
          { of: 'tag', value: 'mail', confidence: 0.69, followed: false },
        ],
      },
      personal: { reasons: [['says "down"'], [], []] },
    })
    expect(rebuild(life.events.map(({ personal: _, ...event }) => event))).toMatchObject({
      priority: 'High',
      tags: ['login'],
    })
  })

  it.each<[of: string, said: (confidence: number) => object, least: number, follows: object, not: object]>([
    [
      'priority',
      (confidence) => ({ priority: { value: 'High', confidence, reasons: ['why'] } }),
      0.8,
      { priority: 'High' },
      { priority: 'Low' },
    ],
    [
      'tag',
      (confidence) => ({ tags: [{ value: 'a', confidence, reasons: ['why'] }] }),
      0.7,
      { tags: ['a'] },
      { tags: [] },
    ],
    [
      'macro',
      (confidence) => ({ macro: { value: 'spam', confidence, reasons: ['why'] } }),
      0.95,
      { kind: 'closed' },
      { kind: 'new' },
    ],
    [
      'cannedMessage',
      (confidence) => ({ cannedMessage: { value: 'reset', confidence, reasons: ['why'] } }),
      0.9,
      {},
      {},
    ],
  ])(
    'on a %s is followed from its own threshold on, and recorded with its reasons below it too',
    (of, said, least, follows, not) => {
      for (const confidence of [least, least - 0.001]) {
        const followed = confidence >= least
        const life = story(definition).open('Mon 09:00')
        const decided = life.attempt(
          'Mon 09:01',
          { kind: 'bot', id: 'oracle' },
          { type: 'advise', ...said(confidence) },
        )
        expect(life.ticket).toMatchObject(followed ? follows : not)
        expect(life.events.at(-1)).toMatchObject({
          type: 'advised',
          data: { suggestions: [{ of, confidence, followed }] },
          personal: { reasons: [['why']] },
        })
        const sends = decided.ok ? decided.value.effects.map(({ kind }) => kind) : null
        expect(sends).toEqual(of === 'cannedMessage' && followed ? ['sendCannedMessage'] : [])
      }
    },
  )

  it('is the weakest of all sources but the default', () => {
    const life = given({ priority: { value: 'Urgent', confidence: 1 } })
    life.do('Mon 10:00', ana, { type: 'setPriority', priority: 'Medium' })
    expect(life.ticket.priority).toBe('Medium')
    life.do('Mon 10:01', ana, { type: 'unsetPriority' })
    expect(life.ticket.priority).toBe('Urgent')
  })

  it('that is less sure than before takes back what was said', () => {
    const life = given({ priority: { value: 'Urgent', confidence: 1 } })
    life.do(
      'Mon 10:00',
      { kind: 'bot', id: 'oracle' },
      { type: 'advise', priority: { value: 'High', confidence: 0.1 } },
    )
    expect(life.ticket).toMatchObject({ priority: 'Low', prioritySources: {} })
  })

  it('runs a macro, and asks for a canned message, where it is sure enough', async () => {
    const { mari, desk } = frontDesk({
      definition,
      ...advisor(
        says({ macro: { value: 'spam', confidence: 0.96 }, cannedMessage: { value: 'reset', confidence: 0.9 } }),
      ),
    })
    const { ticket, effects } = await mari.open({ subject: 'x', ticketId: 't1' })
    expect(ticket).toMatchObject({ kind: 'closed', closeReason: 'spam' })
    expect(effects).toMatchObject([{ kind: 'sendCannedMessage', data: { message: 'reset', rule: 'oracle' } }])
    expect(await desk.get('t1')).toEqual(ticket)
  })

  it('whose macro sets a priority is weaker than what the desk itself finds', async () => {
    const { ana } = frontDesk({
      definition: deskOf({
        advice: { macro: 0.5 },
        tags: [{ name: 'vip', priority: 'Urgent' }],
        macros: [{ id: 'high', do: [{ type: 'setPriority', priority: 'High' }] }],
      }),
    })
    await ana.open({ subject: 'x', ticketId: 't1' })
    const advised = await ana.perform('t1', { type: 'advise', macro: { value: 'high', confidence: 1 } })
    expect(advised.ticket).toMatchObject({ priority: 'High', prioritySources: { advisor: 'High' } })
    expect((await ana.tag('t1', ['vip'])).ticket.priority).toBe('Urgent')
    // by hand it is the agent's own word
    expect((await ana.applyMacro('t1', 'high')).ticket).toMatchObject({
      priority: 'High',
      prioritySources: { manual: 'High' },
    })
  })

  it('whose macro is refused halfway asks for nothing, and is not called followed', async () => {
    const { ana, desk } = frontDesk({
      definition: deskOf({
        advice: { macro: 0.5 },
        macros: [
          {
            id: 'm',
            do: [
              { type: 'webhook', hook: 'h' },
              { type: 'notify', to: ['requester'], text: 'Done!' },
              { type: 'tag', tags: ['x'] },
              { type: 'setStatus', status: 'New' },
            ],
          },
        ],
      }),
    })
    await ana.open({ subject: 'x', ticketId: 't1' })
    await ana.resolve('t1')
    const { ticket, effects, events } = await ana.perform('t1', {
      type: 'advise',
      macro: { value: 'm', confidence: 1 },
    })
    expect([ticket.tags, effects]).toEqual([[], []])
    expect(events).toMatchObject([{ type: 'advised', data: { suggestions: [{ of: 'macro', followed: false }] } }])
    const sent: string[] = []
    await desk.deliver(({ effect }) => void sent.push(effect.kind))
    expect(sent).toEqual([])
  })

  it('tells what was done of it: the tags that found room, no macro that does not apply, no answer to a machine', () => {
    const life = story(
      deskOf({
        advice: { tags: 0.5, macro: 0.5, cannedMessage: 0.5 },
        macros: [{ id: 'm', when: { field: 'kind', op: 'is', value: 'closed' }, do: [{ type: 'close' }] }],
      }),
    ).open('Mon 09:00', { tags: Array.from({ length: 49 }, (_, i) => `t${i}`) })
    const oracle = { kind: 'bot', id: 'oracle' } as const
    life.do('Mon 09:01', oracle, {
      type: 'advise',
      tags: ['a', 'b', 't1'].map((value) => ({ value, confidence: 1 })),
      macro: { value: 'm', confidence: 1 },
    })
    expect(life.ticket.tags).toContain('a')
    expect(life.ticket.tags).toHaveLength(50)
    expect(life.events.at(-1)).toMatchObject({
      type: 'advised',
      data: {
        suggestions: [
          { value: 'a', followed: true },
          { value: 'b', followed: false },
          { value: 't1', followed: true },
          { value: 'm', followed: false },
        ],
      },
    })
  })

  it('without a threshold is recorded, and never followed', () => {
    const life = story(deskOf({}))
      .open('Mon 09:00')
      .do('Mon 09:00', { kind: 'bot', id: 'x' }, { type: 'advise', priority: { value: 'High', confidence: 1 } })
    expect(life.ticket.priority).toBe('Low')
  })

  it.each<[what: string, advice: object, code: string, path: string]>([
    ['an unknown priority', { priority: { value: 'x', confidence: 1 } }, 'unknown_name', 'priority.value'],
    ['an unknown macro', { macro: { value: 'x', confidence: 1 } }, 'unknown_name', 'macro.value'],
    ['an unknown message', { cannedMessage: { value: 'x', confidence: 1 } }, 'unknown_name', 'cannedMessage.value'],
    ['more than sure', { priority: { value: 'Low', confidence: 1.1 } }, 'invalid_command', 'priority.confidence'],
    ['not a number', { priority: { value: 'Low', confidence: Number.NaN } }, 'invalid_command', 'priority.confidence'],
    ['an unknown key', { mood: { value: 'x', confidence: 1 } }, 'invalid_command', 'mood'],
  ])('%s is refused', (_what, advice, code, path) => {
    const life = story(definition).open('Mon 09:00')
    expect(life.refusal('Mon 09:01', ana, { type: 'advise', ...advice })).toMatchObject({ code, path })
  })
})

describe('an advisor of a desk', () => {
  it('is asked after openings and questions, by a promise or at once, and by nothing else', async () => {
    const asked: string[] = []
    const { mari, ana } = frontDesk({
      definition,
      ...advisor(async ({ ticket, events }) => {
        asked.push(`${ticket.id} ${events[0]?.type}`)
        return null
      }),
    })
    await mari.open({ subject: 'x', ticketId: 't1' }, { commandId: 'c' })
    await mari.open({ subject: 'x', ticketId: 't1' }, { commandId: 'c' })
    await mari.message('t1', { body: 'Well?' })
    await mari.message('t1', { body: 'Away', automatic: true })
    await ana.reply('t1', { body: 'x' })
    await ana.tag('t1', ['x'])
    expect(asked).toEqual(['t1 ticket_opened', 't1 message_added'])
  })

  it.each<[what: string, advise: Advisor['advise'], error: RegExp]>([
    [
      'throws',
      () => {
        throw new Error('broken')
      },
      /broken/,
    ],
    ['rejects', () => Promise.reject(new Error('down')), /down/],
    ['is late', () => new Promise(() => {}), /within 20 ms/],
    ['talks nonsense', () => ({ priority: { value: 'Hgh', confidence: 1 } }), /no priority Hgh/],
    ['says what is no advice', () => 'High' as never, /unknown key/],
  ])('that %s holds up no command, and its failure is told', async (_what, advise, error) => {
    const told: unknown[] = []
    const { mari, desk } = frontDesk({
      definition,
      ...advisor(advise, { timeoutMs: 20, failed: (wrong) => told.push(wrong) }),
    })
    const { ticket } = await mari.open({ subject: 'x', ticketId: 't1' })
    expect(await desk.get('t1')).toEqual(ticket)
    expect(String(told[0])).toMatch(error)
  })

  it('whose listener fails too, by a promise as well, harms nobody', async () => {
    const wild: unknown[] = []
    const listen = (error: unknown) => wild.push(error)
    process.on('unhandledRejection', listen)
    try {
      for (const failed of [() => Promise.reject(new Error('no log')), () => JSON.parse('{')]) {
        const { mari } = frontDesk({ definition, ...advisor(() => Promise.reject(new Error('down')), { failed }) })
        expect((await mari.open({ subject: 'x' })).ticket.subject).toBe('x')
      }
      await new Promise((done) => setTimeout(done, 5))
      expect(wild).toEqual([])
    } finally {
      process.off('unhandledRejection', listen)
    }
  })

  it('may be of a class of its own', async () => {
    class Oracle implements Advisor {
      readonly id = 'oracle'
      readonly words = { tags: [{ value: 'x', confidence: 1 }] }
      advise() {
        return this.words
      }
    }
    const { mari } = frontDesk({ definition, advisor: new Oracle() })
    expect((await mari.open({ subject: 'x' })).ticket.tags).toEqual(['x'])
  })

  it.each<[what: string, advisor: unknown, path: string]>([
    ['a number', 5, 'advisor'],
    ['null', null, 'advisor'],
    ['a number for an id', { id: 5, advise: () => null }, 'advisor.id'],
    ['no question', { id: 'x' }, 'advisor.advise'],
    ['a question that is none', { id: 'x', advise: 5 }, 'advisor.advise'],
    ['no listener', { id: 'x', advise: () => null, failed: 'log' }, 'advisor.failed'],
    ['no time', { id: 'x', advise: () => null, timeoutMs: 0 }, 'advisor.timeoutMs'],
    ['more time than timers count', { id: 'x', advise: () => null, timeoutMs: 3e9 }, 'advisor.timeoutMs'],
  ])('that is %s is refused by createDesk', (_what, wrong, path) => {
    expect(() => createDesk({ definition, store: memoryStore(), advisor: wrong as Advisor })).toThrow(
      expect.objectContaining({ code: 'invalid_command', path }),
    )
  })

  it('is asked of what is saved, and while it thinks nobody else waits', async () => {
    let answer: (advice: Advice) => void = () => {}
    let seen: unknown
    const front = frontDesk({
      definition,
      ...advisor(async ({ ticket }) => {
        seen = await front.desk.get(ticket.id)
        return new Promise((resolve) => {
          answer = resolve
        })
      }),
    })
    const opening = front.mari.open({ subject: 'x', ticketId: 't1' })
    while (seen === undefined) await new Promise((done) => setTimeout(done, 1))
    expect(seen).toMatchObject({ id: 't1', version: 1 })
    const { ticket } = await front.ana.setPriority('t1', 'Medium')
    expect(ticket).toMatchObject({ revision: 2, priority: 'Medium' })
    answer({ tags: [{ value: 'late', confidence: 1 }], priority: { value: 'High', confidence: 1 } })
    expect((await opening).ticket).toMatchObject({ revision: 3, priority: 'Medium', tags: ['late'] })
    expect(await front.desk.get('t1')).toEqual((await opening).ticket)
  })

  it('that answers when nobody waits any more is not heard', async () => {
    let answer: (advice: Advice) => void = () => {}
    const { mari, desk } = frontDesk({
      definition,
      ...advisor(() => new Promise((resolve) => (answer = resolve)), { timeoutMs: 5 }),
    })
    await mari.open({ subject: 'x', ticketId: 't1' })
    answer({ tags: [{ value: 'late', confidence: 1 }] })
    await new Promise((done) => setTimeout(done, 5))
    expect(await desk.get('t1')).toMatchObject({ tags: [], version: 1 })
  })

  it('is told that nobody waits any more', async () => {
    let aborted = false
    const { mari } = frontDesk({
      definition,
      ...advisor(
        ({ signal }) =>
          new Promise(() => {
            signal.addEventListener('abort', () => {
              aborted = true
            })
          }),
        { timeoutMs: 5 },
      ),
    })
    await mari.open({ subject: 'x' })
    expect(aborted).toBe(true)
  })

  it('says a thing once, though the command is sent twice', async () => {
    const { mari, desk } = frontDesk({ definition, ...advisor(says({ tags: [{ value: 'x', confidence: 1 }] })) })
    await mari.open({ subject: 'x', ticketId: 't1' }, { commandId: 'c' })
    await mari.open({ subject: 'x', ticketId: 't1' }, { commandId: 'c' })
    expect((await desk.history('t1')).filter(({ type }) => type === 'advised')).toHaveLength(1)
  })
})

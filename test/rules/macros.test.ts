import { compileDefinition, DeskError, defineDesk, type Lease } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { frontDesk, refusal } from '../desk/front-desk.ts'
import { ana, mari, story } from '../story.ts'
import { deskOf, tagged, told } from './desk.ts'

const definition = deskOf({
  macros: [
    {
      id: 'spam',
      name: 'Close as spam',
      when: { field: 'kind', op: 'oneOf', value: ['new', 'open'] },
      do: [
        { type: 'tag', tags: ['spam'] },
        { type: 'setPriority', priority: 'Low' },
        { type: 'close', reason: 'spam' },
      ],
    },
    {
      id: 'broken',
      do: [
        { type: 'tag', tags: ['x'] },
        { type: 'wake' },
        { type: 'setStatus', status: 'New', until: '2030-01-01T00:00:00Z' },
      ],
    },
    { id: 'survey', do: [{ type: 'survey', survey: 'csat' }] },
    { id: 'asleep', active: false, do: [{ type: 'close' }] },
  ],
  views: [{ id: 'todo', when: { field: 'kind', op: 'is', value: 'new' } }],
  triggers: [
    { id: 'noted', on: ['tags_changed'], when: tagged('spam'), do: [{ type: 'setFields', fields: { spam: true } }] },
  ],
})

describe('a macro', () => {
  it('is its user’s own doing, in one revision, and the log names it', () => {
    const life = story(definition).open('Mon 09:00').do('Mon 10:00', ana, { type: 'applyMacro', macro: 'spam' })
    expect(told(life.events.slice(2))).toEqual([
      'tags_changed by spam',
      'priority_changed by spam',
      'status_changed by spam',
      'rule_fired by spam',
      'fields_changed by noted',
      'rule_fired by noted',
    ])
    expect(life.ticket).toMatchObject({ revision: 2, prioritySources: { manual: 'Low' }, closeReason: 'spam' })
    expect(life.events[2]?.actor).toEqual({ kind: 'agent', id: 'ana' })
  })

  it('is refused as a whole, with the path of the action', () => {
    const life = story(definition).open('Mon 09:00')
    expect(life.refusal('Mon 10:00', ana, { type: 'applyMacro', macro: 'broken' })).toMatchObject({
      code: 'invalid_command',
      path: 'do[2].until',
    })
    expect(life.ticket.tags).toEqual([])
  })

  it.each<[what: string, macro: unknown, code: string, path: string]>([
    ['on a ticket it is not meant for', 'spam', 'macro_not_applicable', 'macro'],
    ['that is not there', 'nothing', 'unknown_name', 'macro'],
    ['that is not active', 'asleep', 'unknown_name', 'macro'],
    ['of a name of the prototype', 'constructor', 'unknown_name', 'macro'],
    ['that is no text', 7, 'invalid_command', 'macro'],
  ])('%s is refused', (_what, macro, code, path) => {
    const life = story(definition).open('Mon 09:00').do('Mon 09:30', ana, { type: 'resolve' })
    expect(life.refusal('Mon 10:00', ana, { type: 'applyMacro', macro })).toMatchObject({ code, path })
  })

  it('that asks for an effect alone changes the ticket’s log, not the ticket', async () => {
    const { mari, ana } = frontDesk({ definition })
    await mari.open({ subject: 'x', ticketId: 't1' })
    const outcome = await ana.applyMacro('t1', 'survey')
    expect(outcome.effects).toHaveLength(1)
    expect(outcome.events.map(({ type }) => type)).toEqual(['rule_fired'])
  })

  it('by a requester answers as a requester may: not at all', () => {
    const answers = deskOf({ macros: [{ id: 'm', do: [{ type: 'reply', body: 'x' }] }] })
    expect(
      story(answers).open('Mon 09:00').refusal('Mon 10:00', mari, { type: 'applyMacro', macro: 'm' }),
    ).toMatchObject({
      code: 'wrong_actor',
      path: 'do[0]',
    })
  })

  it('is offered where it is meant to be used', async () => {
    const { mari, ana, desk } = frontDesk({ definition })
    await mari.open({ subject: 'x', ticketId: 't1' })
    expect((await desk.allowed('t1', ana.actor)).macros).toEqual(['spam', 'broken', 'survey'])
    await ana.resolve('t1')
    expect((await desk.allowed('t1', ana.actor)).macros).toEqual(['broken', 'survey'])
  })

  it('may do what agents do, and no more', () => {
    const found = compileDefinition({ macros: [{ id: 'm', do: [{ type: 'merge', into: 'x' }] }] })
    expect('refusals' in found && found.refusals[0]).toMatchObject({
      code: 'unknown_name',
      path: 'macros[0].do[0].type',
    })
  })
})

describe('dryRun', () => {
  it('says what a command would lead to and why, and saves nothing', async () => {
    const { mari, ana, desk } = frontDesk({ definition })
    await mari.open({ subject: 'x', ticketId: 't1' })
    const tried = await ana.dryRun('t1', { type: 'tag', tags: ['spam'] })
    expect(tried.ticket).toMatchObject({ tags: ['spam'], fields: { spam: true } })
    expect(tried.explanation).toEqual([
      {
        cause: { kind: 'command', id: expect.any(String) },
        at: expect.any(Number),
        rules: [
          {
            rule: 'noted',
            kind: 'trigger',
            outcome: 'fired',
            decidedBy: [{ path: '', leaf: tagged('spam'), holds: true, found: ['spam'] }],
            did: [{ type: 'setFields', result: 'changed' }],
          },
        ],
      },
    ])
    expect(await desk.get('t1')).toMatchObject({ version: 1, tags: [] })
  })

  it('follows merges, knows what was done before, and sees a claim that ran out, as the command would', async () => {
    const { mari, ana, at } = frontDesk({ definition })
    await mari.open({ subject: 'x', ticketId: 't1' })
    await mari.open({ subject: 'y', ticketId: 't2' })
    await ana.merge('t1', 't2')
    const words = { body: 'Well?', externalId: '<1@example.org>' }
    expect((await mari.dryRun('t1', { type: 'message', ...words })).ticket.id).toBe('t2')
    await mari.message('t1', words, { commandId: 'c' })
    const nothing = { events: [], effects: [], unchanged: true, ticket: { id: 't2', counts: { messages: 1 } } }
    expect(await mari.dryRun('t2', { type: 'message', ...words })).toMatchObject(nothing)
    expect(await mari.dryRun('t1', { type: 'message', ...words }, { commandId: 'c' })).toMatchObject(nothing)
    const lease = (await ana.claim('t2', '5m')) as Lease
    expect((await ana.dryRun('t2', { type: 'note', body: 'x' }, { lease })).unchanged).toBe(false)
    at('Mon 10:00')
    expect(await refusal(ana.dryRun('t2', { type: 'note', body: 'x' }, { lease }))).toMatchObject({
      code: 'lease_lost',
    })
  })

  it('of a ticket with more due than one commit holds says what all of it comes to', async () => {
    const often = deskOf({
      levels: [
        {
          id: 'l',
          calendar: 'alwaysOpen',
          targets: ['firstResponse', 'resolution'].map((metric) => ({
            metric,
            within: '1h',
            steps: [{ id: 's', afterDue: '1m', every: '1m', times: 1_000 }],
          })),
        },
      ],
      slaRules: [{ level: 'l' }],
    })
    const { mari, ana, desk, at } = frontDesk({ definition: often })
    await mari.open({ subject: 'x', ticketId: 't1' })
    at('Fri 09:00')
    const tried = await ana.dryRun('t1', { type: 'note', body: 'x' })
    const before = (await desk.history('t1')).length
    const { ticket } = await ana.note('t1', { body: 'x' })
    expect(tried.events).toHaveLength(ticket.version - before)
    expect(tried.ticket.counts).toEqual(ticket.counts)
  })

  it('of an opening takes no number, and is refused as the command would be', async () => {
    const { mari, ana, desk } = frontDesk({ definition })
    expect((await mari.dryRun(null, { type: 'open', subject: 'x' })).ticket.status).toBe('New')
    expect((await mari.open({ subject: 'x', ticketId: 't1' })).ticket.reference).toBe('T-000001')
    expect(await refusal(ana.dryRun('t1', { type: 'setStatus', status: 'Opn' as never }))).toMatchObject({
      code: 'unknown_name',
    })
    expect(await refusal(ana.dryRun('t9', { type: 'resolve' }))).toMatchObject({ code: 'ticket_not_found' })
    expect(await refusal(ana.dryRun('t1', { type: 'merge', into: 't2' }))).toMatchObject({ code: 'invalid_command' })
    expect(await desk.history('t1')).toHaveLength(1)
  })
})

describe('the explanation of a command', () => {
  const explained = deskOf({
    triggers: [
      {
        id: 'no',
        on: ['ticket_opened'],
        when: {
          all: [
            { field: 'channel', op: 'is', value: 'mail' },
            { field: 'language', op: 'is', value: 'et' },
          ],
        },
        do: [{ type: 'escalate' }],
      },
      {
        id: 'yes',
        on: ['ticket_opened'],
        do: [{ type: 'notify', to: ['assignee'] }, { type: 'wake' }, { type: 'setStatus', status: 'New', until: 1 }],
        stop: true,
      },
      { id: 'later', on: ['ticket_opened'], do: [{ type: 'escalate' }] },
      { id: 'elsewhere', on: ['rated'], do: [{ type: 'escalate' }] },
    ],
  })

  it('names the rules tried, the leaf that decided, and what each action came to', async () => {
    const { mari } = frontDesk({ definition: explained })
    const { explanation } = await mari.open({ subject: 'x', channel: 'mail', language: 'lv' })
    expect(explanation?.flatMap(({ rules }) => rules)).toEqual([
      {
        rule: 'no',
        kind: 'trigger',
        outcome: 'not_met',
        decidedBy: [{ path: 'all[1]', leaf: { field: 'language', op: 'is', value: 'et' }, holds: false, found: 'lv' }],
        did: [],
      },
      {
        rule: 'yes',
        kind: 'trigger',
        outcome: 'fired',
        decidedBy: [],
        did: [
          { type: 'notify', result: 'asked' },
          { type: 'wake', result: 'unchanged' },
          { type: 'setStatus', result: 'refused', code: 'wake_in_past' },
        ],
      },
      { rule: 'later', kind: 'trigger', outcome: 'stopped', decidedBy: [], did: [] },
    ])
  })

  it('is null for a command that had been done before', async () => {
    const { mari } = frontDesk({ definition: explained })
    await mari.open({ subject: 'x', ticketId: 't1' }, { commandId: 'c' })
    expect(await mari.open({ subject: 'x', ticketId: 't1' }, { commandId: 'c' })).toMatchObject({
      repeated: true,
      explanation: null,
    })
  })
})

describe('performMany', () => {
  const many = async (count: number) => {
    const front = frontDesk({ definition })
    for (let i = 1; i <= count; i++) await front.mari.open({ subject: 'x', ticketId: `t${i}` })
    return front
  }

  it('does a command on every ticket of a view, with a receipt for each', async () => {
    const { ana, desk } = await many(5)
    await ana.tag('t2', ['spam'])
    const progress: string[] = []
    const outcome = await ana.performMany(
      { view: 'todo' },
      { type: 'tag', tags: ['spam'] },
      {
        commandId: 'bulk',
        progress: ({ done, total, last }) => progress.push(`${done}/${total} ${last.ticketId} ${last.result}`),
      },
    )
    expect(outcome).toMatchObject({ commandId: 'bulk', total: 5, cancelled: false })
    expect(progress).toEqual([
      '1/5 t1 changed',
      '2/5 t2 unchanged',
      '3/5 t3 changed',
      '4/5 t4 changed',
      '5/5 t5 changed',
    ])
    expect((await desk.get('t4')).tags).toEqual(['spam'])
  })

  it('a view that loses its tickets to the command is done to its end, over all pages', {
    timeout: 60_000,
  }, async () => {
    const { ana, desk } = await many(1_003) // a page has 1,000
    const { receipts, total } = await ana.performMany({ view: 'todo' }, { type: 'applyMacro', macro: 'spam' })
    expect([total, new Set(receipts.map(({ ticketId }) => ticketId)).size]).toEqual([1_003, 1_003])
    expect(new Set(receipts.map(({ result }) => result))).toEqual(new Set(['changed']))
    expect(await desk.count('todo')).toMatchObject({ count: 0 })
  })

  it('a macro that does not apply to some is refused for those, and leaves nothing on them', async () => {
    const { ana, desk } = await many(3)
    await ana.resolve('t2')
    const { receipts } = await ana.performMany(['t1', 't2', 't3'], { type: 'applyMacro', macro: 'spam' })
    expect(receipts).toMatchObject([
      { ticketId: 't1', result: 'changed', revision: 2 },
      { ticketId: 't2', result: 'refused', error: { code: 'macro_not_applicable', facts: { macro: 'spam' } } },
      { ticketId: 't3', result: 'changed', revision: 2 },
    ])
    expect(await desk.get('t2')).toMatchObject({ revision: 2, tags: [] })
  })

  it('makes no tickets', async () => {
    const { ana, desk } = frontDesk({ definition: deskOf({}) })
    // @ts-expect-error what is done to many is done to tickets that there are
    const run = ana.performMany(['nobody'], { type: 'open', subject: 'x' })
    await expect(run).rejects.toMatchObject({ code: 'invalid_command', path: 'type' })
    await expect(desk.get('nobody')).rejects.toMatchObject({ code: 'ticket_not_found' })
  })

  it('a refusal on one ticket is its receipt; the others have theirs', async () => {
    const { ana } = await many(2)
    await ana.close('t1')
    const { receipts } = await ana.performMany(['t1', 'nobody', 't2', 't2'], { type: 'assign', agent: 'ana' })
    expect(receipts).toMatchObject([
      { ticketId: 't1', result: 'refused', revision: null, error: { code: 'ticket_closed' } },
      { ticketId: 'nobody', result: 'refused', error: { code: 'ticket_not_found' } },
      { ticketId: 't2', result: 'changed', revision: 2, error: null },
    ])
  })

  it('stops when it is told to, and goes on where it stopped with the same id', async () => {
    const { ana, desk } = await many(4)
    const controller = new AbortController()
    const note = { type: 'note', body: 'x' } as const
    const ids = ['t1', 't2', 't3', 't4']
    const first = await ana.performMany(ids, note, {
      commandId: 'bulk',
      signal: controller.signal,
      progress: ({ done }) => done === 2 && controller.abort(),
    })
    expect(first).toMatchObject({ cancelled: true, total: 4, receipts: [{ ticketId: 't1' }, { ticketId: 't2' }] })
    const second = await ana.performMany(ids, note, { commandId: 'bulk' })
    expect(second.receipts.map(({ result }) => result)).toEqual(['repeated', 'repeated', 'changed', 'changed'])
    expect((await desk.messages('t1')).length).toBe(1)
  })

  it('keeps the receipts it has when a listener throws', async () => {
    const { ana } = await many(2)
    const progress = () => {
      throw new Error('the page is gone')
    }
    const { receipts } = await ana.performMany({ view: 'todo' }, { type: 'note', body: 'x' }, { progress })
    expect(receipts.map(({ result }) => result)).toEqual(['changed', 'changed'])
  })

  it('keeps them when the store fails, says so, and goes on with the id it gave', async () => {
    const front = await many(3)
    let commits = 0
    const store = {
      ...front.store,
      commit: (commit: Parameters<typeof front.store.commit>[0]) => {
        if (++commits === 2) throw new DeskError({ code: 'store_busy', facts: { reason: 'locked' } } as never)
        return front.store.commit(commit)
      },
    }
    const note = { type: 'note', body: 'x' } as const
    const ids = ['t1', 't2', 't3']
    const first = await front.desk.using(store).as(ana).performMany(ids, note)
    expect(first).toMatchObject({
      cancelled: false,
      failure: { code: 'store_busy' },
      total: 3,
      receipts: [{ ticketId: 't1', result: 'changed' }],
    })
    const second = await front.ana.performMany(ids, note, { commandId: first.commandId })
    expect(second.receipts.map(({ result }) => result)).toEqual(['repeated', 'changed', 'changed'])
    expect(second.failure).toBe(null)
  })

  it('says that a view has more tickets than it was to take', async () => {
    const { ana } = await many(3)
    const take = async (limit: number) => {
      const { receipts, more, cancelled, stale } = await ana.performMany(
        { view: 'todo' },
        { type: 'note', body: 'x' },
        { limit },
      )
      return { done: receipts.length, more, cancelled, stale }
    }
    expect(await take(2)).toEqual({ done: 2, more: true, cancelled: false, stale: false })
    expect(await take(3)).toEqual({ done: 3, more: false, cancelled: false, stale: false })
  })

  it.each<[what: string, request: unknown]>([
    ['null', null],
    ['a text', 'resolve'],
    ['a command that there is not', { type: 'vanish' }],
    ['a command with a key too many', { type: 'resolve', mood: 'good' }],
  ])('a request that is %s is refused once', async (_what, request) => {
    const { ana } = await many(1)
    expect(await refusal(ana.performMany(['t1'], request as never))).toMatchObject({ code: 'invalid_command' })
  })

  it('gives others a turn: somebody else can stop it meanwhile', async () => {
    const { ana } = await many(50)
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 0)
    const outcome = await ana.performMany({ view: 'todo' }, { type: 'note', body: 'x' }, { signal: controller.signal })
    expect(outcome).toMatchObject({ cancelled: true, total: 50 })
    expect(outcome.receipts.length).toBeLessThan(50)
  })

  it.each<[what: string, tickets: unknown, options: object, code: string, path: string]>([
    ['tickets that are a text', 't1', {}, 'invalid_command', 'tickets'],
    ['an id that is none', ['a b'], {}, 'invalid_text', 'tickets[0]'],
    ['an unknown view', { view: 'x' }, {}, 'unknown_name', 'view'],
    ['a limit of 0', ['t1'], { limit: 0 }, 'invalid_command', 'options.limit'],
    ['an unknown option', ['t1'], { at: 1 }, 'invalid_command', 'options.at'],
  ])('%s: refused', async (_what, tickets, options, code, path) => {
    const { ana } = await many(1)
    expect(await refusal(ana.performMany(tickets as never, { type: 'resolve' }, options))).toMatchObject({ code, path })
  })
})

it('the names of macros are inferred', () => {
  const own = defineDesk({ macros: [{ id: 'spam', do: [{ type: 'close', reason: 'spam' }] }] })
  const body: unknown = 'spam'
  expect(own.isMacro(body)).toBe(true)
  expect(own.isMacro('nothing')).toBe(false)
})

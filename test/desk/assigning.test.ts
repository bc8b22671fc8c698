import { type Agent, createDesk, type Directory } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { when } from '../story.ts'
import { refusal } from './front-desk.ts'
import { routed } from './routing-desk.ts'

const subject = { subject: 'Help' }
const five: readonly Agent[] = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ id }))

describe('many at once', () => {
  it('every ticket that opens gets its agent, and turns are fair, however many open at once', async () => {
    const { desk } = routed(five, { strategies: ['roundRobin'] })
    const opened = await Promise.all(
      Array.from({ length: 40 }, (_, i) => desk.as({ kind: 'requester', id: `r${i}` }).open(subject)),
    )
    for (const { id } of five) expect(opened.filter(({ ticket }) => ticket.assignee === id)).toHaveLength(8)
  })

  it('over two desks of one store too: none is left, none in silence', async () => {
    const { desk, store, clock, definition, team } = routed(five, { strategies: ['roundRobin'] })
    const other = createDesk({ definition, store, clock, directory: { agents: () => team.agents } })
    const opened = await Promise.all(
      Array.from({ length: 40 }, (_, i) => (i % 2 ? desk : other).as({ kind: 'requester', id: `r${i}` }).open(subject)),
    )
    expect(opened.map(({ routed }) => routed?.decidedBy)).not.toContain(undefined)
    for (const { id } of five) expect(opened.filter(({ ticket }) => ticket.assignee === id)).toHaveLength(8)
  })

  it('a store on which others are always quicker: it says that it failed', async () => {
    const { store, definition, team, clock } = routed(five)
    const busy: typeof store = {
      ...store,
      commit: async (commit) =>
        commit.turn ? { ok: false, conflict: 'turn', agent: commit.turn.agent } : store.commit(commit),
    }
    const desk = createDesk({ definition, store: busy, clock, directory: { agents: () => team.agents } })
    const { ticket, routed: proposal } = await desk.as({ kind: 'requester', id: 'mari' }).open(subject)
    expect(proposal).toMatchObject({ agent: null, decidedBy: 'failed' })
    expect(ticket.assignee).toBeNull()
    expect((await desk.runRouting()).waiting).toMatchObject([{ ticketId: ticket.id, until: null }])
    expect(await store.leases('default', 'system:routing')).toEqual([])
  })
})

describe('agents whose ids are words of the language', () => {
  it.each(['constructor', 'toString', 'valueOf', '__proto__'])('%s has a load and a turn like others', async (id) => {
    const { mari, desk } = routed([{ id, capacity: 1 }])
    const { ticket, routed: proposal } = await mari.open(subject)
    expect(proposal).toMatchObject({ agent: id, decidedBy: 'only' })
    expect(await mari.open(subject)).toMatchObject({ routed: { passedOver: [{ agent: id, because: 'capacity' }] } })
    await desk.as({ kind: 'agent', id }).reply(ticket.id, { body: 'x' })
    const both = routed([{ id }, { id: 'zoe' }], { strategies: ['roundRobin'] })
    const assignees = []
    for (let i = 0; i < 4; i++) assignees.push((await both.mari.open(subject)).ticket.assignee)
    expect(assignees.toSorted()).toEqual([id, id, 'zoe', 'zoe'].toSorted())
  })
})

describe('a directory that fails', () => {
  const withDirectory = (directory: Directory) => routed([], {}, {}, { directory })
  const thrown = (value: unknown) => () => {
    throw value
  }

  it.each([
    ['null', thrown(null), 'null'],
    ['a text', thrown('x'), '"x"'],
    ['an error', thrown(new Error('elsewhere')), 'elsewhere'],
    ['an object whose text fails', thrown({ toString: thrown('y') }), 'an object'],
  ])('with %s: the command stands, and other calls say so with a code', async (_what, agents, says) => {
    const { mari, ana, desk, at } = withDirectory({ agents })
    const { ticket, routed: proposal } = await mari.open(subject)
    expect(proposal).toMatchObject({ decidedBy: 'failed' })
    expect(proposal?.reason).toContain(says)
    for (const call of [desk.runRouting(), desk.proposal(ticket.id), ana.next('todo')])
      expect(await refusal(call)).toMatchObject({ code: 'directory_failed', facts: { reason: says } })
    await ana.postpone(ticket.id, { until: when('Mon 10:00') })
    at('Mon 10:01')
    expect(await desk.runDue()).toMatchObject({ tickets: 1, failed: [] })
  })

  it('that never answers keeps nobody waiting for longer than its time', async () => {
    const { mari, desk } = withDirectory({ agents: () => new Promise(() => {}), timeoutMs: 20 })
    const { ticket, routed: proposal } = await mari.open(subject)
    expect(proposal).toMatchObject({ decidedBy: 'failed', reason: expect.stringContaining('20 ms') })
    expect(await desk.get(ticket.id)).toEqual(ticket)
    expect(await refusal(desk.runRouting())).toMatchObject({ code: 'directory_failed' })
  })
})

describe('a ticket that somebody holds', () => {
  it('is not given to others: it waits for the claim', async () => {
    const { mari, ana, desk, at } = routed([{ id: 'ana' }, { id: 'ben' }], { assignOn: ['transfer'] })
    const { ticket } = await mari.open(subject)
    const lease = await ana.claim(ticket.id, '10m')
    const moved = await ana.transfer(ticket.id, 'Billing')
    expect(moved).toMatchObject({
      ticket: { assignee: null },
      routed: { agent: null, decidedBy: 'wait', waitFor: 'ana', until: when('Mon 09:10'), reason: 'ana holds it' },
    })
    expect((await desk.runRouting()).waiting).toMatchObject([{ ticketId: ticket.id, until: when('Mon 09:10') }])
    await ana.reply(ticket.id, { body: 'x' }, { lease: lease ?? undefined })
    await mari.message(ticket.id, { body: 'y' })
    at('Mon 09:10')
    expect((await desk.runRouting()).assigned).toMatchObject([{ ticketId: ticket.id }])
  })

  it('claimed between the look and the commit, it is not given either', async () => {
    const { store, definition, team, clock, ana } = routed([{ id: 'ben' }])
    const late: typeof store = {
      ...store,
      turns: async (tenant) => {
        await ana.claim('t1')
        return store.turns(tenant)
      },
    }
    const desk = createDesk({ definition, store: late, clock, directory: { agents: () => team.agents } })
    const opened = await desk.as({ kind: 'requester', id: 'mari' }).open({ ...subject, ticketId: 't1' })
    expect(opened).toMatchObject({ ticket: { assignee: null }, routed: { decidedBy: 'wait', waitFor: 'ana' } })
  })
})

describe('escalation of a ticket that is no work now', () => {
  const team: readonly Agent[] = [{ id: 'ana' }, { id: 'eva', tier: 2 }]

  it.each(['answered', 'postponed'])('%s: the next tier has it, and the outcome says so', async (kind) => {
    const { mari, ana, desk } = routed(team)
    const { ticket } = await mari.open(subject)
    if (kind === 'answered') await ana.reply(ticket.id, { body: 'x' })
    else await ana.postpone(ticket.id, { until: when('Mon 12:00') })
    const up = await ana.escalate(ticket.id)
    expect(up).toMatchObject({ ticket: { kind, assignee: 'eva' }, routed: { agent: 'eva' } })
    expect(await desk.get(ticket.id)).toEqual(up.ticket)
  })

  it('where nobody can, the outcome says that nobody has it; and when it is work again, somebody is looked for', async () => {
    const { mari, ana, desk, team: people } = routed([{ id: 'ana' }, { id: 'eva', tier: 2, away: true }])
    const { ticket } = await mari.open(subject)
    await ana.reply(ticket.id, { body: 'x' })
    const up = await ana.escalate(ticket.id)
    expect(up).toMatchObject({ ticket: { assignee: null }, routed: { decidedBy: 'nobody' } })
    expect(await desk.get(ticket.id)).toEqual(up.ticket)
    people.agents = [...team]
    expect(await mari.message(ticket.id, { body: 'y' })).toMatchObject({
      ticket: { kind: 'open', assignee: 'eva' },
      routed: { agent: 'eva' },
    })
  })

  it('resolved: it stays with whoever has it', async () => {
    const { mari, ana } = routed(team)
    const { ticket } = await mari.open(subject)
    await ana.resolve(ticket.id)
    expect(await ana.escalate(ticket.id)).toMatchObject({ ticket: { assignee: 'ana' }, routed: null })
  })

  it('takes the claim as well: whoever escalates what they hold holds it no more', async () => {
    const { mari, ana, store } = routed(team)
    const { ticket } = await mari.open(subject)
    await ana.claim(ticket.id)
    expect((await ana.escalate(ticket.id)).ticket.assignee).toBe('eva')
    expect(await store.leases('default', 'ana')).toEqual([])
  })

  it('a directory that fails midway: the outcome has the ticket as it is stored', async () => {
    const { mari, ana, desk, store } = routed(team)
    const { ticket } = await mari.open(subject)
    const turns = store.turns
    store.turns = () => Promise.reject(new Error('gone'))
    const up = await ana.escalate(ticket.id)
    store.turns = turns
    expect(up).toMatchObject({ ticket: { assignee: null }, routed: { decidedBy: 'failed' } })
    expect(await desk.get(ticket.id)).toEqual(up.ticket)
  })
})

describe('capacity', () => {
  it('counts claims, also when the desk assigns', async () => {
    const { mari, ana, desk } = routed([{ id: 'ana', capacity: 1 }], { assignOn: [] })
    for (const ticketId of ['a', 'b']) await mari.open({ ...subject, ticketId })
    await ana.claim('a', '10m')
    expect(await desk.proposal('b')).toMatchObject({ passedOver: [{ agent: 'ana', because: 'capacity' }] })
    expect((await desk.runRouting()).assigned).toEqual([])
  })

  it('holds when an agent takes by next while the desk assigns', async () => {
    const { mari, ana, desk, store } = routed([{ id: 'ana', capacity: 1 }], { assignOn: ['transfer'] })
    for (const ticketId of ['a', 'b']) await mari.open({ ...subject, ticketId })
    await Promise.all([ana.transfer('b', 'Billing'), ana.next('todo')])
    const held = (await store.leases('default', 'ana')).map(({ ticketId }) => ticketId)
    const assigned = (await Promise.all(['a', 'b'].map((id) => desk.get(id)))).filter(({ assignee }) => assignee)
    expect(new Set([...held, ...assigned.map(({ id }) => id)]).size).toBe(1)
  })

  it('takes three tenths as three times a tenth', async () => {
    const { mari } = routed([{ id: 'ana', capacity: 0.3 }], { costs: { default: 0.1 } })
    const opened = []
    for (let i = 0; i < 4; i++) opened.push((await mari.open(subject)).ticket.assignee)
    expect(opened).toEqual(['ana', 'ana', 'ana', null])
  })
})

describe('a fact of time that a command brings to light', () => {
  it('is routed, also where the command itself changes nothing', async () => {
    const { mari, ana, at } = routed([{ id: 'ana' }])
    const { ticket } = await mari.open({ ...subject, tags: ['x'] })
    await ana.update(ticket.id, { assignee: null, status: 'Postponed', until: when('Mon 10:00') } as never)
    at('Mon 10:01')
    expect(await ana.tag(ticket.id, ['x'])).toMatchObject({
      unchanged: true,
      ticket: { kind: 'new', assignee: 'ana' },
      routed: { agent: 'ana' },
    })
  })
})

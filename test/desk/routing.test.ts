import { type Agent, defineDesk, type RoutingDefinition } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { when } from '../story.ts'
import { frontDesk, refusal } from './front-desk.ts'
import { routed } from './routing-desk.ts'

const todo = { field: 'kind', op: 'oneOf', value: ['new', 'open'] } as const
const both: readonly Agent[] = [{ id: 'ana' }, { id: 'ben' }]
const subject = { subject: 'Help' }

describe('the desk assigns by itself', () => {
  it('on opening; the outcome says whom and why, the ticket is the one after that', async () => {
    const { mari, desk } = routed(both, { strategies: ['roundRobin'] })
    const first = await mari.open(subject)
    expect(first).toMatchObject({
      ticket: { assignee: 'ana' },
      routed: { agent: 'ana', decidedBy: 'roundRobin', reason: 'ana has waited longest for a turn' },
    })
    expect(await desk.get(first.ticket.id)).toEqual(first.ticket)
    const assignees = []
    for (let i = 0; i < 5; i++) assignees.push((await mari.open(subject)).ticket.assignee)
    expect(assignees).toEqual(['ben', 'ana', 'ben', 'ana', 'ben'])
    const last = (await desk.history(first.ticket.id)).at(-1)
    expect(last).toMatchObject({ type: 'assignee_changed', actor: { kind: 'system', id: 'routing' } })
  })

  it('the history tells why, for whoever reads it later', async () => {
    const { mari, ana, desk, team } = routed([{ id: 'ana' }, { id: 'ben' }, { id: 'eva', tier: 2 }])
    const { ticket } = await mari.open(subject)
    await ana.escalate(ticket.id)
    team.agents = [{ id: 'ana' }, { id: 'ben' }, { id: 'eva', tier: 2, away: true }]
    await desk.runRouting()
    await ana.assign(ticket.id, 'ben')
    const told = (await desk.history(ticket.id)).flatMap((event) =>
      event.type === 'assignee_changed' ? [[event.data.assignee, event.data.routed]] : [],
    )
    expect(told).toEqual([
      ['ana', { decidedBy: 'roundRobin', reason: 'ana has waited longest for a turn' }],
      [null, { decidedBy: 'tier', reason: 'ana is of tier 1, the ticket is in tier 2 now' }],
      ['eva', { decidedBy: 'only', reason: 'eva is the only one who can' }],
      [null, { decidedBy: 'away', reason: 'eva is away' }],
      ['ben', undefined],
    ])
  })

  it('an application that routes by itself says why in the same words', async () => {
    const { mari, ana, desk } = routed(both, { assignOn: [] })
    const { ticket } = await mari.open(subject)
    const { agent, decidedBy, reason } = await desk.proposal(ticket.id)
    await ana.perform(ticket.id, { type: 'assign', agent: agent as string, routed: { decidedBy, reason } })
    expect((await desk.history(ticket.id)).at(-1)).toMatchObject({ data: { assignee: 'ana', routed: { decidedBy } } })
    const wrong = ana.perform(ticket.id, { type: 'assign', agent: 'ben', routed: { decidedBy } as never })
    expect(await refusal(wrong)).toMatchObject({ code: 'invalid_command', path: 'routed.reason' })
  })

  it('when it wakes by itself, whoever looks first', async () => {
    const { mari, ana, at, desk } = routed(both)
    const { ticket } = await mari.open(subject)
    await ana.update(ticket.id, { assignee: null, status: 'Postponed', until: when('Mon 10:00') } as never)
    expect((await desk.get(ticket.id)).assignee).toBeNull()
    at('Mon 10:01')
    await desk.runDue()
    expect(await desk.get(ticket.id)).toMatchObject({ kind: 'new', assignee: expect.stringMatching(/ana|ben/) })
  })

  it('escalated, it goes to the next tier, and back to who had it', async () => {
    const team = [{ id: 'ana' }, { id: 'ben' }, { id: 'eva', tier: 2 }]
    const { mari, ben, desk } = routed(team)
    const { ticket } = await mari.open(subject)
    expect(ticket.assignee).toBe('ana')
    expect((await ben.escalate(ticket.id)).ticket).toMatchObject({ tier: 2, assignee: 'eva' })
    const back = await ben.escalate(ticket.id, { tier: 1, reason: 'only a password' })
    expect(back).toMatchObject({ ticket: { tier: 1, assignee: 'ana' }, routed: { decidedBy: 'return' } })
    expect((await desk.get(ticket.id)).counts.reassignments).toBe(0)
  })

  it('back over several tiers, to who had it in the one it comes back to, also from its opening on', async () => {
    const { ana, desk } = routed([{ id: 'ana' }, { id: 'ben' }, { id: 'eva', tier: 2 }, { id: 'kai', tier: 3 }])
    const { ticket } = await ana.open({ ...subject, assignee: 'ben' } as never)
    expect((await ana.escalate(ticket.id)).ticket.assignee).toBe('eva')
    expect((await ana.escalate(ticket.id)).ticket.assignee).toBe('kai')
    expect(await ana.escalate(ticket.id, { tier: 1 })).toMatchObject({
      ticket: { assignee: 'ben' },
      routed: { decidedBy: 'return' },
    })
    expect((await ana.escalate(ticket.id, { tier: 3 })).ticket.assignee).toBe('kai')
    const down = await desk.as({ kind: 'agent', id: 'kai' }).escalate(ticket.id, { tier: 2 })
    expect(down.routed).toMatchObject({ agent: 'eva' })
  })

  it('sticky: who answered this requester last, on whichever ticket', async () => {
    const { mari, ben } = routed(both, { strategies: ['sticky', 'leastLoaded'] })
    const { ticket } = await mari.open(subject)
    await ben.reply(ticket.id, { body: 'Try again' })
    for (let i = 0; i < 3; i++)
      expect(await mari.open(subject)).toMatchObject({ ticket: { assignee: 'ben' }, routed: { decidedBy: 'sticky' } })
  })

  it('sticky: waits for whoever answered last, if they are there within the time said; then they get it', async () => {
    const { mari, ben, desk, team, at } = routed(both, { sticky: { within: '30m' } })
    const { ticket: first } = await mari.open(subject)
    await ben.reply(first.id, { body: 'Try again' })
    team.agents[1] = { id: 'ben', awayUntil: when('Mon 09:20') }
    const { ticket, routed: proposal } = await mari.open(subject)
    expect(proposal).toMatchObject({ agent: null, decidedBy: 'wait', waitFor: 'ben', until: when('Mon 09:20') })
    expect((await desk.runRouting()).waiting).toMatchObject([{ ticketId: ticket.id, until: when('Mon 09:20') }])
    at('Mon 09:20')
    expect((await desk.runRouting()).assigned).toMatchObject([{ ticketId: ticket.id, agent: 'ben' }])
    team.agents[1] = { id: 'ben', awayUntil: when('Mon 10:00') }
    expect((await mari.open(subject)).ticket.assignee).toBe('ana')
  })

  it('on what else it is told to: transfer and reopening, the second not unless said', async () => {
    const agents: Agent[] = [
      { id: 'ana', departments: ['Billing'] },
      { id: 'ben', departments: ['Sales'] },
    ]
    const all = routed(agents, { assignOn: ['open', 'transfer', 'reopen'] })
    const { ticket } = await all.mari.open({ ...subject, department: 'Billing' })
    expect((await all.ana.transfer(ticket.id, 'Sales')).ticket.assignee).toBe('ben')
    await all.ben.update(ticket.id, { assignee: null, status: 'Resolved' })
    expect((await all.mari.message(ticket.id, { body: 'Not yet' })).ticket).toMatchObject({
      kind: 'open',
      assignee: 'ben',
    })
    const { mari, ana } = routed(agents)
    const opened = (await mari.open({ ...subject, department: 'Billing' })).ticket
    expect((await ana.transfer(opened.id, 'Sales')).ticket.assignee).toBeNull()
  })

  it('only where it is said, and only to tickets that nobody has', async () => {
    const quiet = routed(both, { assignOn: [] })
    expect(await quiet.mari.open(subject)).toMatchObject({ ticket: { assignee: null }, routed: null })
    const { ana } = routed(both)
    expect(await ana.open({ ...subject, assignee: 'eva' } as never)).toMatchObject({
      ticket: { assignee: 'eva' },
      routed: null,
    })
    const without = frontDesk({ definition: defineDesk({ routing: {} }) })
    expect((await without.mari.open(subject)).routed).toBeNull()
  })

  it('a command done before is not routed again', async () => {
    const { mari, ana, desk } = routed(both)
    const { ticket } = await mari.open(subject, { commandId: 'c1' })
    await ana.unassign(ticket.id)
    expect(await mari.open(subject, { commandId: 'c1' })).toMatchObject({ repeated: true, routed: null })
    expect((await desk.get(ticket.id)).assignee).toBeNull()
  })

  it('nobody can: it stays where it is, with the reason', async () => {
    const { mari } = routed([{ id: 'ana', awayUntil: when('Mon 11:00') }])
    expect(await mari.open(subject)).toMatchObject({
      ticket: { assignee: null },
      routed: {
        agent: null,
        decidedBy: 'nobody',
        until: when('Mon 11:00'),
        passedOver: [{ agent: 'ana', because: 'away' }],
      },
    })
  })

  it('capacity holds however many open at once: a turn is taken once', async () => {
    const { desk } = routed(
      [
        { id: 'ana', capacity: 4 },
        { id: 'ben', capacity: 3 },
      ],
      { costs: { chat: 2, default: 1 } },
    )
    const opened = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        desk.as({ kind: 'requester', id: `r${i}` }).open({ ...subject, channel: i % 2 ? 'chat' : 'mail' }),
      ),
    )
    const load = (agent: string) =>
      opened.reduce((sum, { ticket }) => sum + (ticket.assignee === agent ? (ticket.channel === 'chat' ? 2 : 1) : 0), 0)
    expect(load('ana')).toBeLessThanOrEqual(4)
    expect(load('ben')).toBeLessThanOrEqual(3)
    expect(load('ana') + load('ben')).toBeGreaterThan(4)
  })
})

describe('runRouting', () => {
  it('gives back what somebody who is away has, claims as well, and gives it to others', async () => {
    const { mari, ana, desk, team, store } = routed(both, { strategies: ['roundRobin'] })
    const { ticket } = await mari.open(subject)
    await ana.claim(ticket.id)
    team.agents[0] = { id: 'ana', away: true }
    expect(await desk.runRouting()).toEqual({
      handedBack: [{ ticketId: ticket.id, agent: 'ana' }],
      assigned: [{ ticketId: ticket.id, agent: 'ben', reason: 'ben is the only one who can' }],
      waiting: [],
      more: false,
    })
    expect(await store.leases('default', 'ana')).toEqual([])
    expect(await desk.runRouting()).toMatchObject({ handedBack: [], assigned: [] })
  })

  it('not where the definition says so, nor what is no work', async () => {
    const { mari, ana, desk, team } = routed([{ id: 'ana' }], { handBack: false })
    await mari.open(subject)
    team.agents[0] = { id: 'ana', away: true }
    expect((await desk.runRouting()).handedBack).toEqual([])
    const answered = routed([{ id: 'ana' }])
    const { ticket } = await answered.mari.open(subject)
    await answered.ana.reply(ticket.id, { body: 'x' })
    answered.team.agents[0] = { id: 'ana', away: true }
    expect((await answered.desk.runRouting()).handedBack).toEqual([])
    expect(ana.actor.id).toBe('ana')
  })

  it('after a wait a ticket overflows; until then it says when to look again', async () => {
    const { mari, desk, at } = routed(
      [
        { id: 'ana', departments: ['Billing'], away: true },
        { id: 'ben', departments: ['General'] },
      ],
      { overflow: [{ from: 'Billing', to: ['General'], after: '1h' }] },
    )
    const { ticket } = await mari.open({ ...subject, department: 'Billing' })
    expect((await desk.runRouting()).waiting).toEqual([
      { ticketId: ticket.id, until: when('Mon 10:00'), reason: 'nobody can have it now' },
    ])
    at('Mon 10:00')
    expect((await desk.runRouting()).assigned).toMatchObject([{ ticketId: ticket.id, agent: 'ben' }])
    expect(await desk.get(ticket.id)).toMatchObject({ department: 'Billing', assignee: 'ben' })
  })

  it('what nobody can have keeps nothing else from being looked at, however small the limit', async () => {
    const { mari, desk } = routed([{ id: 'ana', departments: ['Sales'] }], { assignOn: [] })
    await mari.open({ ...subject, ticketId: 'a', department: 'Billing', priority: 'Urgent' })
    for (const ticketId of ['b', 'c']) await mari.open({ ...subject, ticketId, department: 'Sales' })
    const ids = (list: readonly { ticketId: string }[]) => list.map(({ ticketId }) => ticketId)
    const first = await desk.runRouting({ limit: 1 })
    expect([ids(first.waiting), ids(first.assigned), first.more]).toEqual([['a'], ['b'], true])
    const rest = await desk.runRouting({ limit: 2 })
    expect([ids(rest.waiting), ids(rest.assigned), rest.more]).toEqual([['a'], ['c'], false])
  })

  it('its limit counts what it gives back, and what it gives: a run that says more has done some', async () => {
    const { mari, desk, team } = routed(both, { strategies: ['roundRobin'] })
    for (let i = 0; i < 6; i++) await mari.open(subject)
    team.agents[0] = { id: 'ana', away: true }
    const done = []
    for (let more = true; more; ) {
      const run = await desk.runRouting({ limit: 2 })
      done.push([run.handedBack.length, run.assigned.length])
      more = run.more
    }
    expect(done).toEqual([
      [2, 0],
      [1, 1],
      [0, 2],
    ])
  })

  it('ends when it is told to', async () => {
    const { mari, desk } = routed(both, { assignOn: [] })
    await mari.open(subject)
    const nothing = { handedBack: [], assigned: [], waiting: [], more: true }
    expect(await desk.runRouting({ signal: AbortSignal.abort() })).toEqual(nothing)
  })

  it('refuses a limit out of bounds, and a desk without a directory', async () => {
    const { desk } = routed(both)
    expect(await refusal(desk.runRouting({ limit: 0 }))).toMatchObject({ code: 'invalid_command', path: 'limit' })
    expect(await refusal(frontDesk().desk.runRouting())).toMatchObject({ code: 'invalid_command' })
    expect(await refusal(frontDesk().desk.proposal('t'))).toMatchObject({ code: 'ticket_not_found' })
  })

  it('a malformed agent is told with its path', async () => {
    const { desk } = routed([{ id: 'ana' }, { id: 'b b' }])
    expect(await refusal(desk.runRouting())).toMatchObject({ code: 'invalid_text', path: 'agents[1].id' })
  })
})

describe('a directory that fails', () => {
  const failing = (agents: () => readonly Agent[]) => {
    const directory = { agents }
    return frontDesk({ definition: defineDesk({ routing: {}, views: [{ id: 'todo', when: todo }] }), directory })
  }

  it('does not take back a command that is saved: the outcome says that nobody was looked for', async () => {
    const { mari, desk } = failing(() => {
      throw new Error('the people are elsewhere')
    })
    const { ticket, routed } = await mari.open(subject)
    expect(routed).toMatchObject({
      agent: null,
      decidedBy: 'failed',
      reason: 'nobody was looked for: the directory failed: the people are elsewhere',
    })
    expect(await desk.get(ticket.id)).toEqual(ticket)
    await expect(desk.runRouting()).rejects.toThrow('the people are elsewhere')
  })

  it('nor does it keep a view from being read, or a due ticket from waking', async () => {
    let fails = false
    const { mari, ana, at, desk } = failing(() => {
      if (fails) throw new Error('gone')
      return []
    })
    const { ticket } = await mari.open(subject)
    await ana.postpone(ticket.id, { until: when('Mon 10:00') })
    fails = true
    at('Mon 10:00')
    expect((await desk.view('todo')).tickets).toMatchObject([{ id: ticket.id, kind: 'new' }])
  })
})

describe('proposal', () => {
  it('says who would get it, and writes nothing', async () => {
    const { mari, desk } = routed(both, { assignOn: [] })
    const { ticket } = await mari.open(subject)
    expect(await desk.proposal(ticket.id)).toMatchObject({ agent: 'ana', decidedBy: 'roundRobin' })
    expect(await desk.get(ticket.id)).toEqual(ticket)
  })

  it('by all strategies where the definition has no routing', async () => {
    const definition = defineDesk({})
    const { mari, ben, desk } = frontDesk({ definition, directory: { agents: () => both } })
    const { ticket } = await mari.open(subject)
    await ben.reply(ticket.id, { body: 'x' })
    expect(await desk.proposal((await mari.open(subject)).ticket.id)).toMatchObject({
      agent: 'ben',
      decidedBy: 'sticky',
    })
  })
})

describe('next, by what an agent may take', () => {
  const quiet: RoutingDefinition = { assignOn: [], costs: { chat: 3, default: 1 } }

  it('passes over what is not for them, and says why', async () => {
    const agents: Agent[] = [{ id: 'ana', departments: ['Billing'], capacity: 3 }, { id: 'ben' }]
    const { mari, ana, desk } = routed(agents, {
      ...quiet,
      skills: [{ when: { field: 'language', op: 'is', value: 'fr' }, must: ['french'] }],
    })
    const open = async (ticketId: string, input: object) => (await mari.open({ ...subject, ticketId, ...input })).ticket
    await open('elsewhere', { priority: 'Urgent', department: 'Sales' })
    await open('french', { priority: 'Urgent', language: 'fr' })
    await open('high', { priority: 'Urgent', tier: 2 })
    await open('bens', { priority: 'Urgent' })
    await desk.as({ kind: 'agent', id: 'ben' }).assign('bens', 'ben')
    await open('mine', { department: 'Billing' })
    const next = await ana.next('todo')
    expect(next?.ticket.id).toBe('mine')
    expect(next?.reason).toEqual({
      view: 'todo',
      order: 'kind new or open first, then highest priorityRank, then earliest openedAt, then lowest id',
      passedOver: [
        { ticketId: 'bens', because: 'assigned' },
        { ticketId: 'elsewhere', because: 'department' },
        { ticketId: 'french', because: 'skill' },
        { ticketId: 'high', because: 'tier' },
      ],
    })
  })

  it('a chat costs more than a mail; what one holds and what one was given both count', async () => {
    const { mari, ana } = routed([{ id: 'ana', capacity: 5 }], quiet)
    for (const ticketId of ['c1', 'c2', 'm1', 'm2', 'm3'])
      await mari.open({ ...subject, ticketId, channel: ticketId.startsWith('c') ? 'chat' : 'mail' })
    const taken = []
    for (let next = await ana.next('todo'); next; next = await ana.next('todo')) taken.push(next.ticket.id)
    expect(taken).toEqual(['c1', 'm1', 'm2'])
    await ana.assign('c1', 'ana')
    expect(await ana.next('todo')).toBeNull()
    await ana.reply('c1', { body: 'done' })
    expect((await ana.next('todo'))?.ticket.id).toBe('c2')
  })

  it('asked twice at once, it gives no more than there is room for', async () => {
    const { mari, ana } = routed([{ id: 'ana', capacity: 1 }], quiet)
    for (const ticketId of ['a', 'b']) await mari.open({ ...subject, ticketId })
    const both = await Promise.all([ana.next('todo'), ana.next('todo')])
    expect(both.map((next) => next?.ticket.id)).toEqual(['a', undefined])
  })

  it('what one holds and has answered is no work any more', async () => {
    const { mari, ana } = routed([{ id: 'ana', capacity: 1 }], quiet)
    for (const ticketId of ['a', 'b']) await mari.open({ ...subject, ticketId })
    expect((await ana.next('todo'))?.ticket.id).toBe('a')
    expect(await ana.next('todo')).toBeNull()
    await ana.reply('a', { body: 'x' })
    expect((await ana.next('todo'))?.ticket.id).toBe('b')
  })

  it('what one was given comes, also without room for more', async () => {
    const { mari, ana } = routed([{ id: 'ana', capacity: 0 }], quiet)
    await mari.open({ ...subject, ticketId: 'a' })
    expect(await ana.next('todo')).toBeNull()
    await ana.assign('a', 'ana')
    expect((await ana.next('todo'))?.ticket.id).toBe('a')
  })

  it('an agent’s own views, in order', async () => {
    const { mari, ana, ben, desk } = routed([{ id: 'ana', views: ['chats', 'todo'] }, { id: 'ben' }], quiet)
    await mari.open({ ...subject, ticketId: 'mail', priority: 'Urgent' })
    await mari.open({ ...subject, ticketId: 'chat', channel: 'chat' })
    expect(await ana.next()).toMatchObject({ ticket: { id: 'chat' }, reason: { view: 'chats' } })
    expect(await ana.next()).toMatchObject({ ticket: { id: 'mail' }, reason: { view: 'todo' } })
    expect(await ana.next()).toBeNull()
    expect(await refusal(ben.next())).toMatchObject({ code: 'invalid_command', path: 'view' })
    expect(await ben.next(['chats', 'todo'] as never)).toBeNull()
    expect(await refusal(desk.as({ kind: 'agent', id: 'eva' }).next('todo'))).toMatchObject({ code: 'unknown_name' })
  })

  it('what has overflowed is for others only while none of its own department can have it', async () => {
    const agents: Agent[] = [
      { id: 'ana', departments: ['General'] },
      { id: 'ben', departments: ['Billing'], capacity: 1 },
    ]
    const { mari, ana, ben, at } = routed(agents, {
      ...quiet,
      overflow: [{ from: 'Billing', to: ['General'], after: '1h' }],
    })
    for (const ticketId of ['a', 'b']) await mari.open({ ...subject, ticketId, department: 'Billing' })
    at('Mon 10:00')
    expect(await ana.next('todo')).toBeNull()
    expect((await ben.next('todo'))?.ticket.id).toBe('a')
    expect((await ana.next('todo'))?.ticket.id).toBe('b')
  })

  it('looks further than the tickets that are not for them', async () => {
    const { mari, ana } = routed([{ id: 'ana', departments: ['Billing'] }], quiet)
    for (let i = 0; i < 35; i++) await mari.open({ ...subject, department: 'Sales', priority: 'High' })
    await mari.open({ ...subject, ticketId: 'mine', department: 'Billing' })
    expect((await ana.next('todo'))?.ticket.id).toBe('mine')
  })
})

it('a view that the directory names and that there is not is told with its place', async () => {
  const { ana } = routed([{ id: 'ana', views: ['tood'] }])
  expect(await refusal(ana.next())).toMatchObject({
    ...{ code: 'unknown_name', path: 'agents[0].views[0]', facts: { what: 'view', name: 'tood' } },
  })
})

it.each(['resolve', 'close'] as const)('after %s nobody is proposed', async (type) => {
  const { mari, ana, desk } = routed(both, { assignOn: [] })
  const { ticket } = await mari.open(subject)
  expect(await desk.proposal(ticket.id)).toMatchObject({ agent: 'ana' })
  await ana.perform(ticket.id, { type })
  expect(await desk.proposal(ticket.id)).toMatchObject({
    ...{ agent: null, decidedBy: 'nobody', until: null, passedOver: [] },
    reason: `nobody needs it: it is ${type}d`,
  })
})

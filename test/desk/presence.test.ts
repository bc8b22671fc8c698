import { createDesk, defineDesk, memoryStore } from 'ticketwright'
import { manualClock } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { when } from '../story.ts'
import { frontDesk, refusal } from './front-desk.ts'

const subject = { subject: 'Help' }

describe('presence', () => {
  it('two agents see each other, and who holds the ticket', async () => {
    const { mari, ana, ben, desk, at } = frontDesk()
    const { ticket } = await mari.open(subject)
    expect(await ana.announce(ticket.id, 'viewing')).toEqual({ lease: null, people: [] })
    const lease = await ana.claim(ticket.id, '5m')
    at('Mon 09:00:30')
    const seen = await ben.announce(ticket.id, 'writing', '10m')
    expect(seen).toEqual({
      lease,
      people: [{ person: 'ana', doing: 'viewing', since: when('Mon 09:00'), until: when('Mon 09:01') }],
    })
    at('Mon 09:01')
    expect((await desk.presence(ticket.id)).people).toMatchObject([{ person: 'ben', doing: 'writing' }])
    await ben.announce(ticket.id, null)
    expect((await desk.presence(ticket.id)).people).toEqual([])
    at('Mon 09:05')
    expect((await desk.presence(ticket.id)).lease).toBeNull()
  })

  it('is no event: version and revision stand', async () => {
    const { mari, ana, desk } = frontDesk()
    const { ticket } = await mari.open(subject)
    await ana.announce(ticket.id, 'writing')
    expect(await desk.get(ticket.id)).toEqual(ticket)
  })

  it('refuses what it cannot mean', async () => {
    const { mari, ana, desk } = frontDesk()
    const { ticket } = await mari.open(subject)
    expect(await refusal(ana.announce('none', 'viewing'))).toMatchObject({ code: 'ticket_not_found' })
    expect(await refusal(desk.presence('none'))).toMatchObject({ code: 'ticket_not_found' })
    expect(await refusal(ana.announce(ticket.id, 'typing' as never))).toMatchObject({
      code: 'invalid_command',
      path: 'doing',
    })
    expect(await refusal(ana.announce(ticket.id, 'viewing', '2h'))).toMatchObject({
      code: 'invalid_duration',
      path: 'forTime',
    })
    expect(await refusal(ana.announce(ticket.id, 'viewing', 0))).toMatchObject({ code: 'invalid_duration' })
  })
})

describe('a reply while another writes', () => {
  const desks = (collisions?: 'warn' | 'refuse' | 'ignore') =>
    frontDesk({ definition: defineDesk(collisions ? { collisions } : {}) })

  it('is kept, and told: warn is the default', async () => {
    const { mari, ana, ben } = desks()
    const { ticket } = await mari.open(subject)
    await ben.announce(ticket.id, 'writing')
    await ana.announce(ticket.id, 'writing')
    const sent = await ana.reply(ticket.id, { body: 'On it' })
    expect(sent.collision).toMatchObject([{ person: 'ben', doing: 'writing', since: when('Mon 09:00') }])
    expect(sent.ticket.counts.replies).toBe(1)
    const update = await ana.update(ticket.id, { message: { body: 'Done', visibility: 'public' } })
    expect(update.collision).toHaveLength(1)
  })

  it('is refused where the definition says so: nothing is written', async () => {
    const { mari, ana, ben, desk, at } = desks('refuse')
    const { ticket } = await mari.open(subject)
    await ben.announce(ticket.id, 'writing')
    expect(await refusal(ana.reply(ticket.id, { body: 'On it' }))).toEqual({
      code: 'collision',
      path: undefined,
      facts: { ticketId: ticket.id, writing: ['ben'] },
    })
    expect(await desk.get(ticket.id)).toEqual(ticket)
    at('Mon 09:01') // ben has said no more
    expect((await ana.reply(ticket.id, { body: 'On it' })).collision).toBeNull()
  })

  it('a macro that answers collides like a reply, and so does an attempt', async () => {
    const macros = [{ id: 'thanks', do: [{ type: 'reply', body: 'Thank you' }] }] as const
    const { mari, ana, ben } = frontDesk({ definition: defineDesk({ collisions: 'refuse', macros }) as never })
    const { ticket } = await mari.open(subject)
    await ben.announce(ticket.id, 'writing')
    for (const attempt of [
      ana.applyMacro(ticket.id, 'thanks' as never),
      ana.dryRun(ticket.id, { type: 'reply', body: 'x' }),
      ana.dryRun(ticket.id, { type: 'applyMacro', macro: 'thanks' as never }),
    ])
      expect(await refusal(attempt)).toMatchObject({ code: 'collision', facts: { writing: ['ben'] } })
    expect((await ana.dryRun(ticket.id, { type: 'note', body: 'x' })).unchanged).toBe(false)
  })

  it('whoever has answered writes no more; whoever has noted goes on', async () => {
    const { mari, ana, ben, desk } = desks()
    const { ticket } = await mari.open(subject)
    await ana.announce(ticket.id, 'writing', '10m')
    await ana.note(ticket.id, { body: 'x' })
    expect((await desk.presence(ticket.id)).people).toMatchObject([{ person: 'ana', doing: 'writing' }])
    await ana.reply(ticket.id, { body: 'x' })
    expect((await desk.presence(ticket.id)).people).toEqual([])
    expect((await ben.reply(ticket.id, { body: 'y' })).collision).toBeNull()
  })

  it('people outside announce nothing, so they hold nobody up', async () => {
    const { mari, ana, desk } = desks('refuse')
    const { ticket } = await mari.open(subject)
    expect(await refusal(mari.announce(ticket.id, 'writing'))).toMatchObject({
      code: 'wrong_actor',
      facts: { command: 'announce', actor: 'requester', allowed: ['agent', 'bot', 'system'] },
    })
    expect((await desk.presence(ticket.id)).people).toEqual([])
    await ana.reply(ticket.id, { body: 'x' })
  })

  it.each(['note', 'message of the requester', 'internal message of an update', 'viewing only', 'nobody told to look'])(
    'does not collide: %s',
    async (what) => {
      const { mari, ana, ben } = desks(what === 'nobody told to look' ? 'ignore' : 'refuse')
      const { ticket } = await mari.open(subject)
      await ben.announce(ticket.id, what === 'viewing only' ? 'viewing' : 'writing')
      const sent =
        what === 'note'
          ? await ana.note(ticket.id, { body: 'x' })
          : what.startsWith('message')
            ? await mari.message(ticket.id, { body: 'x' })
            : what.startsWith('internal')
              ? await ana.update(ticket.id, { message: { body: 'x' } })
              : await ana.reply(ticket.id, { body: 'x' })
      expect(sent.collision).toBeNull()
    },
  )
})

describe('handing over', () => {
  it('the colleague holds it, knows why, and the giver’s late write is refused', async () => {
    const { mari, ana, ben, desk } = frontDesk()
    const { ticket } = await mari.open(subject)
    await ana.assign(ticket.id, 'ana')
    const mine = await ana.claim(ticket.id)
    if (!mine) throw new Error('no lease')
    const his = await ana.handOver(mine, 'ben', { note: 'It is the router again.', forTime: '1h' })
    expect(his).toMatchObject({ ticketId: ticket.id, holder: 'ben', until: when('Mon 10:00') })
    expect(his.token).toBeGreaterThan(mine.token)
    expect((await desk.get(ticket.id)).assignee).toBe('ben')
    expect((await desk.messages(ticket.id)).at(-1)).toMatchObject({
      body: 'It is the router again.',
      visibility: 'internal',
    })
    expect(await refusal(ana.reply(ticket.id, { body: 'x' }, { lease: mine }))).toMatchObject({ code: 'lease_lost' })
    await ben.reply(ticket.id, { body: 'x' }, { lease: his })
  })

  it('a claim that was lost hands over nothing and writes nothing', async () => {
    const { mari, ana, ben, desk, at } = frontDesk()
    const { ticket } = await mari.open(subject)
    const mine = await ana.claim(ticket.id, '10m')
    if (!mine) throw new Error('no lease')
    expect(await refusal(ben.handOver(mine, 'ben'))).toMatchObject({ code: 'lease_lost', facts: { holder: 'ben' } })
    at('Mon 09:10')
    expect(await refusal(ana.handOver(mine, 'ben', { note: 'x' }))).toMatchObject({ code: 'lease_lost' })
    expect(await refusal(ana.handOver(mine, 'ben'))).toMatchObject({ code: 'lease_lost' })
    expect(await desk.get(ticket.id)).toEqual(ticket)
    expect(await refusal(ana.handOver(mine, 'b b'))).toMatchObject({ code: 'invalid_text', path: 'to' })
  })

  it('a claim that is short of its end does not run out while the note is written', async () => {
    const clock = manualClock('2024-01-15T09:00:00Z')
    const store = memoryStore({ clock })
    let slow = false
    const commit: typeof store.commit = async (given) => {
      const done = await store.commit(given)
      if (slow) clock.pass('6m')
      return done
    }
    const desk = createDesk({ definition: defineDesk({}), store: { ...store, commit }, clock })
    const ana = desk.as({ kind: 'agent', id: 'ana' })
    const { ticket } = await desk.as({ kind: 'requester', id: 'mari' }).open(subject)
    const mine = await ana.claim(ticket.id, '15m')
    if (!mine) throw new Error('no lease')
    clock.pass('10m')
    slow = true
    expect(await ana.handOver(mine, 'ben', { note: 'x' })).toMatchObject({ holder: 'ben' })
    expect((await desk.messages(ticket.id)).at(-1)).toMatchObject({ body: 'x' })
  })
})

it('next goes past more than a thousand tickets of others', { timeout: 60_000 }, async () => {
  const definition = defineDesk({
    views: [{ id: 'todo', when: { field: 'kind', op: 'is', value: 'new' }, order: 'fifo' }],
  })
  const { mari, ana, desk } = frontDesk({ definition, directory: { agents: () => [{ id: 'ana' }] } })
  for (let i = 0; i < 1_200; i++) await mari.open({ ...subject, assignee: 'zoe' } as never)
  const { ticket } = await mari.open(subject)
  expect(await ana.next('todo')).toMatchObject({ ticket: { id: ticket.id } })
  expect(await desk.count('todo')).toMatchObject({ count: 1_201 })
})

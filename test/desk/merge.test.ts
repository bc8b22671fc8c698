import { defineDesk } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, colin, hour, mari, when } from '../story.ts'
import { frontDesk, refusal } from './front-desk.ts'

const definition = defineDesk({
  levels: [
    {
      id: 'std',
      calendar: 'alwaysOpen',
      targets: [
        { metric: 'firstResponse', within: '8h' },
        { metric: 'nextResponse', within: '8h' },
        { metric: 'resolution', within: '8h' },
      ],
    },
  ],
  slaRules: [{ level: 'std' }],
})

/** Tickets a, b and c, opened one hour after the other; b was answered, so nobody waits on it. */
async function tickets() {
  const front = frontDesk({ definition })
  for (const [i, id] of ['a', 'b', 'c'].entries()) {
    front.at(when('Mon 09:00') + i * hour)
    await front.mari.open({ ticketId: id, subject: `About ${id}`, body: `Text of ${id}` })
  }
  front.at('Mon 12:00')
  await front.ana.reply('b', { body: 'Hello' })
  front.at('Mon 13:00')
  return front
}

describe('merge (hazard 21)', () => {
  it('closes the source as merged; its clocks are cancelled, the target keeps its own', async () => {
    const { ana, desk } = await tickets()
    const { clocks } = await desk.get('b')
    const outcome = await ana.merge('a', 'b')
    expect(outcome).toMatchObject({ ticket: { id: 'b', revision: 3 }, redirectedFrom: 'a' })
    const source = await desk.get('a')
    expect(source).toMatchObject({
      kind: 'closed',
      closeReason: 'merged',
      closedAt: when('Mon 13:00'),
      links: { mergedInto: 'b' },
      waitingSince: null,
      revision: 2,
    })
    for (const clock of Object.values(source.clocks))
      expect(clock).toMatchObject({ state: 'ended', ending: 'cancelled', endedBy: 'merged' })
    const target = await desk.get('b')
    expect(target.clocks.firstResponse).toEqual(clocks.firstResponse)
    expect(target.clocks.resolution?.startedAt).toBe(clocks.resolution?.startedAt)
  })

  it('a source that waits is a requester message to the target at that instant', async () => {
    const { ana, desk } = await tickets()
    await ana.merge('a', 'b')
    expect(await desk.get('b')).toMatchObject({
      status: 'Open',
      waitingSince: when('Mon 09:00'),
      lastRequesterMessageAt: when('Mon 13:00'),
      clocks: { nextResponse: { state: 'running', startedAt: when('Mon 13:00'), dueAt: when('Mon 21:00') } },
    })
  })

  it('who waits longer on the target goes on waiting since then', async () => {
    const { ana, desk } = await tickets()
    await ana.merge('c', 'a')
    expect(await desk.get('a')).toMatchObject({ status: 'New', waitingSince: when('Mon 09:00') })
  })

  it('a source that does not wait changes nothing but the links', async () => {
    const { ana, desk } = await tickets()
    const { waitingSince, status, clocks, lastRequesterMessageAt } = await desk.get('a')
    await ana.merge('b', 'a')
    expect(await desk.get('a')).toMatchObject({ waitingSince, status, clocks, lastRequesterMessageAt })
  })

  it('both change in one commit, with one cause', async () => {
    const { ana, desk } = await tickets()
    const { position } = await desk.changes(0)
    await ana.merge('a', 'b', { commandId: 'm' })
    const { events } = await desk.changes(position)
    expect(new Set(events.map(({ cause }) => JSON.stringify(cause)))).toEqual(new Set(['{"kind":"command","id":"m"}']))
    expect(new Set(events.map(({ ticketId }) => ticketId))).toEqual(new Set(['a', 'b']))
  })

  it('a merged ticket can only be read', async () => {
    const { ana, desk, mari } = await tickets()
    await ana.merge('a', 'b')
    const merged = { code: 'ticket_merged', facts: { ticketId: 'a', into: 'b' } }
    for (const attempt of [
      ana.reply('a', { body: 'x' }),
      ana.note('a', { body: 'x' }),
      ana.reopen('a'),
      ana.tag('a', ['x']),
      ana.merge('a', 'c'),
      ana.setFields('a', {}),
      mari.rate('a', 1),
    ])
      expect(await refusal(attempt)).toMatchObject(merged)
    expect((await desk.messages('a')).map(({ body }) => body)).toEqual(['Text of a'])
    expect(await desk.allowed('a', { kind: 'agent', id: 'ana' })).toMatchObject({ statuses: [] })
  })

  it('messages follow, through a chain, and say so', async () => {
    const { ana, mari, desk } = await tickets()
    await ana.merge('a', 'b')
    await ana.merge('b', 'c')
    const outcome = await mari.message('a', { body: 'Still?' })
    expect(outcome).toMatchObject({ ticket: { id: 'c' }, redirectedFrom: 'a' })
    expect((await desk.messages('c')).map(({ body }) => body)).toEqual(['Text of c', 'Still?'])
  })

  it('merging into a merged ticket goes to the end of its chain', async () => {
    const { ana, desk } = await tickets()
    await ana.merge('a', 'b')
    expect((await ana.merge('c', 'a')).ticket.id).toBe('b')
    expect((await desk.get('c')).links.mergedInto).toBe('b')
  })

  it.each([
    ['itself', [], 'a', 'a'],
    ['the one merged into it', [['a', 'b']], 'b', 'a'],
    [
      'a chain back to it',
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
      'c',
      'a',
    ],
  ])('a circle is refused: %s', async (_name, merges, from, into) => {
    const { ana, desk } = await tickets()
    for (const [one = '', other = ''] of merges) await ana.merge(one, other)
    const before = await desk.get(from)
    expect(await refusal(ana.merge(from, into))).toMatchObject({
      code: 'merge_cycle',
      path: 'into',
      facts: { ticketId: from, into },
    })
    expect(await desk.get(from)).toEqual(before)
  })

  it('two merges at once never close a circle', async () => {
    const { ana, ben, desk } = await tickets()
    const done = await Promise.allSettled([ana.merge('a', 'b'), ben.merge('b', 'a')])
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const [a, b] = [await desk.get('a'), await desk.get('b')]
    expect([a.links.mergedInto, b.links.mergedInto].filter((into) => into !== null)).toHaveLength(1)
  })

  it('into a missing one, from a closed one, or into a closed one when nobody waits, is refused; nothing changes', async () => {
    const { ana, desk } = await tickets()
    await ana.close('c')
    const { position } = await desk.changes(0)
    expect(await refusal(ana.merge('a', 'nope'))).toMatchObject({
      code: 'ticket_not_found',
      facts: { ticketId: 'nope' },
    })
    expect(await refusal(ana.merge('c', 'a'))).toMatchObject({ code: 'ticket_closed', facts: { ticketId: 'c' } })
    expect(await refusal(ana.merge('b', 'c'))).toMatchObject({ code: 'ticket_closed', facts: { ticketId: 'c' } })
    expect((await desk.changes(position)).events).toEqual([])
  })

  it('a source that waits reopens a closed target within its window, and asks for a follow-up outside it', async () => {
    const { ana, at, desk } = await tickets()
    await ana.close('c')
    at('2024-03-15T00:00:00Z')
    expect(await refusal(ana.merge('a', 'c'))).toMatchObject({ code: 'follow_up_required', facts: { ticketId: 'c' } })
    expect((await desk.get('a')).links.mergedInto).toBeNull()
    const again = await tickets()
    await again.ana.close('c')
    await again.ana.merge('a', 'c')
    expect(await again.desk.get('c')).toMatchObject({ kind: 'open', counts: { reopens: 1 } })
  })

  it('is brought up to its instant first: what was late is late on both', async () => {
    const { ana, at, desk } = await tickets()
    at('Mon 22:00')
    await ana.merge('a', 'c')
    expect((await desk.get('a')).clocks.resolution).toMatchObject({
      breachedAt: when('Mon 17:00') + 1,
      ending: 'cancelled',
    })
    expect((await desk.get('c')).clocks.resolution?.breachedAt).toBe(when('Mon 19:00') + 1)
  })

  it('a message after the window of the one it is merged into asks for a follow-up there', async () => {
    const { ana, mari, at } = await tickets()
    await ana.merge('a', 'b')
    await ana.close('b')
    at('2024-03-15T00:00:00Z')
    expect(await refusal(mari.message('a', { body: 'x' }))).toMatchObject({
      code: 'follow_up_required',
      facts: { ticketId: 'b' },
    })
  })
})

describe('follow-up', () => {
  it('opens a linked ticket: requester, category, tags and department are copied, clocks are new', async () => {
    const { ana, mari, at, desk } = await tickets()
    await ana.update('a', {
      category: 'hardware',
      tags: { add: ['vip'] },
      department: 'Billing',
      assignee: 'ana',
      priority: 'High',
    })
    await ana.close('a')
    at('2024-03-15T00:00:00Z')
    expect(await refusal(mari.message('a', { body: 'Again' }))).toMatchObject({ code: 'follow_up_required' })
    const { ticket } = await mari.followUp('a', { body: 'Again' })
    expect(ticket).toMatchObject({
      subject: 'About a',
      requester: { id: 'mari' },
      category: 'hardware',
      tags: ['vip'],
      department: 'Billing',
      assignee: null,
      priority: 'Low',
      status: 'New',
      links: { followUpOf: 'a' },
      clocks: { resolution: { startedAt: when('2024-03-15T00:00:00Z'), cycle: 1 } },
    })
    expect((await desk.get('a')).kind).toBe('closed')
    expect(await refusal(ana.followUp('nope'))).toMatchObject({ code: 'ticket_not_found' })
  })

  it('leaves out tags that are archived by now', async () => {
    const archived = defineDesk({ tags: [{ name: 'old', archived: true }, { name: 'new' }] })
    const front = frontDesk({ definition: defineDesk({ tags: [{ name: 'old' }, { name: 'new' }] }) })
    await front.mari.open({ ticketId: 'a', subject: 's', tags: ['old', 'new'] })
    const later = frontDesk({ definition: archived, store: front.store })
    expect((await later.ana.followUp('a')).ticket.tags).toEqual(['new'])
  })
})

describe('split', () => {
  it('opens a linked ticket with chosen messages', async () => {
    const { ana, mari, desk, at } = await tickets()
    await mari.message('a', { body: 'And another thing', channel: 'mail', language: 'en' })
    const [, second] = await desk.messages('a')
    at('Mon 14:00')
    const { ticket } = await ana.split('a', { subject: 'Another thing', messageIds: [second?.id ?? ''] })
    expect(ticket).toMatchObject({
      subject: 'Another thing',
      requester: { id: 'mari' },
      status: 'New',
      excerpt: 'And another thing',
      links: { related: ['a'] },
      waitingSince: when('Mon 14:00'),
      counts: { messages: 1 },
    })
    expect(await desk.messages(ticket.id)).toMatchObject([
      {
        body: 'And another thing',
        role: 'requester',
        visibility: 'public',
        channel: 'mail',
        language: 'en',
        sentAt: when('Mon 13:00'),
      },
    ])
    expect(await desk.messages('a')).toHaveLength(2)
  })

  it('of a message that is not there, or of none, is refused', async () => {
    const { ana } = await tickets()
    expect(await refusal(ana.split('a', { subject: 's', messageIds: ['nope'] }))).toMatchObject({
      code: 'unknown_name',
      path: 'messageIds[0]',
    })
    expect(await refusal(ana.split('a', { subject: 's', messageIds: [] }))).toMatchObject({
      code: 'invalid_command',
      path: 'messageIds',
    })
  })
})

describe('links', () => {
  it('are stored outward only, once, and taken away', async () => {
    const { ana, desk } = await tickets()
    await ana.link('a', 'b')
    expect(await ana.link('a', 'b')).toMatchObject({ unchanged: true })
    await ana.link('a', 'c', { as: 'parent' })
    expect((await desk.get('a')).links).toEqual({ mergedInto: null, parent: 'c', followUpOf: null, related: ['b'] })
    expect((await desk.get('b')).links.related).toEqual([])
    await ana.unlink('a', 'b')
    await ana.unlink('a', 'c', { as: 'parent' })
    expect((await desk.get('a')).links).toMatchObject({ parent: null, related: [] })
    expect(await refusal(ana.link('a', 'a'))).toMatchObject({ code: 'invalid_command', path: 'to' })
    expect(await refusal(ana.link('a', 'nope'))).toMatchObject({ code: 'ticket_not_found' })
  })
})

describe('a collaborator', () => {
  it('counts as the requester', async () => {
    const { desk, at } = await tickets()
    at('Mon 14:00')
    const { ticket } = await desk.as(colin).message('b', { body: 'Me too' })
    expect(ticket).toMatchObject({
      status: 'Open',
      waitingSince: when('Mon 14:00'),
      clocks: { nextResponse: { state: 'running' } },
    })
    expect([mari.kind, ana.kind]).toEqual(['requester', 'agent'])
  })
})

import { createDesk, type Definition, type DeskError, defineDesk, isDeskError, requesterTicket } from 'ticketwright'
import { type MakeStore, manualClock } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { describePostgres } from '../postgres/database.ts'
import { server } from '../stores/postgres-setup.ts'
import { memory, sqliteInMemory } from '../stores/setups.ts'
import { refusal } from './front-desk.ts'

/** What a requester may never see carries this; what they may see carries `open`. */
const hidden = (what: string) => `canary.${what}`
const definition = defineDesk({
  priorities: [
    { name: 'canary.low', rank: 1 },
    { name: 'canary.high', rank: 2 },
  ],
  tags: [
    { name: 'open tag', visibility: 'public' },
    { name: 'canary tag', visibility: 'private' },
    { name: 'canary old', visibility: 'private', archived: true },
  ],
  workflow: {
    statuses: [
      ...(['New', 'Answered', 'Open', 'Postponed', 'Resolved', 'Closed'] as const).map((name) => ({
        name,
        kind: name.toLowerCase() as Lowercase<typeof name>,
      })),
      { name: 'canary.status', kind: 'open' },
    ],
  },
  newTags: false,
  levels: [{ id: 'canary.level', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '4h' }] }],
  slaRules: [{ level: 'canary.level' }],
}) as Definition

const seen = (make: MakeStore) => {
  async function story() {
    const { store, clock = manualClock(0), close } = await make()
    let ids = 0
    const desk = createDesk({ definition, store, clock, ids: () => `id-${++ids}` })
    const mari = desk.as({ kind: 'requester', id: 'mari' })
    const ana = desk.as({ kind: 'agent', id: hidden('ana') })
    const requester = {
      id: 'mari',
      name: 'open name',
      email: 'open@mail',
      plan: hidden('plan'),
      segment: hidden('segment'),
    }
    const { ticket } = await mari.open({
      ...{ subject: 'open subject', body: 'open body', requester, statedUrgency: 'open urgency' },
      ...{ category: hidden('category'), fields: { 'canary field': hidden('value') }, impact: hidden('impact') },
      ...{ followers: [hidden('follower')], collaborators: ['kim'], tags: ['open tag', 'canary tag'] },
    })
    const { id } = ticket
    await ana.note(id, { body: hidden('note') })
    await ana.assign(id, hidden('ben'))
    await ana.transfer(id, hidden('department'))
    await ana.escalate(id, { reason: hidden('reason') })
    await ana.setPriority(id, 'canary.high')
    await ana.reply(id, { body: 'open reply', externalId: hidden('messageId') })
    await ana.postpone(id, { reason: hidden('postponed') })
    const other = await ana.open({ subject: hidden('other'), requester: { id: 'jaan' } })
    await ana.link(id, other.ticket.id)
    return { desk, mari, ana, clock, close, id, other: other.ticket.id }
  }

  it('is a list of facts, and none that is private', async () => {
    const { desk, id, close } = await story()
    const portal = desk.portal('mari')
    const seen = [await portal.get(id), await portal.messages(id), await portal.tickets()]
    for await (const line of portal.exportLines()) seen.push(JSON.parse(line))
    const text = JSON.stringify(seen)
    expect(text.match(/canary[^"]*/g)).toBe(null)
    for (const open of ['subject', 'body', 'name', 'urgency', 'tag', 'reply']) expect(text).toContain(`open ${open}`)
    expect(await portal.get(id)).toEqual({
      ...{ id, reference: 'T-000001', subject: 'open subject', state: 'open', openedAt: expect.any(Number) },
      ...{ solvedAt: null, closedAt: null, tags: ['open tag'], statedUrgency: 'open urgency', collaborators: ['kim'] },
      ...{ requester: { id: 'mari', name: 'open name', email: 'open@mail' }, rating: null },
    })
    expect((await portal.messages(id)).map(({ from, body }) => [from, body])).toEqual([
      ['requester', 'open body'],
      ['support', 'open reply'],
    ])
    expect(JSON.stringify(await desk.get(id))).toContain('canary')
    await close()
  })

  it('grows by nothing that is added to tickets', async () => {
    const { desk, id, close } = await story()
    const ticket = { ...(await desk.get(id)), addedLater: hidden('new'), clocks: { x: hidden('clock') } }
    expect(JSON.stringify(requesterTicket(definition, ticket as never))).not.toContain('canary')
    await close()
  })

  it('is the tickets that are theirs; any other is as one that is not there', async () => {
    const { desk, id, other, close } = await story()
    const kim = desk.portal('kim')
    expect((await kim.get(id)).id).toBe(id)
    for (const ask of [() => desk.portal('mari').get(other), () => desk.portal('mari').messages(other)]) {
      const [found, missing] = [await refusal(ask()), await refusal(desk.portal('mari').get('none'))]
      expect({ ...found, facts: 0 }).toEqual({ ...missing, facts: 0 })
      expect(found).toMatchObject({ code: 'ticket_not_found', facts: { ticketId: other } })
    }
    expect((await desk.portal('jaan').tickets()).tickets.map(({ id }) => id)).toEqual([other])
    expect(() => desk.portal('a b')).toThrow('person: an id is')
    await close()
  })

  it('comes in an order that says nothing of what happened inside', async () => {
    const { desk, mari, ana, clock, id, close } = await story()
    const ids = [id]
    for (let i = 0; i < 6; i++) {
      clock.pass('1m')
      ids.push((await mari.open({ subject: `open ${i}`, requester: { id: 'mari' } })).ticket.id)
    }
    const order = async () => {
      const seen: string[] = []
      for (let after: Parameters<typeof page>[0], more = true; more; ) {
        const { tickets, next } = await page(after)
        seen.push(...tickets.map((ticket) => ticket.id))
        more = next !== null
        after = next ?? undefined
      }
      return seen
    }
    const page = (after: { values: readonly (number | null)[]; id: string } | undefined) =>
      desk.portal('mari').tickets({ limit: 3, after })
    expect(await order()).toEqual([...ids].reverse())
    await ana.note(ids[2] ?? '', { body: 'internal' })
    await ana.setPriority(ids[4] ?? '', 'canary.high')
    await ana.resolve(ids[5] ?? '')
    expect(await order()).toEqual([...ids].reverse())
    await close()
  })

  it('holds for errors too: a conflict tells those outside nothing of what happened since', async () => {
    const { mari, ana, id, close } = await story()
    const conflict = (who: typeof mari) =>
      who.setFields(id, { subject: 'x' }, { expectedRevision: 1 }).catch((error: unknown) => error)
    const [theirs, ours] = [await conflict(mari), await conflict(ana)]
    if (!isDeskError(theirs, 'revision_conflict') || !isDeskError(ours, 'revision_conflict')) throw theirs
    expect(JSON.stringify(theirs)).not.toContain('canary')
    expect(theirs.facts.since).toEqual([])
    expect(JSON.stringify(ours)).toContain('canary.note')
    await close()
  })

  it('holds for every refusal (hazard 44): of what is known and allowed they are told nothing', async () => {
    const { desk, mari, ana, id, other, close } = await story()
    await ana.resolve(other)
    const wrong: Record<string, (who: typeof mari) => Promise<unknown>> = {
      'an unknown tag': (who) => who.tag(id, ['nonsense']),
      'an unknown status': (who) => who.setStatus(id, 'nonsense'),
      'an unknown priority': (who) => who.setPriority(id, 'nonsense'),
      'an unknown level': (who) => who.applySla(id, 'nonsense'),
      'an unknown macro': (who) => who.applyMacro(id, 'nonsense'),
      'an unknown metric': (who) => who.setDue(id, 'nonsense', '2030-01-01T00:00:00Z'),
      'an unknown calendar': (who) => who.postpone(id, { until: { nextOpening: 'nonsense' } }),
      'a calendar of a requester': (who) => who.setRequester(id, { id: 'mari', calendar: 'nonsense' }),
      'a status that it cannot go to': (who) => who.setStatus(other, 'New'),
      'an archived tag': (who) => who.tag(id, ['CANARY OLD']),
      'a message that is not there': (who) => who.split(id, { subject: 'x', messageIds: ['nonsense'] }),
      'an update': (who) => who.update(id, { status: 'nonsense', priority: 'nonsense', tags: { add: ['nonsense'] } }),
      'no view': (who) => who.next([]),
      'a view that is not there': (who) => who.next('nonsense'),
      'an initial status': (who) => who.open({ subject: 'x', status: 'nonsense' }),
      'many at once': async (who) => {
        const { receipts } = await who.performMany([id], { type: 'tag', tags: ['nonsense'] })
        throw receipts[0]?.error
      },
    }
    const told = (asked: Promise<unknown>): Promise<DeskError> =>
      asked.then(
        () => Promise.reject(new Error('nothing was refused')),
        (error) => error,
      )
    const codes = new Set<string>()
    let leaks = 0
    for (const [what, ask] of Object.entries(wrong)) {
      const [theirs, ours] = [await told(ask(mari)), await told(ask(ana))]
      expect([what, theirs.code]).toEqual([what, ours.code])
      const text = JSON.stringify([theirs, theirs.issues, theirs.message ?? ''])
      expect([what, text.match(/canary[^"]*/gi)]).toEqual([what, null])
      if (/canary/i.test(JSON.stringify([ours, ours.message]))) leaks += 1
      codes.add(theirs.code)
    }
    // what those who work here are told would be found
    expect(leaks).toBeGreaterThan(8)
    expect([...codes]).toEqual(expect.arrayContaining(['unknown_name', 'move_not_allowed', 'tag_archived']))
    const none = await desk
      .portal('mari')
      .get('none')
      .catch((error) => error)
    expect(none).toMatchObject({ code: 'ticket_not_found', facts: { ticketId: 'none' } })
    await close()
  })

  it('holds for what they may do (hazard 44): no status, no macro, nothing that tells whether it sleeps', async () => {
    const { desk, mari, ana, id, close } = await story()
    const allowed = async (actor: typeof mari.actor) => desk.allowed(id, actor)
    const asleep = await allowed(mari.actor)
    await ana.wake(id)
    await ana.setStatus(id, 'Answered')
    const awake = await allowed(mari.actor)
    expect(awake).toEqual(asleep)
    expect(awake).toMatchObject({ statuses: [], macros: [] })
    expect(awake.commands).toEqual(expect.arrayContaining(['message', 'close', 'rate']))
    for (const who of ['collaborator', 'third_party'] as const)
      expect(JSON.stringify(await allowed({ kind: who, id: 'kim' }))).not.toMatch(/canary|setStatus|wake/)
    // those who work here are told
    expect(JSON.stringify(await allowed(ana.actor))).toContain('canary.status')
    await close()
  })

  it('keeps the whole error for those who look into it', async () => {
    const { mari, id, close } = await story()
    const error = await mari.tag(id, ['nonsense']).catch((error: unknown) => error)
    if (!isDeskError(error, 'unknown_name')) throw error
    expect(error.facts).toEqual({ what: 'tag', name: 'nonsense', known: [] })
    expect(error.message).toBe('tags[0]: there is no tag nonsense')
    expect(error.cause).toMatchObject({ facts: { known: ['open tag', 'canary tag'] } })
    await close()
  })
}
describe.each([
  ['memory', memory],
  ['SQLite', sqliteInMemory],
])('what a requester sees on %s (hazard 44)', (_where, make) => seen(make))
describePostgres('what a requester sees on PostgreSQL (hazard 44)', ({ url }) => seen(server(url)))

import { createDesk, defineDesk, memoryStore } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { frontDesk, refusal } from './front-desk.ts'

describe('references', () => {
  it('go on after those that imported tickets brought along', async () => {
    const { mari } = frontDesk()
    for (let i = 1; i <= 20; i++) await mari.open({ subject: 'Imported', reference: `T-${String(i).padStart(6, '0')}` })
    const { ticket } = await mari.open({ subject: 'New' })
    expect(Number(ticket.reference.slice(2))).toBeGreaterThan(20)
    expect(await refusal(mari.open({ subject: 'Again', reference: 'T-000007' }))).toMatchObject({
      code: 'reference_taken',
      path: 'reference',
    })
  })
})

describe('a command sent again', () => {
  it('is another one when it names another ticket, also when it opens it', async () => {
    const { mari } = frontDesk()
    const open = (ticketId?: string) =>
      mari.open({ subject: 'Help', ...(ticketId === undefined ? {} : { ticketId }) }, { commandId: 'c1' })
    const { ticket } = await open('t1')
    expect(await open('t1')).toMatchObject({ repeated: true, ticket: { id: ticket.id } })
    expect(await refusal(open('t2'))).toMatchObject({ code: 'idempotency_mismatch', path: 'options.commandId' })
    expect(await refusal(open())).toMatchObject({ code: 'idempotency_mismatch' })
  })

  it('to a merged ticket leads to the one that lives on, the second time as well', async () => {
    const { mari, ana } = frontDesk()
    await mari.open({ ticketId: 'gone', subject: 'One' })
    await mari.open({ ticketId: 'kept', subject: 'Two' })
    const merged = await ana.merge('gone', 'kept', { commandId: 'c1' })
    expect(merged).toMatchObject({ ticket: { id: 'kept' }, redirectedFrom: 'gone', repeated: false })
    expect(await ana.merge('gone', 'kept', { commandId: 'c1' })).toMatchObject({
      ticket: { id: 'kept' },
      redirectedFrom: 'gone',
      repeated: true,
    })
    for (const repeated of [false, true])
      expect(await mari.message('gone', { body: 'Hello?' }, { commandId: 'c2' })).toMatchObject({
        ticket: { id: 'kept', counts: { messages: 1 } },
        redirectedFrom: 'gone',
        repeated,
      })
  })
})

describe('a mail that came before', () => {
  it('opens one ticket, even an empty one', async () => {
    const { mari } = frontDesk()
    const { ticket } = await mari.open({ subject: 'Mail', externalId: 'm1' })
    expect(await mari.open({ subject: 'Mail', externalId: 'm1' })).toMatchObject({
      repeated: true,
      ticket: { id: ticket.id },
    })
  })

  it('opens no ticket to somebody else outside, whoever guards it; who sent it is told again', async () => {
    const desk = createDesk({ definition: defineDesk({}), store: memoryStore() })
    const by = (id: string, kind: 'requester' | 'collaborator' | 'third_party' = 'requester') => desk.as({ kind, id })
    const mail = { subject: 'Secret', body: 'b', externalId: '<m@x>' }
    const { ticket } = await by('mari').open({ ...mail, ticketId: 't1', collaborators: ['kim'] })
    const eve = by('eve')
    const own = (await eve.open({ subject: 'Mine' })).ticket
    for (const ask of [() => eve.open(mail), () => eve.message(own.id, { body: 'b', externalId: '<m@x>' })])
      expect(await refusal(ask())).toMatchObject({ code: 'forbidden' })
    const repeated = { repeated: true, ticket: { id: ticket.id } }
    expect(await by('kim', 'collaborator').message('t1', { body: 'b', externalId: '<m@x>' })).toMatchObject(repeated)
    await by('lab', 'third_party').message('t1', { body: 'b', externalId: '<l@x>' })
    await desk.as({ kind: 'agent', id: 'ana' }).setRequester('t1', { id: 'jaan' })
    expect(await by('mari').open(mail)).toMatchObject(repeated)
    expect(await by('lab', 'third_party').message('t1', { body: 'b', externalId: '<l@x>' })).toMatchObject(repeated)
  })

  it('shows a stranger nothing', async () => {
    const store = memoryStore()
    const guard = (ticket: { requester: { id: string } | null } | null, by: { actor: { id: string } }) =>
      ticket && ticket.requester?.id !== by.actor.id ? 'not yours' : undefined
    const desk = createDesk({ definition: defineDesk({}), store, guard })
    const mari = desk.as({ kind: 'requester', id: 'mari' })
    const eve = desk.as({ kind: 'requester', id: 'eve' })
    await mari.open({ ticketId: 't1', subject: 'Secret', body: 'Secret', externalId: 'm1' })
    await eve.open({ ticketId: 't2', subject: 'Mine' })
    expect(await refusal(eve.message('nowhere', { externalId: 'm1' }))).toMatchObject({ code: 'ticket_not_found' })
    expect(await refusal(eve.message('t2', { externalId: 'm1' }))).toMatchObject({ code: 'forbidden' })
    expect(await mari.message('t1', { externalId: 'm1' })).toMatchObject({ repeated: true })
  })
})

describe('many at once', () => {
  it('ten notes on one ticket are all kept', async () => {
    const { mari, ana, desk } = frontDesk()
    await mari.open({ ticketId: 't1', subject: 'One' })
    await Promise.all(Array.from({ length: 10 }, (_, i) => ana.note('t1', { body: `Note ${i}` })))
    expect((await desk.messages('t1')).map(({ body }) => body)).toEqual(
      Array.from({ length: 10 }, (_, i) => `Note ${i}`),
    )
  })

  it('a ticket that cannot be advanced holds up no other', async () => {
    const week = { mon: [['09:00', '17:00']] } as const
    const levels = (within: string) => ({
      calendars: [{ id: 'office', zone: 'UTC', hours: week }],
      levels: [{ id: 'one', calendar: 'office', targets: [{ metric: 'resolution' as const, within }] }],
      slaRules: [{ level: 'one' }],
      views: [{ id: 'all' }],
    })
    const front = frontDesk({ definition: defineDesk(levels('4h')) })
    await front.mari.open({ ticketId: 't1', subject: 'Sleeps' })
    await front.ana.postpone('t1', { until: front.clock.now() + 60_000 })
    const later = createDesk({
      definition: defineDesk({ views: [{ id: 'all' }] }),
      store: front.store,
      clock: front.clock,
    })
    await later.as({ kind: 'requester', id: 'mari' }).open({ ticketId: 't2', subject: 'Fine' })
    front.at('Mon 10:00')
    expect((await later.runDue()).failed).toMatchObject([{ ticketId: 't1', error: { code: 'definition_missing' } }])
    expect(await later.view('all')).toMatchObject({ stale: true, tickets: [{ id: 't2' }, { id: 't1' }] })
  })
})

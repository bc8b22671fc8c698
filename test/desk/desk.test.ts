import { compileDefinition, createDesk, DeskError, defineDesk, memoryStore, type Store } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, ben, day, hour, mari, minute, vendor, when } from '../story.ts'
import { frontDesk, refusal } from './front-desk.ts'

const sla = defineDesk({
  levels: [{ id: 'std', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '2h' }] }],
  slaRules: [{ level: 'std' }],
  views: [
    { id: 'todo', when: { field: 'kind', op: 'oneOf', value: ['new', 'open'] }, order: 'fifo' },
    { id: 'late', when: { field: 'sla.breached', op: 'is', value: true } },
    { id: 'closed', when: { field: 'kind', op: 'is', value: 'closed' } },
    { id: 'one', limit: 1 },
  ],
})
const subject = { subject: 'Cannot log in', body: 'Since today' }

describe('two at once (hazard 25)', () => {
  it('a form saved on an older revision is refused, with what happened since', async () => {
    const { ana, ben, mari } = frontDesk()
    const { ticket } = await mari.open(subject)
    await ben.setPriority(ticket.id, 'High')
    const { events } = await ben.tag(ticket.id, ['vip'])
    expect(await refusal(ana.update(ticket.id, { subject: 'Other' }, { expectedRevision: 1 }))).toMatchObject({
      code: 'revision_conflict',
      facts: { ticketId: ticket.id, expected: 1, actual: 3, since: [{ type: 'priority_changed' }, events[0]] },
    })
    await expect(ana.update(ticket.id, { subject: 'Other' }, { expectedRevision: 3 })).resolves.toMatchObject({
      ticket: { revision: 4 },
    })
  })

  it('a merge on an older revision tells only what happened since, too', async () => {
    const { ana, ben, mari } = frontDesk()
    const { ticket } = await mari.open(subject)
    const other = await mari.open(subject)
    await ben.setPriority(ticket.id, 'High')
    expect(await refusal(ana.merge(ticket.id, other.ticket.id, { expectedRevision: 1 }))).toMatchObject({
      code: 'revision_conflict',
      facts: { since: [{ type: 'priority_changed' }] },
    })
  })

  it('two replies at once are both kept', async () => {
    const { ana, ben, mari, desk } = frontDesk()
    const { ticket } = await mari.open(subject)
    await Promise.all([
      ana.reply(ticket.id, { body: 'one' }),
      ben.reply(ticket.id, { body: 'two' }),
      mari.message(ticket.id, { body: 'three' }),
    ])
    expect((await desk.messages(ticket.id)).map(({ body }) => body).sort()).toEqual([
      'Since today',
      'one',
      'three',
      'two',
    ])
    expect(await desk.get(ticket.id)).toMatchObject({ counts: { messages: 4, replies: 2 }, revision: 4 })
  })

  it('a breach published in between disturbs nobody', async () => {
    const { ana, mari, desk, at } = frontDesk({ definition: sla })
    const { ticket } = await mari.open(subject)
    at('Mon 12:00')
    expect(await desk.runDue()).toMatchObject({ tickets: 1, events: 1, more: false })
    expect(await desk.get(ticket.id)).toMatchObject({ revision: 1, version: 5 })
    await expect(ana.update(ticket.id, { subject: 'Other' }, { expectedRevision: 1 })).resolves.toMatchObject({
      unchanged: false,
    })
  })

  it('gives up after 5 reloads with version_conflict and the real versions', async () => {
    const { store, desk, mari } = frontDesk()
    const { ticket } = await mari.open(subject)
    let tries = 0
    const busy: Store = {
      ...store,
      commit: async () => {
        tries += 1
        return { ok: false, conflict: 'version', ticketId: ticket.id, actual: 7 }
      },
    }
    const answer = await refusal(desk.using(busy).as(ana).resolve(ticket.id))
    expect(answer).toMatchObject({
      code: 'version_conflict',
      facts: { ticketId: ticket.id, expected: ticket.version, actual: 7 },
    })
    expect(tries).toBe(6)
  })
})

describe('the same command id (hazard 36)', () => {
  it('and payload: the same receipt, no new event', async () => {
    const { ana, mari, desk } = frontDesk()
    const { ticket } = await mari.open(subject)
    const first = await ana.reply(ticket.id, { body: 'x' }, { commandId: 'r1' })
    await ana.resolve(ticket.id)
    const again = await ana.reply(ticket.id, { body: 'x' }, { commandId: 'r1' })
    expect(again).toMatchObject({ repeated: true, unchanged: false, commandId: 'r1', ticket: { kind: 'resolved' } })
    expect(again.events).toEqual(first.events)
    expect(await desk.messages(ticket.id)).toHaveLength(2)
  })

  it.each([
    ['another text', { type: 'reply', body: 'y' }, ana],
    ['another command', { type: 'note', body: 'x' }, ana],
    ['another actor', { type: 'reply', body: 'x' }, ben],
  ] as const)('%s: idempotency_mismatch', async (_what, request, actor) => {
    const { ana: first, mari, desk } = frontDesk()
    const { ticket } = await mari.open(subject)
    await first.reply(ticket.id, { body: 'x' }, { commandId: 'r1' })
    expect(await refusal(desk.as(actor).perform(ticket.id, request, { commandId: 'r1' }))).toMatchObject({
      code: 'idempotency_mismatch',
      facts: { commandId: 'r1' },
    })
  })

  it('on another ticket: idempotency_mismatch', async () => {
    const { ana, mari } = frontDesk()
    const [a, b] = [await mari.open(subject), await mari.open(subject)]
    await ana.resolve(a.ticket.id, {}, { commandId: 'r1' })
    expect(await refusal(ana.resolve(b.ticket.id, {}, { commandId: 'r1' }))).toMatchObject({
      code: 'idempotency_mismatch',
    })
  })

  it('two at once: one executes', async () => {
    const { ana, mari, desk } = frontDesk()
    const { ticket } = await mari.open(subject)
    const outcomes = await Promise.all([1, 2, 3].map(() => ana.reply(ticket.id, { body: 'x' }, { commandId: 'r1' })))
    expect(outcomes.filter(({ repeated }) => !repeated)).toHaveLength(1)
    expect(await desk.messages(ticket.id)).toHaveLength(2)
  })

  it('opening: one ticket, under its first id', async () => {
    const { mari } = frontDesk()
    const outcomes = await Promise.all([1, 2].map(() => mari.open(subject, { commandId: 'o1' })))
    expect(outcomes[0]?.ticket.id).toBe(outcomes[1]?.ticket.id)
    expect((await mari.open(subject, { commandId: 'o1' })).ticket.reference).toBe(outcomes[0]?.ticket.reference)
  })

  it('of what changed nothing: unchanged again', async () => {
    const { ana, mari } = frontDesk()
    const { ticket } = await mari.open(subject)
    expect(await ana.wake(ticket.id, { commandId: 'w1' })).toMatchObject({
      unchanged: true,
      repeated: false,
      events: [],
    })
    expect(await ana.wake(ticket.id, { commandId: 'w1' })).toMatchObject({
      unchanged: true,
      repeated: true,
      events: [],
    })
  })

  it('of a merge, a follow-up, a split, and of a message that followed a merge', async () => {
    const { ana, mari, desk } = frontDesk()
    const [a, b] = [(await mari.open(subject)).ticket, (await mari.open(subject)).ticket]
    for (const repeated of [false, true])
      expect(await ana.followUp(a.id, {}, { commandId: 'f1' })).toMatchObject({ repeated })
    await ana.tag(a.id, ['changed since'])
    expect(await ana.followUp(a.id, {}, { commandId: 'f1' })).toMatchObject({ repeated: true })
    const messageIds = (await desk.messages(a.id)).map(({ id }) => id)
    for (const repeated of [false, true])
      expect(await ana.split(a.id, { subject: 's', messageIds }, { commandId: 's1' })).toMatchObject({ repeated })
    for (const repeated of [false, true])
      expect(await ana.merge(a.id, b.id, { commandId: 'm1' })).toMatchObject({ repeated, ticket: { id: b.id } })
    for (const repeated of [false, true])
      expect(await mari.message(a.id, { body: 'x' }, { commandId: 'x1' })).toMatchObject({
        repeated,
        ticket: { id: b.id },
      })
  })
})

describe('external ids: duplicates give the same receipt', () => {
  it('a message', async () => {
    const { mari, desk } = frontDesk()
    const { ticket } = await mari.open(subject)
    const first = await mari.message(ticket.id, { body: 'x', externalId: '<1@mail>' })
    const again = await mari.message(ticket.id, { body: 'x', externalId: '<1@mail>' })
    expect(again).toMatchObject({ repeated: true, commandId: first.commandId, events: first.events })
    expect(await desk.messages(ticket.id)).toHaveLength(2)
  })

  it.each([subject, { subject: 'No text at all' }])('an opening: %o', async (input) => {
    const { mari, desk } = frontDesk()
    const first = await mari.open({ ...input, externalId: '<1@mail>' })
    const again = await mari.open({ ...input, externalId: '<1@mail>' })
    expect(again).toMatchObject({ repeated: true, ticket: { id: first.ticket.id } })
    expect((await desk.byExternalId('<1@mail>'))?.id).toBe(first.ticket.id)
  })

  it('at once, on two tickets: one is kept', async () => {
    const { mari, desk } = frontDesk()
    const outcomes = await Promise.all([1, 2].map(() => mari.open({ ...subject, externalId: '<1@mail>' })))
    expect(outcomes.filter(({ repeated }) => repeated)).toHaveLength(1)
    expect((await desk.changes(0)).events.filter(({ type }) => type === 'ticket_opened')).toHaveLength(1)
  })

  it('a message within an update', async () => {
    const { mari, ana, desk } = frontDesk()
    const { ticket } = await mari.open(subject)
    for (const repeated of [false, true])
      expect(await ana.update(ticket.id, { message: { body: 'x', externalId: 'e' } })).toMatchObject({ repeated })
    expect(await desk.messages(ticket.id)).toHaveLength(2)
  })
})

describe('clocks of machines (hazard 47)', () => {
  it('a lag is absorbed, and recorded', async () => {
    const { ana, mari, clock, storeClock } = frontDesk()
    const { ticket } = await mari.open(subject)
    clock.set(when('Mon 09:00') - 200)
    storeClock.set('Mon 09:00')
    const { events } = await ana.reply(ticket.id, { body: 'x' })
    expect(events[0]).toMatchObject({ at: when('Mon 09:00'), recordedAt: when('Mon 09:00') - 200 })
  })

  it.each([
    [5 * minute, undefined],
    [5 * minute + 1, 'clock_went_back'],
  ])('a lag of %i ms: %s', async (lag, code) => {
    const { ana, mari, clock } = frontDesk()
    const { ticket } = await mari.open(subject)
    clock.set(when('Mon 09:00') - lag)
    const attempt = ana.reply(ticket.id, { body: 'x' })
    if (code === undefined) await expect(attempt).resolves.toMatchObject({ ticket: { lastAt: when('Mon 09:00') } })
    else
      expect(await refusal(attempt)).toEqual({
        code,
        path: 'at',
        facts: { at: when('Mon 09:00') - lag, lastAt: when('Mon 09:00') },
      })
  })

  it.each([
    [5 * minute, undefined],
    [5 * minute + 1, 'clock_ahead'],
    [day, 'clock_ahead'],
  ])('%i ms ahead of the store: %s', async (ahead, code) => {
    const { ana, mari, clock, desk } = frontDesk({ definition: sla })
    const { ticket } = await mari.open(subject)
    clock.set(when('Mon 09:00') + ahead)
    const attempt = ana.reply(ticket.id, { body: 'x' })
    if (code === undefined) return expect(attempt).resolves.toMatchObject({ unchanged: false })
    expect(await refusal(attempt)).toMatchObject({
      code,
      path: 'at',
      facts: { storeNow: when('Mon 09:00'), maxSkewMs: 5 * minute },
    })
    expect((await desk.get(ticket.id)).clocks.resolution?.breachedAt).toBeNull()
  })

  it('an instant given is taken as it is: the past of the ticket is refused, the same instant is fine', async () => {
    const { ana, mari, at } = frontDesk()
    const { ticket } = await mari.open(subject, { at: '2024-01-15T08:00:00Z' })
    at('Mon 10:00')
    expect(ticket.openedAt).toBe(when('Mon 08:00'))
    await ana.reply(ticket.id, { body: 'x' }, { at: when('Mon 08:00') })
    await ana.reply(ticket.id, { body: 'x' }, { at: new Date(when('Mon 09:00')) })
    expect(await refusal(ana.reply(ticket.id, { body: 'x' }, { at: when('Mon 09:00') - 1 }))).toMatchObject({
      code: 'clock_went_back',
      facts: { at: when('Mon 09:00') - 1, lastAt: when('Mon 09:00') },
    })
    expect(await refusal(ana.reply(ticket.id, { body: 'x' }, { at: '2024-01-15T09:30:00' }))).toMatchObject({
      code: 'invalid_instant',
      path: 'at',
    })
    expect(await refusal(ana.reply(ticket.id, { body: 'x' }, { at: '2024-02-30T09:30:00Z' }))).toMatchObject({
      code: 'invalid_instant',
      path: 'at',
    })
  })
})

describe('outcome_unknown (hazard 42)', () => {
  const flaky = (store: Store, saved: boolean, times = 1): Store => {
    let left = times
    return {
      ...store,
      commit: async (commit) => {
        if (left-- <= 0) return store.commit(commit)
        if (saved) await store.commit(commit)
        throw new DeskError({ code: 'outcome_unknown', facts: { reason: 'timeout' } })
      },
    }
  }

  it.each([
    ['the commit was made', true],
    ['it was not', false],
  ])('is retried by command id: %s', async (_name, saved) => {
    const { store, desk, mari } = frontDesk()
    const { ticket } = await mari.open(subject)
    const outcome = await desk.using(flaky(store, saved)).as(ana).reply(ticket.id, { body: 'x' })
    expect(outcome).toMatchObject({ repeated: saved, ticket: { counts: { replies: 1 } } })
    expect(await desk.messages(ticket.id)).toHaveLength(2)
  })

  it('opening too: one ticket', async () => {
    const { store, desk } = frontDesk()
    await desk.using(flaky(store, true)).as(mari).open(subject)
    expect((await desk.changes(0)).events.filter(({ type }) => type === 'ticket_opened')).toHaveLength(1)
  })

  it('is told when it lasts; the caller’s retry with the same id is safe', async () => {
    const { store, desk, mari } = frontDesk()
    const { ticket } = await mari.open(subject)
    const down = desk.using(flaky(store, false, 100)).as(ana)
    expect(await refusal(down.reply(ticket.id, { body: 'x' }, { commandId: 'r1' }))).toMatchObject({
      code: 'outcome_unknown',
    })
    await desk.as(ana).reply(ticket.id, { body: 'x' }, { commandId: 'r1' })
    expect(await desk.messages(ticket.id)).toHaveLength(2)
  })

  it.each(['store_busy', 'store_failed'] as const)('stays unknown where the store then says %s', async (code) => {
    const { store, desk, mari } = frontDesk()
    const { ticket } = await mari.open(subject)
    const lost = flaky(store, true)
    let isDown = false
    const away: Store = {
      ...lost,
      commit: (commit) => lost.commit(commit).finally(() => (isDown = true)),
      load: async (...key) => {
        if (isDown) throw new DeskError({ code, facts: { reason: 'it starts' } })
        return store.load(...key)
      },
    }
    expect(await refusal(desk.using(away).as(ana).reply(ticket.id, { body: 'x' }))).toMatchObject({
      code: 'outcome_unknown',
    })
    expect(await desk.messages(ticket.id)).toHaveLength(2)
  })
})

describe('reading', () => {
  it('get is the ticket now, and writes nothing', async () => {
    const { desk, mari, at, store } = frontDesk({ definition: sla })
    const { ticket } = await mari.open(subject)
    at('Mon 12:00')
    const before = await store.load('default', ticket.id)
    expect((await desk.get(ticket.id)).clocks.resolution?.breachedAt).toBe(when('Mon 11:00') + 1)
    expect((await desk.byReference(ticket.reference))?.clocks.resolution?.breachedAt).toBe(when('Mon 11:00') + 1)
    expect((await store.load('default', ticket.id)).row).toEqual(before.row)
    expect((await desk.changes(0)).events).toHaveLength(4)
  })

  it('history and messages', async () => {
    const { desk, mari, ana } = frontDesk()
    const { ticket } = await mari.open({ ...subject, channel: 'mail' })
    await ana.reply(ticket.id, {
      body: 'Hello',
      attachments: [{ id: 'a', name: 'x.txt', mediaType: 'text/plain', bytes: 3, reference: 's3:x' }],
    })
    expect((await desk.history(ticket.id)).map(({ version }) => version)).toEqual([1, 2, 3, 4])
    expect(await desk.messages(ticket.id)).toMatchObject([
      { role: 'requester', visibility: 'public', body: 'Since today', channel: 'mail', at: when('Mon 09:00') },
      { role: 'agent', visibility: 'public', body: 'Hello', attachments: [{ name: 'x.txt' }] },
    ])
  })

  it.each([
    ['get', (desk: ReturnType<typeof frontDesk>['desk']) => desk.get('nope')],
    ['history', (desk: ReturnType<typeof frontDesk>['desk']) => desk.history('nope')],
    ['messages', (desk: ReturnType<typeof frontDesk>['desk']) => desk.messages('nope')],
    ['allowed', (desk: ReturnType<typeof frontDesk>['desk']) => desk.allowed('nope', ana)],
    ['claim', (desk: ReturnType<typeof frontDesk>['desk']) => desk.as(ana).claim('nope')],
    ['a command', (desk: ReturnType<typeof frontDesk>['desk']) => desk.as(ana).resolve('nope')],
    ['merge', (desk: ReturnType<typeof frontDesk>['desk']) => desk.as(ana).merge('nope', 'nope2')],
  ])('%s of a missing ticket: ticket_not_found', async (_name, run) => {
    expect(await refusal(run(frontDesk().desk))).toMatchObject({
      code: 'ticket_not_found',
      facts: { ticketId: 'nope' },
    })
  })

  it('an unknown reference or external id is null', async () => {
    const { desk } = frontDesk()
    expect(await desk.byReference('T-000009')).toBeNull()
    expect(await desk.byExternalId('x')).toBeNull()
  })

  it('references that tickets brought with them are passed over in few draws', async () => {
    const store = memoryStore()
    let draws = 0
    const counting: Store = { ...store, nextNumber: (tenant) => store.nextNumber(tenant).finally(() => draws++) }
    const { mari } = frontDesk({ store: counting })
    for (let i = 1; i <= 300; i++) await mari.open({ ...subject, reference: `T-${String(i).padStart(6, '0')}` })
    expect(draws).toBe(0)
    const { reference } = (await mari.open(subject)).ticket
    expect(Number(reference.slice(2))).toBeGreaterThan(300)
    expect(draws).toBeLessThan(600)
    const next = (await mari.open(subject)).ticket.reference
    expect(Number(next.slice(2))).toBe(Number(reference.slice(2)) + 1)
  })

  it('what the application makes of a number is checked as a reference is', async () => {
    const made = (reference: unknown) => refusal(frontDesk({ reference: () => reference as string }).mari.open(subject))
    expect(await made('')).toMatchObject({ code: 'invalid_text', path: 'reference' })
    expect(await made(7)).toMatchObject({ code: 'invalid_command', path: 'reference' })
    expect(await made('x'.repeat(10_000))).toMatchObject({ code: 'too_large', path: 'reference' })
    const { mari } = frontDesk({ reference: () => 'ALL-ALIKE' })
    await mari.open(subject)
    expect(await refusal(mari.open(subject))).toMatchObject({ code: 'reference_taken', path: 'reference' })
  })

  it('references count up, or are the caller’s own, once', async () => {
    const { mari } = frontDesk()
    expect((await mari.open(subject)).ticket.reference).toBe('T-000001')
    expect((await mari.open(subject)).ticket.reference).toBe('T-000002')
    expect((await mari.open({ ...subject, reference: 'INC-7' })).ticket.reference).toBe('INC-7')
    expect(await refusal(mari.open({ ...subject, reference: 'INC-7' }))).toMatchObject({
      code: 'reference_taken',
      facts: { reference: 'INC-7' },
    })
    expect((await mari.open(subject)).ticket.reference).toMatch(/^T-00000\d$/)
  })

  it('a ticket id is taken once', async () => {
    const { mari } = frontDesk()
    await mari.open({ ...subject, ticketId: 'a' })
    expect(await refusal(mari.open({ ...subject, ticketId: 'a' }))).toMatchObject({ code: 'ticket_exists' })
  })
})

describe('views', () => {
  it('are first brought up to now', async () => {
    const { desk, mari, at } = frontDesk({ definition: sla })
    await mari.open(subject)
    expect(await desk.count('late')).toEqual({ count: 0, stale: false })
    at('Mon 12:00')
    expect(await desk.count('late')).toEqual({ count: 1, stale: false })
    expect((await desk.view('late')).tickets).toHaveLength(1)
    at(when('Mon 12:00') + 100 * day)
    expect((await desk.view('todo')).tickets).toHaveLength(1)
  })

  it('come in pages, in order', async () => {
    const { desk, mari, at } = frontDesk({ definition: sla })
    for (let i = 0; i < 5; i++) {
      at(when('Mon 09:00') + i)
      await mari.open({ subject: `n${i}` })
    }
    const first = await desk.view('todo', { limit: 2 })
    const second = await desk.view('todo', { limit: 2, after: first.next as NonNullable<typeof first.next> })
    const third = await desk.view('todo', { limit: 2, after: second.next as NonNullable<typeof first.next> })
    expect([first, second, third].map(({ tickets }) => tickets.map((ticket) => ticket.subject))).toEqual([
      ['n0', 'n1'],
      ['n2', 'n3'],
      ['n4'],
    ])
    expect(third.next).toBeNull()
    expect((await desk.view('one')).tickets).toHaveLength(1)
  })

  it('say when more is due than one look can advance', async () => {
    const { desk, mari, at } = frontDesk({ definition: sla })
    for (let i = 0; i < 1_001; i++) await mari.open({ subject: `n${i}` })
    at('Mon 12:00')
    expect(await desk.count('late')).toEqual({ count: 1_000, stale: true })
    expect(await desk.count('late')).toEqual({ count: 1_001, stale: false })
  })

  it('an unknown one is refused', async () => {
    const { desk, ana } = frontDesk({ definition: sla })
    for (const attempt of [desk.view('tod'), desk.count('tod'), ana.next('tod')])
      expect(await refusal(attempt)).toMatchObject({
        code: 'unknown_name',
        path: 'view',
        facts: { what: 'view', name: 'tod' },
      })
  })
})

describe('claims and the next ticket', () => {
  it('next gives each agent another ticket, in order, then null', async () => {
    const { ana, ben, mari, at } = frontDesk({ definition: sla })
    await mari.open({ subject: 'first' })
    at('Mon 09:01')
    await mari.open({ subject: 'second' })
    const [a, b] = [await ana.next('todo'), await ben.next('todo')]
    expect([a?.ticket.subject, b?.ticket.subject]).toEqual(['first', 'second'])
    expect(await ana.next('todo')).toBeNull()
    expect(a?.lease).toMatchObject({ holder: 'ana', until: when('Mon 09:01') + 15 * minute })
  })

  it('never the same to two at once', async () => {
    const { desk, mari } = frontDesk({ definition: sla })
    for (let i = 0; i < 20; i++) await mari.open({ subject: `n${i}` })
    const taken = await Promise.all(
      Array.from({ length: 30 }, (_, i) => desk.as({ kind: 'agent', id: `a${i}` }).next('todo')),
    )
    const ids = taken.flatMap((next) => (next ? [next.ticket.id] : []))
    expect(ids).toHaveLength(20)
    expect(new Set(ids).size).toBe(20)
  })

  it('a lease is one agent’s until an instant; renewed, released, lost', async () => {
    const { ana, ben, mari, at } = frontDesk()
    const { ticket } = await mari.open(subject)
    const lease = await ana.claim(ticket.id, '10m')
    if (!lease) throw new Error('no lease')
    expect(lease).toMatchObject({ ticketId: ticket.id, holder: 'ana', until: when('Mon 09:10') })
    expect(await ben.claim(ticket.id)).toBeNull()
    at('Mon 09:09')
    expect(await ana.renew(lease, '10m')).toMatchObject({ token: lease.token, until: when('Mon 09:19') })
    await ana.reply(ticket.id, { body: 'x' }, { lease })
    at('Mon 09:19')
    expect(await refusal(ana.reply(ticket.id, { body: 'y' }, { lease }))).toEqual({
      code: 'lease_lost',
      path: 'options.lease',
      facts: { ticketId: ticket.id, holder: 'ana' },
    })
    expect(await refusal(ana.renew(lease))).toMatchObject({ code: 'lease_lost' })
    const next = await ben.claim(ticket.id)
    expect(next?.token).toBeGreaterThan(lease.token)
    expect(await ana.release(lease)).toBe(false)
    expect(next && (await ben.release(next))).toBe(true)
    expect(await ana.claim(ticket.id)).not.toBeNull()
  })

  it('nobody renews or releases another’s', async () => {
    const { ana, ben, mari } = frontDesk()
    const lease = await ana.claim((await mari.open(subject)).ticket.id)
    if (!lease) throw new Error('no lease')
    expect(await refusal(ben.renew(lease))).toMatchObject({ code: 'lease_lost', facts: { holder: 'ben' } })
    expect(await ben.release(lease)).toBe(false)
  })

  it('claims are no events: version and revision stand', async () => {
    const { ana, mari, desk } = frontDesk()
    const { ticket } = await mari.open(subject)
    await ana.claim(ticket.id)
    expect(await desk.get(ticket.id)).toEqual(ticket)
  })
})

describe('tenants do not meet (hazard 40)', () => {
  const both = () => {
    const clock = { now: () => when('Mon 09:00') }
    const store = memoryStore({ clock })
    const desk = (tenant: string) => createDesk({ definition: sla, store, clock, tenant })
    return [desk('red'), desk('blue')] as const
  }

  it('with identical ids: read, write, merge, link, claim, count, command ids, external ids', async () => {
    const [red, blue] = both()
    const opened = { ...subject, ticketId: 'a', reference: 'R', externalId: 'e' }
    await red.as(mari).open(opened, { commandId: 'o' })
    for (const attempt of [
      blue.get('a'),
      blue.history('a'),
      blue.as(ana).resolve('a'),
      blue.as(ana).claim('a'),
      blue.as(ana).merge('a', 'b'),
      blue.as(ana).followUp('a'),
    ])
      expect(await refusal(attempt)).toMatchObject({ code: 'ticket_not_found', facts: { ticketId: 'a' } })
    const { ticket } = await blue.as(mari).open({ ...subject, ticketId: 'b' })
    for (const attempt of [blue.as(ana).merge('b', 'a'), blue.as(ana).link('b', 'a')])
      expect(await refusal(attempt)).toMatchObject({ code: 'ticket_not_found' })
    expect(await blue.byReference('R')).toBeNull()
    expect(await blue.byExternalId('e')).toBeNull()
    expect((await blue.count('todo')).count).toBe(1)
    expect(ticket.reference).toBe('T-000001')
    await expect(blue.as(mari).open(opened, { commandId: 'o' })).resolves.toMatchObject({
      repeated: false,
      events: [{ tenant: 'blue' }, {}, {}, {}],
    })
    expect((await red.changes(0)).events.every(({ tenant }) => tenant === 'red')).toBe(true)
  })
})

describe('the application’s own say', () => {
  it('guard refuses with its reason; the ticket it sees is the one before the command', async () => {
    const { mari, ana, desk } = frontDesk({
      guard: (ticket, { type, actor }) =>
        type === 'resolve' && ticket?.assignee !== actor.id ? 'only who has it may resolve it' : undefined,
    })
    const { ticket } = await mari.open(subject)
    expect(await refusal(ana.resolve(ticket.id))).toEqual({
      code: 'forbidden',
      path: undefined,
      facts: { command: 'resolve', reason: 'only who has it may resolve it' },
    })
    expect(await desk.get(ticket.id)).toEqual(ticket)
    await ana.assign(ticket.id, 'ana')
    await expect(ana.resolve(ticket.id)).resolves.toMatchObject({ ticket: { kind: 'resolved' } })
  })

  it('is asked about an opening with null', async () => {
    const { mari } = frontDesk({ guard: (ticket) => (ticket === null ? 'closed for today' : undefined) })
    expect(await refusal(mari.open(subject))).toMatchObject({ code: 'forbidden' })
  })
})

describe('a definition edited while tickets sleep', () => {
  it('the desk works out the past under the revision then in force', async () => {
    const json = (within: string, since?: string) =>
      ({
        ...JSON.parse(JSON.stringify(sla.json)),
        levels: [{ id: 'std', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within }] }],
        ...(since && { since: when(since) }),
      }) as unknown
    const compiled = (value: unknown) => {
      const found = compileDefinition(value)
      if ('refusals' in found) throw new DeskError(found.refusals[0] as never)
      return found.value
    }
    const { store, mari: first, at, clock } = frontDesk({ definition: compiled(json('2h')) })
    const { ticket } = await first.open(subject)
    at('Mon 12:00')
    const edited = createDesk({ definition: [compiled(json('2h')), compiled(json('4h', 'Mon 10:30'))], store, clock })
    expect(await edited.count('late')).toMatchObject({ count: 1 })
    expect((await edited.get(ticket.id)).clocks.resolution).toMatchObject({
      targetMs: 2 * hour,
      breachedAt: when('Mon 11:00') + 1,
    })
    expect((await edited.as(mari).open(subject)).ticket.clocks.resolution?.targetMs).toBe(4 * hour)
  })

  it('revisions out of order are refused', () => {
    const store = memoryStore()
    const since = (at: string) => defineDesk({ since: when(at) })
    expect(() => createDesk({ definition: [since('Mon 10:00'), since('Mon 10:00')], store })).toThrow(/later `since`/)
    expect(() => createDesk({ definition: [defineDesk({}), defineDesk({})], store })).toThrow(/later `since`/)
    expect(() => createDesk({ definition: [], store })).toThrow(/needs a definition/)
  })

  it('a first target that a wake brings is counted from the log, whoever looks first', async () => {
    const definition = defineDesk({
      levels: [
        { id: 'std', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '8h', pauses: ['postponed'] }] },
      ],
      slaRules: [{ when: { field: 'kind', op: 'is', value: 'open' }, level: 'std' }],
      views: [{ id: 'all' }],
    })
    const { mari, ana, at, desk } = frontDesk({ definition })
    const { ticket } = await mari.open(subject)
    await ana.reply(ticket.id, { body: 'x' })
    await ana.postpone(ticket.id, { until: when('Mon 10:00') })
    at('Mon 12:00')
    expect((await desk.get(ticket.id)).clocks.resolution).toMatchObject({
      state: 'running',
      runningSince: when('Mon 10:00'),
    })
    expect((await desk.view('all')).tickets[0]?.clocks.resolution).toMatchObject({ runningSince: when('Mon 10:00') })
  })
})

describe('allowed: what an actor may do now', () => {
  const minimal: Readonly<Record<string, object>> = {
    message: { body: 'x' },
    reply: { body: 'x' },
    note: { body: 'x' },
    update: {},
    setStatus: { status: 'Open' },
    confirmSolution: { solved: true },
    setPriority: { priority: 'High' },
    assign: { agent: 'ana' },
    transfer: { department: 'Billing' },
    setRequester: { requester: { id: 'x' } },
    addFollower: { person: 'x' },
    removeFollower: { person: 'x' },
    addCollaborator: { person: 'x' },
    removeCollaborator: { person: 'x' },
    tag: { tags: ['x'] },
    untag: { tags: ['x'] },
    rate: { score: 1 },
    signal: { name: 'x' },
    merge: { into: 'other' },
    link: { to: 'other' },
    unlink: { to: 'other' },
  }
  const types = [
    'message',
    'reply',
    'note',
    'update',
    'setStatus',
    'postpone',
    'wake',
    'resolve',
    'confirmSolution',
    'close',
    'reopen',
    'setPriority',
    'unsetPriority',
    'assign',
    'unassign',
    'transfer',
    'escalate',
    'setRequester',
    'addFollower',
    'removeFollower',
    'addCollaborator',
    'removeCollaborator',
    'setFields',
    'tag',
    'untag',
    'rate',
    'signal',
    'merge',
    'link',
    'unlink',
  ]
  const states = ['New', 'Open', 'Answered', 'Postponed', 'Resolved', 'Closed', 'Closed, window past', 'Merged']

  it.each(states.flatMap((state) => [mari, ana, vendor].map((actor) => ({ state, actor }))))(
    '$actor.kind, $state: what is said is what happens',
    async ({ state, actor }) => {
      const room = async () => {
        const front = frontDesk()
        await front.mari.open({ ...subject, ticketId: 'other' })
        await front.mari.open({ ...subject, ticketId: 't' })
        const [status, past] = state.split(', ')
        if (status === 'Merged') await front.ana.merge('t', 'other')
        else if (status !== 'New') await front.ana.setStatus('t', status as 'Open')
        if (past) front.at(when('Mon 09:00') + 40 * day)
        return front
      }
      const { desk } = await room()
      const { commands, statuses } = await desk.allowed('t', actor)
      // those outside are told nothing of these
      const untold = actor === ana ? [] : ['setStatus', 'postpone', 'wake', 'setDue', 'clearDue', 'applyMacro']
      expect(commands.filter((type) => untold.includes(type))).toEqual([])
      for (const type of types) {
        if (untold.includes(type)) continue
        const front = await room()
        const result = await front.desk
          .as(actor)
          .perform('t', { type, ...minimal[type] } as never)
          .then(
            ({ unchanged }) => (unchanged ? 'unchanged' : 'done'),
            (error: DeskError) => error.code,
          )
        // from a merged ticket a message follows on; the message itself is then for the other ticket
        if (state === 'Merged' && type === 'message') continue
        const listed = commands.includes(type as never)
        // which status is told by `statuses`; a message an agent passes on may be somebody's that reopens nothing
        if (type === 'setStatus' || (type === 'message' && actor === ana)) continue
        if (listed) expect(`${type}: ${result}`).toMatch(/: (done|unchanged)$/)
        else if (result === 'done') throw new Error(`${type} is not listed, but done`)
      }
      if (actor !== ana) expect(statuses).toEqual([])
      for (const name of ['New', 'Open', 'Answered', 'Postponed', 'Resolved', 'Closed'] as const) {
        if (actor !== ana) break
        const front = await room()
        const result = await front.desk
          .as(actor)
          .setStatus('t', name)
          .then(
            ({ unchanged }) => !unchanged,
            () => false,
          )
        expect(`${name} ${statuses.includes(name)}`).toBe(`${name} ${result}`)
      }
    },
  )
})

import { defineDesk, evolve, rebuild } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { frontDesk, refusal } from './front-desk.ts'

const definition = defineDesk({ views: [{ id: 'all' }] })
const opened = async () => {
  const front = frontDesk({ definition })
  await front.mari.open({ ticketId: 't1', subject: 'One', body: 'One' })
  await front.mari.open({ ticketId: 't2', subject: 'Two', body: 'Two' })
  return front
}
const wrong = (value: unknown) => value as never

describe('what a desk is asked is checked at the door', () => {
  it.each([
    ['limit', { limit: -1 }],
    ['limit', { limit: Number.NaN }],
    ['limit', { limit: '2' }],
    ['limit', { limit: 1e9 }],
    ['after.values', { after: {} }],
    ['page', { page: 2 }],
  ])('a page with a wrong %s', async (path, ask) => {
    const { desk } = await opened()
    expect(await refusal(desk.view('all', wrong(ask)))).toMatchObject({ code: 'invalid_command', path })
  })

  it('an id that is no text', async () => {
    const { desk } = await opened()
    expect(await refusal(desk.get(wrong(5)))).toMatchObject({ code: 'invalid_command', path: 'ticketId' })
  })

  it('ids, lists and options that are none, of whatever reads or writes', async () => {
    const { desk, ana } = await opened()
    const asked = async (attempt: () => unknown) => {
      const { code, path } = await refusal((async () => attempt())())
      return [code, path]
    }
    const firstOf = async (lines: AsyncIterable<string>) => {
      for await (const line of lines) return line
      return undefined
    }
    for (const id of [5, null, {}, undefined]) {
      expect(await asked(() => desk.history(wrong(id)))).toEqual(['invalid_command', 'ticketId'])
      expect(await asked(() => desk.messages(wrong(id)))).toEqual(['invalid_command', 'ticketId'])
      expect(await asked(() => desk.portal('mari').messages(wrong(id)))).toEqual(['invalid_command', 'ticketId'])
      expect(await asked(() => desk.revive(wrong(id)))).toEqual(['invalid_command', 'effectId'])
      expect(await asked(() => desk.discard(wrong(id)))).toEqual(['invalid_command', 'effectId'])
    }
    expect(await asked(() => ana.split('t1', wrong(['m1'])))).toEqual(['invalid_command', ''])
    expect(await asked(() => ana.split('t1', wrong({ subject: 's' })))).toEqual(['invalid_command', 'messageIds'])
    expect(await asked(() => ana.split('t1', wrong({ subject: 's', messageIds: 5 })))).toEqual([
      'invalid_command',
      'messageIds',
    ])
    expect(await asked(() => firstOf(desk.exportCsv(wrong(null))))).toEqual(['invalid_command', ''])
    expect(await asked(() => firstOf(desk.exportCsv(wrong({ columns: 5 }))))).toEqual(['invalid_command', 'columns'])
    expect(await asked(() => firstOf(desk.exportCsv(wrong({ colums: ['id'] }))))).toEqual(['invalid_command', 'colums'])
    expect(await asked(() => desk.erase('mari', wrong(null)))).toEqual(['invalid_command', ''])
    expect(await asked(() => desk.erase('mari', wrong({ signal: 5 })))).toEqual(['invalid_command', 'signal'])
    expect(await asked(() => desk.erase('mari', wrong({ by: 'ana' })))).toEqual(['invalid_command', 'by'])
  })

  it('keys and positions that are none, the same on every store', async () => {
    const { desk } = await opened()
    expect(await refusal(desk.byReference(wrong(undefined)))).toMatchObject({
      code: 'invalid_command',
      path: 'reference',
    })
    expect(await refusal(desk.byExternalId(wrong(1)))).toMatchObject({ code: 'invalid_command', path: 'externalId' })
    expect(await refusal(desk.changes(-1))).toMatchObject({ code: 'invalid_command', path: 'after' })
    expect(await refusal(desk.changes(0, Number.NaN))).toMatchObject({ code: 'invalid_command', path: 'limit' })
  })

  it.each([0, -1, 1.5, Number.NaN, 1e9])('a run over %s tickets', async (limit) => {
    const { desk } = await opened()
    expect(await refusal(desk.runDue({ limit }))).toMatchObject({ code: 'invalid_command', path: 'limit' })
  })

  it('options with an unknown key or a revision that is no number', async () => {
    const { ana } = await opened()
    expect(await refusal(ana.note('t1', { body: 'x' }, wrong({ expectedRevision: '1' })))).toMatchObject({
      code: 'invalid_command',
      path: 'options.expectedRevision',
    })
    expect(await refusal(ana.note('t1', { body: 'x' }, wrong({ revision: 1 })))).toMatchObject({
      code: 'invalid_command',
      path: 'options.revision',
    })
  })

  it.each([0, 999, '25h'])('a claim for %s', async (time) => {
    const { ana } = await opened()
    expect(await refusal(ana.claim('t1', time))).toMatchObject({ code: 'invalid_duration', path: 'forTime' })
  })

  it('a lease of another ticket or of somebody else', async () => {
    const { ana, ben } = await opened()
    const lease = (await ana.claim('t1')) ?? undefined
    expect(await refusal(ana.note('t2', { body: 'x' }, { lease }))).toMatchObject({ code: 'lease_lost' })
    expect(await refusal(ben.note('t1', { body: 'x' }, { lease }))).toMatchObject({ code: 'lease_lost' })
    expect((await ana.note('t1', { body: 'x' }, { lease })).unchanged).toBe(false)
  })

  it.each([
    ['lease', null],
    ['lease.token', { ticketId: 't1', holder: 'ana', token: '1' }],
    ['lease.ticketId', { ticketId: {}, holder: 'ana', token: 1 }],
  ])('a lease that is none: %s', async (path, lease) => {
    const { ana } = await opened()
    for (const asked of [ana.renew(wrong(lease)), ana.release(wrong(lease)), ana.handOver(wrong(lease), 'ben')])
      expect(await refusal(asked)).toMatchObject({ code: 'invalid_command', path })
  })

  it.each<[path: string, details: unknown]>([
    ['details', null],
    ['details', 'You take it?'],
    ['details.nota', { nota: 'You take it?' }],
  ])('details of a hand-over that are none: %s', async (path, details) => {
    const { ana, desk } = await opened()
    const lease = await ana.claim('t1')
    const events = await desk.history('t1')
    expect(await refusal(ana.handOver(wrong(lease), 'ben', wrong(details)))).toMatchObject({
      ...{ code: 'invalid_command', path },
    })
    expect(await desk.history('t1')).toEqual(events)
    expect((await desk.presence('t1')).lease?.holder).toBe('ana')
  })

  it.each<[path: string, run: unknown]>([
    ['options', null],
    ['options.limt', { limt: 5 }],
    ['signal', { signal: 'stop' }],
    ['limit', { limit: 'x' }],
  ])('a run told what means nothing: %s', async (path, run) => {
    const { desk } = await opened()
    expect(await refusal(desk.runDue(wrong(run)))).toMatchObject({ code: 'invalid_command', path })
    expect(await refusal(desk.runRouting(wrong(run)))).toMatchObject({ code: 'invalid_command', path })
  })

  it('a view or a person there is not', async () => {
    const { ana, desk } = await opened()
    expect(await refusal(ana.next('todo' as never))).toMatchObject({ code: 'unknown_name', path: 'view' })
    expect(await refusal(desk.view('todo' as never))).toMatchObject({ code: 'unknown_name', path: 'view' })
    expect(await refusal(desk.segments('todo' as never, 'tier'))).toMatchObject({ code: 'unknown_name', path: 'view' })
    expect(await refusal(ana.claim('nowhere'))).toMatchObject({ code: 'ticket_not_found', path: 'ticketId' })
    expect(await refusal(ana.assign('t1', 'b b'))).toMatchObject({ code: 'invalid_text', path: 'agent' })
  })

  it.each([
    ['parent', { parent: 'nowhere' }],
    ['followUpOf', { followUpOf: 'nowhere' }],
    ['related[1]', { related: ['t1', 'nowhere'] }],
  ])('an opening whose %s does not exist', async (path, links) => {
    const { mari } = await opened()
    expect(await refusal(mari.open({ subject: 'Three', ...links }))).toMatchObject({ code: 'ticket_not_found', path })
  })
})

it('a definition whose property throws when it is read is refused, not thrown through', () => {
  const trap = {
    get workflow() {
      throw new Error('boom')
    },
  }
  expect(() => defineDesk(wrong(trap))).toThrow(expect.objectContaining({ code: 'invalid_text' }))
  const long = 'x'.repeat(200)
  const moves = { [long]: [long] }
  const statuses = [
    { name: 'N', kind: 'new' },
    { name: 'O', kind: 'open' },
    { name: 'R', kind: 'resolved' },
  ]
  try {
    defineDesk(wrong({ workflow: { statuses, moves } }))
  } catch (error) {
    expect((error as Error).message.split('x').length - 1).toBeLessThan(200)
  }
  expect.assertions(2)
})

describe('a log from outside is checked as it is read', () => {
  it('refuses another ticket’s event, a gap, a second opening and an event without its facts', async () => {
    const { desk } = await opened()
    const [first, second] = await desk.history('t1')
    const [, stranger] = await desk.history('t2')
    const ticket = evolve(null, first)
    const malformed = (run: () => unknown) => expect(run).toThrow(expect.objectContaining({ code: 'event_malformed' }))
    malformed(() => evolve(ticket, stranger))
    malformed(() => rebuild([first, stranger]))
    malformed(() => evolve(ticket, { ...second, version: 3 }))
    malformed(() => evolve(ticket, { ...first, version: 2 }))
    malformed(() => evolve(null, { ...second, version: 1 }))
    malformed(() => evolve(ticket, { ...second, type: 'sla_started', data: {} }))
    expect(evolve(ticket, second).version).toBe(2)
  })
})

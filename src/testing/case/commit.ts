import type { Store } from '../../store.ts'
import { check, refused, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { type Bench, keyOf, storeCase } from '../store-case.ts'
import { queryOf } from './query.ts'

/** Everything a refused commit might have left behind: told apart before and after. */
async function traces(
  store: Store,
  tenant: string,
  ids: { tickets: string[]; commands: string[]; external: string[]; references: string[] },
) {
  return {
    rows: await Promise.all(ids.tickets.map((id) => store.load(tenant, id).then(({ row }) => row))),
    events: await Promise.all(ids.tickets.map((id) => store.history(tenant, id))),
    receipts: await Promise.all(ids.commands.map((id) => store.load(tenant, '-', id).then(({ receipt }) => receipt))),
    external: await Promise.all(ids.external.map((externalId) => store.lookup(tenant, { externalId }))),
    references: await Promise.all(ids.references.map((reference) => store.lookup(tenant, { reference }))),
    effects: await store.effects(tenant, { now: Number.MAX_SAFE_INTEGER, limit: 100 }),
    changes: (await store.changes(tenant, 0, 1_000)).events,
    turns: await store.turns(tenant),
  }
}

/** A ticket at version 2 or more, and a commit full of everything that expects it at version 1. */
async function stale(bench: Bench) {
  const opened = await bench.open('t1')
  await bench.act(opened, { type: 'tag', tags: ['first'] })
  const late = bench.following(opened, { type: 'reply', body: 'too late', externalId: 'mail-late' })
  const change = changeOf(opened, late)
  const fresh = changeOf(null, bench.opening('t2', { externalId: 'mail-new' }))
  const rest = { receipt: bench.receipt('late', [change]), effects: [bench.effect('e-late', 't1')] }
  return { change, fresh, rest: { ...rest, turn: { agent: 'ana', seen: 0 } } }
}

export const commitCases = [
  storeCase('a saved ticket is loaded with its plan and the store’s clock', async (bench) => {
    const { ticket, nextAt, events } = bench.opening('t1')
    const change = changeOf(null, { ticket, nextAt, events, effects: [], unchanged: false, explanation: [] })
    await bench.save({ changes: [{ ...change, nextAt: bench.at + 5, plannedBy: 'plan' }] })
    const from = await bench.store.now()
    const loaded = await bench.store.load(bench.tenant, 't1')
    const to = await bench.store.now()
    same(loaded.row, { ticket, nextAt: bench.at + 5, plannedBy: 'plan' }, 'the row loaded')
    check(loaded.receipt === null, 'without a command id there is no receipt to load')
    check(Number.isInteger(loaded.now) && loaded.now >= bench.at, 'load tells the store’s clock in whole milliseconds')
    check(loaded.now >= from && loaded.now <= to, 'load and now should tell the same clock')
    same((await bench.store.load(bench.tenant, 'none', 'none')).row, null, 'the row of a ticket that is not there')
  }),

  storeCase('what comes back is the JSON that was written, order of keys included', async (bench) => {
    const fields = { z: 1, a: [null, true, { y: 'ÄÖ😀\u2028"\\', b: '' }], '10': 1e21, '9': -0.5, x: 1e-7 }
    const opened = bench.opening('t1', { fields, body: 'a\r\n\tb\u0001\\u0000', tags: ['ß', 'Ω'] })
    const receipt = bench.receipt('c1', [changeOf(null, opened)])
    const effect = bench.effect('e1', 't1')
    await bench.save({ changes: [changeOf(null, opened)], receipt, effects: [effect] })
    const loaded = await bench.store.load(bench.tenant, 't1', 'c1')
    same(loaded.row?.ticket, opened.ticket, 'the ticket loaded')
    same(loaded.receipt, receipt, 'the receipt loaded')
    same(await bench.store.history(bench.tenant, 't1'), opened.events, 'the history')
    const pending = await bench.store.effects(bench.tenant, { now: bench.at, limit: 10 })
    same(pending, [{ ...effect, attempts: 0 }], 'the effects')
  }),

  storeCase('tickets and events that are handed out are frozen', async (bench) => {
    await bench.open('t1', { fields: { deep: { deeper: [1] } } })
    const { row } = await bench.store.load(bench.tenant, 't1')
    const deep = row?.ticket.fields.deep as { deeper: number[] }
    for (const held of [row?.ticket, row?.ticket.counts, deep, deep.deeper])
      check(Object.isFrozen(held), 'a loaded ticket should be frozen, and all that it holds')
    const [event] = await bench.store.history(bench.tenant, 't1')
    check(Object.isFrozen(event) && Object.isFrozen(event?.data), 'an event should be frozen, and all that it holds')
  }),

  storeCase('views, feeds, receipts, effects and dead letters are frozen as well', async (bench) => {
    const { store, tenant, at } = bench
    const changes = [changeOf(null, bench.opening('t1'))]
    const receipt = bench.receipt('c1', changes)
    await bench.save({ changes, receipt, effects: [bench.effect('e1', 't1'), bench.effect('e2', 't2')] })
    await store.bury(tenant, 'e2', 'no such address')
    const [row] = await store.find(queryOf(tenant))
    const [event] = (await store.changes(tenant, 0, 9)).events
    const { receipt: loaded } = await store.load(tenant, 't1', 'c1')
    const again = await bench.commit({ receipt })
    const [effect] = await store.effects(tenant, { now: at, limit: 9 })
    const [taken] = await store.effects(tenant, { now: at, limit: 9, hideMs: 1 })
    const [letter] = await store.buried(tenant, 9)
    const handedOut = {
      'a ticket of a view': [row?.ticket, row?.ticket.counts],
      'an event of the feed': [event, event?.data],
      'a receipt': [loaded, loaded?.tickets, loaded?.tickets[0]],
      'the receipt of a repeat':
        !again.ok && again.conflict === 'receipt' ? [again.receipt, again.receipt.tickets] : [],
      'an effect': [effect, effect?.data],
      'an effect that was taken': [taken, taken?.data],
      'a dead letter': [letter, letter?.data],
    }
    for (const [what, held] of Object.entries(handedOut))
      check(
        held.length > 0 && held.every((one) => one !== undefined && Object.isFrozen(one)),
        `${what} should be frozen, and all that it holds`,
      )
  }),

  storeCase('history is in order of version, from where and as far as asked', async (bench) => {
    let ticket = await bench.open('t1')
    for (let i = 0; i < 12; i++) ticket = await bench.act(ticket, { type: 'tag', tags: [`tag ${i}`] })
    const versions = async (range?: { after?: number; limit?: number }) =>
      (await bench.store.history(bench.tenant, 't1', range)).map((event) => event.version)
    const all = Array.from({ length: ticket.version }, (_, i) => i + 1)
    same(await versions(), all, 'the whole history')
    same(await versions({ after: 3 }), all.slice(3), 'history after version 3')
    same(await versions({ after: 3, limit: 8 }), all.slice(3, 11), 'eight events after version 3')
    same(await versions({ limit: 2 }), [1, 2], 'the first two events')
    same(await versions({ after: ticket.version }), [], 'history after the last version')
    same(await bench.store.history(bench.tenant, 'none'), [], 'the history of a ticket that is not there')
  }),

  storeCase(
    'a version conflict saves nothing: no row, event, receipt, effect, external id or reference',
    async (bench) => {
      const { change, rest } = await stale(bench)
      const ids = {
        tickets: ['t1', 't2'],
        commands: ['late'],
        external: ['mail-late', 'mail-new'],
        references: ['R-t2'],
      }
      const before = await traces(bench.store, bench.tenant, ids)
      const actual = before.rows[0]?.ticket.version
      for (const waits of [undefined, false]) {
        const outcome = await bench.commit({ changes: [change], ...rest, waits })
        same(outcome, { ok: false, conflict: 'version', ticketId: 't1', actual }, 'the answer to an outdated commit')
        same(await traces(bench.store, bench.tenant, ids), before, 'what a version conflict left')
      }
    },
  ),

  storeCase('of several tickets all are saved or none', async (bench) => {
    const { change, fresh, rest } = await stale(bench)
    const ids = { tickets: ['t1', 't2'], commands: ['late'], external: ['mail-late', 'mail-new'], references: ['R-t2'] }
    const before = await traces(bench.store, bench.tenant, ids)
    const outcome = await bench.commit({ changes: [fresh, change], ...rest })
    check(!outcome.ok && outcome.conflict === 'version', 'the second ticket’s conflict should be the answer')
    same(await traces(bench.store, bench.tenant, ids), before, 'what a conflict on the second ticket left')
    await bench.save({ changes: [fresh, changeOf(null, bench.opening('t3'))] })
    for (const id of ['t2', 't3'])
      check(
        (await bench.store.load(bench.tenant, id)).row !== null,
        `${id} should be there after a commit of two tickets`,
      )
  }),

  storeCase('two changes of one ticket in a commit follow on each other', async (bench) => {
    const opened = bench.opening('t1', { externalId: 'mail-1' })
    const tagged = bench.following(opened.ticket, { type: 'tag', tags: ['x'] })
    await bench.save({ changes: [changeOf(null, opened), changeOf(opened.ticket, tagged)] })
    same((await bench.store.load(bench.tenant, 't1')).row?.ticket, tagged.ticket, 'the ticket after both')
    const events = [...opened.events, ...tagged.events]
    same(await bench.store.history(bench.tenant, 't1'), events, 'the history of both')
    same((await bench.store.changes(bench.tenant, 0, 99)).events, events, 'the feed of both')
  }),

  storeCase('a new ticket with an id in use is a version conflict', async (bench) => {
    const { version } = await bench.open('t1')
    const outcome = await bench.commit({ changes: [changeOf(null, bench.opening('t1', { reference: 'R-other' }))] })
    same(outcome, { ok: false, conflict: 'version', ticketId: 't1', actual: version }, 'the answer to an id in use')
    same(await bench.store.lookup(bench.tenant, { reference: 'R-other' }), null, 'the reference it brought')
  }),

  storeCase('without events only the plan is written', async (bench) => {
    const ticket = await bench.open('t1')
    const change = { ...changeOf(ticket, bench.following(ticket, { type: 'tag', tags: ['x'] })), events: [] }
    const rest = { receipt: bench.receipt('c1'), effects: [bench.effect('e1', 't1')] }
    await bench.save({ changes: [{ ...change, nextAt: 5, plannedBy: 'other' }], ...rest })
    const { row, receipt } = await bench.store.load(bench.tenant, 't1', 'c1')
    same(receipt, rest.receipt, 'the receipt of a commit without events')
    const effects = await bench.store.effects(bench.tenant, { now: bench.at, limit: 9 })
    same(effects.length, 1, 'the effects of a commit without events')
    same(row, { ticket, nextAt: 5, plannedBy: 'other' }, 'the row after a commit without events')
    const outcome = await bench.commit({ changes: [{ ...change, expectedVersion: ticket.version + 1, nextAt: 6 }] })
    check(!outcome.ok && outcome.conflict === 'version', 'a plan made for another version should conflict')
  }),

  storeCase('of two commits at once on one version exactly one is saved', async (bench) => {
    const ticket = await bench.open('t1')
    const commits = ['one', 'two', 'three', 'four'].map((tag) => {
      const changes = [changeOf(ticket, bench.following(ticket, { type: 'tag', tags: [tag] }))]
      return { changes, receipt: bench.receipt(tag, changes) }
    })
    const outcomes = await Promise.all(commits.map((commit) => bench.commit(commit)))
    const saved = commits.filter((_, i) => outcomes[i]?.ok)
    same(saved.length, 1, 'the number of commits saved')
    const winner = saved[0]?.changes[0]
    const { row } = await bench.store.load(bench.tenant, 't1')
    same(row?.ticket, winner?.ticket, 'the ticket after the race')
    const events = await bench.store.history(bench.tenant, 't1', { after: ticket.version })
    same(events, winner?.events, 'the events after the race')
    for (const { receipt } of commits)
      check(
        ((await bench.store.load(bench.tenant, 't1', receipt.commandId)).receipt !== null) ===
          (receipt === saved[0]?.receipt),
        'only the commit that was saved should have a receipt',
      )
  }),

  storeCase('old receipts are forgotten, younger ones and those of other tenants stay', async (bench) => {
    const { at, store, tenant } = bench
    await bench.save({ receipt: { ...bench.receipt('old'), at: at - 2 } })
    await bench.save({ receipt: { ...bench.receipt('young'), at: at - 1 } })
    await bench.save({ tenant: `${tenant}-other`, receipt: { ...bench.receipt('old'), at: at - 2 } })
    same(await store.forgetReceipts(tenant, at - 1), 1, 'the number of receipts forgotten')
    const kept = async (of: string, id: string) => (await store.load(of, 't1', id)).receipt?.commandId ?? null
    same(await kept(tenant, 'old'), null, 'the old receipt')
    same(await kept(tenant, 'young'), 'young', 'the young receipt')
    same(await kept(`${tenant}-other`, 'old'), 'old', 'the old receipt of another tenant')
  }),

  storeCase('NUL is refused in every text that is written, and finds nothing', async (bench) => {
    const opened = bench.opening('t1')
    const change = changeOf(null, opened)
    const [first] = opened.events
    const broken = { ...first, personal: { ...first?.personal, subject: 'a\0b' } } as (typeof change.events)[number]
    const wrong = {
      'an event': { changes: [{ ...change, events: [broken, ...opened.events.slice(1)] }] },
      'a reference': { changes: [{ ...change, ticket: { ...opened.ticket, reference: 'R\0' } }] },
      'an external id': { changes: [{ ...change, externalIds: ['mail\0'] }] },
      'a command id': { changes: [change], receipt: bench.receipt('c\0') },
      'an effect': { changes: [change], effects: [{ ...bench.effect('e1', 't1'), data: { 'k\0': 1 } }] },
      'an agent whose turn it is': { changes: [change], turn: { agent: 'ana\0', seen: 0 } },
    }
    for (const [what, commit] of Object.entries(wrong))
      await refused(bench.commit(commit), 'invalid_text', `NUL in ${what}`)
    const { store, tenant } = bench
    const lease = await store.claim(tenant, 't9', 'ana', 60_000)
    check(lease !== null, 'a free ticket should be claimed')
    await bench.save({ effects: [bench.effect('e9', 't9')] })
    const written = {
      'a holder': () => store.claim(tenant, 't1', 'ana\0', 1_000),
      'a ticket that is claimed': () => store.claim(tenant, 't1\0', 'ana', 1_000),
      'who a lease is handed to': () => store.handOver(tenant, keyOf(lease), 'ben\0', 1_000),
      'a person': () => store.announce(tenant, 't1', 'ana\0', 'viewing', 1_000),
      'a ticket that is looked at': () => store.announce(tenant, 't1\0', 'ana', 'viewing', 1_000),
      'why an effect is buried': () => store.bury(tenant, 'e9', 'no\0'),
    }
    for (const [what, write] of Object.entries(written)) await refused(write(), 'invalid_text', `NUL in ${what}`)
    same((await store.present(tenant, 't9')).lease, lease, 'the lease after refused writes')
    same([await store.buried(tenant, 9), (await store.present(tenant, 't1')).people], [[], []], 'what else they left')
    same((await bench.store.load(bench.tenant, 't1')).row, null, 'the row after refused commits')
    await bench.save({ changes: [change] })
    same((await bench.store.load(bench.tenant, 't1\0')).row, null, 'the row of an id with NUL')
    same(await bench.store.lookup(bench.tenant, { reference: 'R-t1\0' }), null, 'the ticket of a reference with NUL')
  }),

  storeCase('events that erasure rewrote are handed out as they stand now', async (bench) => {
    const ticket = await bench.open('t1', { body: 'my number is 5551234', externalId: 'mail-1' })
    await bench.open('t2', { externalId: 'mail-2' })
    const history = await bench.store.history(bench.tenant, 't1')
    const redacted = history
      .filter((event) => event.personal)
      .map(({ personal: _personal, ...event }) => event as (typeof history)[number])
    const change = changeOf(ticket, bench.following(ticket, { type: 'tag', tags: ['erased'] }))
    const outdated = await bench.commit({ changes: [{ ...change, expectedVersion: ticket.version + 1, redacted }] })
    check(!outdated.ok, 'a redaction is checked by version like any other change')
    same(await bench.store.history(bench.tenant, 't1'), history, 'the history after a refused redaction')
    const forgottenExternalIds = ['mail-1', 'mail-2']
    await bench.save({ changes: [{ ...change, redacted, forgottenExternalIds }] })
    same(await bench.store.lookup(bench.tenant, { externalId: 'mail-1' }), null, 'the ticket of an id that was erased')
    check(
      (await bench.store.lookup(bench.tenant, { externalId: 'mail-2' })) !== null,
      'an external id of another ticket should not be forgotten',
    )
    const expected = [
      ...history.map((event) => redacted.find(({ version }) => version === event.version) ?? event),
      ...change.events,
    ]
    same(await bench.store.history(bench.tenant, 't1'), expected, 'the history after a redaction')
    const feed = (await bench.store.changes(bench.tenant, 0, 1_000)).events.filter(({ ticketId }) => ticketId === 't1')
    same(feed, expected, 'the feed after a redaction')
    const { row } = await bench.store.load(bench.tenant, 't1')
    same(row?.ticket, change.ticket, 'the row after a redaction')
    await bench.open('t3', { externalId: 'mail-1' })
    const again = await bench.store.lookup(bench.tenant, { externalId: 'mail-1' })
    same(again?.ticketId, 't3', 'the ticket of an id that was erased and came again')
  }),
]

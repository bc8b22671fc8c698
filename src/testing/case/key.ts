import { check, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { storeCase } from '../store-case.ts'

export const keyCases = [
  storeCase('a command id done before is answered with its receipt, before any other conflict', async (bench) => {
    const opened = bench.opening('t1', { externalId: 'mail-1' })
    const changes = [changeOf(null, opened)]
    const receipt = bench.receipt('c1', changes)
    await bench.save({ changes, receipt, effects: [bench.effect('e1', 't1')] })
    // the very same again: version, reference and external id collide as well, and the lease is none
    const lease = { ticketId: 't1', holder: 'ana', token: 1 }
    const again = await bench.commit({ changes, receipt: { ...receipt, hash: 'other' }, lease })
    same(again, { ok: false, conflict: 'receipt', receipt }, 'the answer to a command id done before')
    const { row, receipt: loaded } = await bench.store.load(bench.tenant, 't1', 'c1')
    same(loaded, receipt, 'the receipt loaded')
    same(row?.ticket.version, opened.ticket.version, 'the version after the repeat')
  }),

  storeCase('a receipt of a command that changed nothing is kept too', async (bench) => {
    const receipt = bench.receipt('c1')
    await bench.save({ receipt })
    same((await bench.store.load(bench.tenant, 'none', 'c1')).receipt, receipt, 'the receipt loaded')
    const again = await bench.commit({ receipt })
    same(again, { ok: false, conflict: 'receipt', receipt }, 'the answer to the same command')
  }),

  storeCase('of the same command twice at once one is done', async (bench) => {
    const changes = [changeOf(null, bench.opening('t1'))]
    const receipt = bench.receipt('c1', changes)
    const outcomes = await Promise.all([1, 2, 3].map(() => bench.commit({ changes, receipt })))
    same(outcomes.filter(({ ok }) => ok).length, 1, 'the number of commits saved')
    const lost = outcomes.filter(({ ok }) => !ok)
    same(
      lost,
      [1, 2].map(() => ({ ok: false, conflict: 'receipt', receipt })),
      'the answers to the others',
    )
  }),

  storeCase('conflicts are answered in the order lease, external id, version, reference', async (bench) => {
    const opened = await bench.open('t1', { externalId: 'mail-1' })
    await bench.act(opened, { type: 'tag', tags: ['x'] })
    await bench.open('t2')
    const change = {
      ...changeOf(opened, bench.following(opened, { type: 'reply', body: 'hello', externalId: 'mail-1' })),
      ticket: { ...opened, reference: 'R-t2' },
    }
    const lease = { ticketId: 't1', holder: 'ana', token: 7 }
    const conflictOf = async (commit: Parameters<typeof bench.commit>[0]) => {
      const outcome = await bench.commit(commit)
      return outcome.ok ? 'none' : outcome.conflict
    }
    same(await conflictOf({ changes: [change], lease }), 'lease', 'the conflict when all collide')
    same(await conflictOf({ changes: [change] }), 'external_id', 'the conflict without a lease')
    const unsent = { ...change, externalIds: [] }
    same(await conflictOf({ changes: [unsent] }), 'version', 'the conflict without an external id')
    const current = (await bench.store.load(bench.tenant, 't1')).row?.ticket.version ?? 0
    same(await conflictOf({ changes: [{ ...unsent, expectedVersion: current }] }), 'reference', 'the last conflict')
  }),

  storeCase('a reference is of one ticket', async (bench) => {
    await bench.open('t1', { reference: 'R-1' })
    const other = changeOf(null, bench.opening('t2', { reference: 'R-1' }))
    const conflict = { ok: false, conflict: 'reference', reference: 'R-1' }
    same(await bench.commit({ changes: [other] }), conflict, 'the answer to a reference in use')
    same((await bench.store.load(bench.tenant, 't2')).row, null, 'the ticket with the reference in use')
    same(
      await bench.store.lookup(bench.tenant, { reference: 'R-1' }),
      { ticketId: 't1', commandId: null },
      'its ticket',
    )
    same(await bench.store.lookup(bench.tenant, { reference: 'r-1' }), null, 'the ticket of a reference nobody has')
    const twins = ['t3', 't4'].map((id) => changeOf(null, bench.opening(id, { reference: 'R-2' })))
    same(
      await bench.commit({ changes: twins }),
      { ...conflict, reference: 'R-2' },
      'two of one commit with one reference',
    )
    same((await bench.store.load(bench.tenant, 't3')).row, null, 'the first of two with one reference')
  }),

  storeCase('an external id leads to its ticket and command, and is taken once', async (bench) => {
    const changes = [changeOf(null, bench.opening('t1', { externalId: '<a@b>' }))]
    await bench.save({ changes, receipt: bench.receipt('c1', changes) })
    const found = { ticketId: 't1', commandId: 'c1' }
    same(await bench.store.lookup(bench.tenant, { externalId: '<a@b>' }), found, 'the ticket of the external id')
    same(await bench.store.lookup(bench.tenant, { externalId: '<A@b>' }), null, 'an external id nobody sent')
    same(await bench.store.lookup(bench.tenant, { reference: '<a@b>' }), null, 'an external id is no reference')
    const second = changeOf(null, bench.opening('t2', { externalId: '<a@b>' }))
    const conflict = { ok: false, conflict: 'external_id', externalId: '<a@b>', ticketId: 't1' }
    same(await bench.commit({ changes: [second] }), conflict, 'the answer to an external id in use')
    check((await bench.store.load(bench.tenant, 't2')).row === null, 'a refused message should not open its ticket')
    const twins = ['t4', 't5'].map((id) => changeOf(null, bench.opening(id, { externalId: '<e@f>' })))
    same(
      await bench.commit({ changes: twins }),
      { ...conflict, externalId: '<e@f>', ticketId: 't4' },
      'two of one commit with one external id',
    )
    const unnamed = changeOf(null, bench.opening('t3', { externalId: '<c@d>' }))
    await bench.save({ changes: [unnamed] })
    const without = { ticketId: 't3', commandId: null }
    same(
      await bench.store.lookup(bench.tenant, { externalId: '<c@d>' }),
      without,
      'the ticket of a commit without receipt',
    )
  }),

  storeCase('nextNumber never gives a number twice, also to many at once', async (bench) => {
    const one = await bench.store.nextNumber(bench.tenant)
    const many = await Promise.all(Array.from({ length: 20 }, () => bench.store.nextNumber(bench.tenant)))
    const last = await bench.store.nextNumber(bench.tenant)
    check(
      [one, ...many, last].every((n) => Number.isSafeInteger(n) && n > 0),
      'numbers are whole and above 0',
    )
    same(new Set([one, ...many, last]).size, 22, 'how many different numbers 22 askers got')
    check(last > one, 'a number asked for later should be higher')
  }),
]

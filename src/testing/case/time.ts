import { check, same } from '../check.ts'
import { changeOf, sampleDefinition } from '../sample.ts'
import { type Bench, storeCase } from '../store-case.ts'

/** Saves tickets with a plan of the case's own. */
async function plan(
  bench: Bench,
  plans: Record<string, { nextAt: number | null; plannedBy?: string; closed?: boolean }>,
) {
  for (const [id, { nextAt, plannedBy = 'now', closed }] of Object.entries(plans)) {
    const opened = bench.opening(id)
    const change = closed
      ? changeOf(opened.ticket, bench.following(opened.ticket, { type: 'close', reason: 'spam' }))
      : undefined
    await bench.save({ changes: [{ ...changeOf(null, opened), nextAt: change ? null : nextAt, plannedBy }] })
    if (change) await bench.save({ changes: [{ ...change, nextAt, plannedBy }] })
  }
}

export const timeCases = [
  storeCase('what is due comes earliest first, then by id, and as many as asked', async (bench) => {
    const { at } = bench
    await plan(bench, {
      t5: { nextAt: at + 1 },
      t4: { nextAt: at },
      t1: { nextAt: at - 10 },
      t3: { nextAt: at - 20 },
      t2: { nextAt: at - 10 },
      t6: { nextAt: null },
    })
    const due = (limit: number) => bench.store.due(bench.tenant, { now: at, plannedBy: 'now', limit })
    same(await due(10), ['t3', 't1', 't2', 't4'], 'the tickets due')
    same(await due(2), ['t3', 't1'], 'the first two due')
    const none = await bench.store.due(bench.tenant, { now: at - 21, plannedBy: 'now', limit: 10 })
    same(none, [], 'the tickets due before the first instant')
  }),

  storeCase('tickets planned by another definition are due unless they are closed', async (bench) => {
    const { at } = bench
    await plan(bench, {
      late: { nextAt: at + 1_000, plannedBy: 'old' },
      never: { nextAt: null, plannedBy: 'older' },
      newer: { nextAt: at - 1, plannedBy: 'zzz' },
      current: { nextAt: null, plannedBy: 'now' },
      closed: { nextAt: null, plannedBy: 'old', closed: true },
    })
    const due = await bench.store.due(bench.tenant, { now: at, plannedBy: 'now', limit: 10 })
    same(due, ['newer', 'never', 'late'], 'the tickets to look at under a new definition')
  }),

  storeCase('what was advanced is no longer due', async (bench) => {
    const opened = bench.opening('t1')
    check(opened.nextAt !== null, 'the sample ticket should have a breach ahead')
    await bench.save({ changes: [changeOf(null, opened)] })
    const due = () =>
      bench.store.due(bench.tenant, { now: opened.nextAt ?? 0, plannedBy: sampleDefinition.version, limit: 10 })
    same(await due(), ['t1'], 'the tickets due at the breach')
    await bench.act(opened.ticket, { type: 'resolve' })
    const still = await due()
    same(still, [], 'the tickets due after it was resolved')
  }),
]

import type { Store } from '../../store.ts'
import { check, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { type Bench, type StoreFailure, type StoreSetup, storeCase } from '../store-case.ts'

/** What a failure may be told as, and whether the commit may, must or must not be there afterwards. */
const failures: Readonly<Record<StoreFailure, { codes: readonly string[]; saved: boolean | null }>> = {
  busy: { codes: ['store_busy'], saved: false },
  full: { codes: ['store_failed'], saved: false },
  lostBefore: { codes: ['store_busy', 'store_failed', 'outcome_unknown'], saved: false },
  lostWithin: { codes: ['store_failed', 'outcome_unknown'], saved: null },
  lostAfter: { codes: ['outcome_unknown'], saved: true },
}

/** What there is of a ticket, a command and an effect: they belong to one commit. */
async function traces(store: Store, tenant: string, at: number) {
  const { row, receipt } = await store.load(tenant, 't1', 'c2')
  const effects = await store.effects(tenant, { now: at, limit: 9 })
  const events = await store.history(tenant, 't1')
  return {
    version: row?.ticket.version ?? 0,
    events: events.map(({ version }) => version),
    receipt: receipt !== null,
    effect: effects.some(({ id }) => id === 'e2'),
    external: (await store.lookup(tenant, { externalId: 'mail-2' })) !== null,
  }
}

async function checkRaw({ setup, tenant }: Bench, version: number, saved: boolean): Promise<void> {
  if (!setup.raw) return
  const raw = await setup.raw(tenant)
  same(raw.tickets, [['t1', version]], 'the tickets in the tables')
  same(
    raw.events,
    Array.from({ length: version }, (_, i) => ['t1', i + 1] as const).sort(byText),
    'the events in the tables',
  )
  same(raw.commandIds, saved ? ['c1', 'c2'] : ['c1'], 'the receipts in the tables')
  same(raw.effectIds, saved ? ['e1', 'e2'] : ['e1'], 'the effects in the tables')
  same(raw.externalIds, saved ? ['mail-1', 'mail-2'] : ['mail-1'], 'the external ids in the tables')
}

const byText = (a: readonly unknown[], b: readonly unknown[]) => (String(a) < String(b) ? -1 : 1)

const lacksFailures = ({ failNext }: StoreSetup) => (failNext ? null : 'the setup cannot make a commit fail')

export const failureCases = Object.entries(failures).map(([failure, { codes, saved }]) =>
  storeCase(
    `a commit that fails (${failure}) is told by its code, is there whole or not at all, and is done once when repeated`,
    async (bench) => {
      const { store, tenant, at, setup } = bench
      const first = changeOf(null, bench.opening('t1', { externalId: 'mail-1' }))
      await bench.save({ changes: [first], receipt: bench.receipt('c1', [first]), effects: [bench.effect('e1', 't0')] })
      const reply = bench.following(first.ticket, { type: 'reply', body: 'hello', externalId: 'mail-2' })
      const changes = [changeOf(first.ticket, reply)]
      const commit = { changes, receipt: bench.receipt('c2', changes), effects: [bench.effect('e2', 't1')] }
      const before = await traces(store, tenant, at)

      setup.failNext?.(failure as StoreFailure)
      const said = await bench.commit(commit).then(
        (outcome) => `an answer: ${JSON.stringify(outcome)}`,
        (error: unknown) => String((error as { code?: unknown }).code ?? error),
      )
      check(
        codes.includes(said),
        `a commit that fails (${failure}) should be told as ${codes.join(' or ')}, not ${said}`,
      )

      const { version } = reply.ticket
      const events = Array.from({ length: version }, (_, i) => i + 1)
      const whole = { version, events, receipt: true, effect: true, external: true }
      const after = await traces(store, tenant, at)
      const isSaved = after.version === version
      if (saved !== null) same(isSaved, saved, `whether the commit is there after ${failure}`)
      same(after, isSaved ? whole : before, `what is there after ${failure}`)
      await checkRaw(bench, after.version, isSaved)

      const again = await bench.commit(commit)
      const known = { ok: false, conflict: 'receipt', receipt: commit.receipt }
      same(again, isSaved ? known : { ok: true }, 'the answer to the same command, sent again')
      same(await traces(store, tenant, at), whole, 'what is there in the end')
      await checkRaw(bench, version, true)
    },
    lacksFailures,
  ),
)

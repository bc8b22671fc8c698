import { memoryStore } from 'ticketwright'
import { type MakeStore, type ManualClock, manualClock, type StoreFailure, storeCases } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { comparePositions } from '../../src/condition/sort-key.ts'
import type { Effect } from '../../src/model/effect.ts'
import type { Ticket } from '../../src/model/ticket.ts'
import type { AnyTicketEvent } from '../../src/model/ticket-event.ts'
import type { Commit, Query, Store, TicketRow } from '../../src/store.ts'

/** What a store author may get wrong: a wrapper around a right store, and the case that must catch it. */
interface Broken {
  readonly catches: string
  readonly wrap: (store: Store, clock: ManualClock) => Partial<Store>
}

const versionOf = async (store: Store, tenant: string, ticketId: string) =>
  (await store.load(tenant, ticketId)).row?.ticket.version ?? 0

/** The commit as the ticket's present version would have it: the last writer wins. */
async function rebased(store: Store, commit: Commit): Promise<Commit> {
  const changes = commit.changes.map(async (change) => ({
    ...change,
    expectedVersion: await versionOf(store, commit.tenant, change.ticketId),
  }))
  return { ...commit, changes: await Promise.all(changes) }
}

/** A commit with lists of each of its changes made otherwise. */
function changed(
  commit: Commit,
  { events = same, externalIds = same }: { readonly events?: Cut; readonly externalIds?: Cut },
): Commit {
  const changes = commit.changes.map((change) => ({
    ...change,
    events: events(change.events),
    externalIds: externalIds(change.externalIds),
  }))
  return { ...commit, changes }
}
type Cut = <T>(all: readonly T[]) => readonly T[]
const same: Cut = (all) => all

/** A store that keeps external ids as something else. */
const byExternalId = (store: Store, kept: (externalId: string) => string): Partial<Store> => ({
  commit: (commit) =>
    store.commit({
      ...commit,
      changes: commit.changes.map((change) => ({ ...change, externalIds: change.externalIds.map(kept) })),
    }),
  lookup: (tenant, key) => store.lookup(tenant, 'externalId' in key ? { externalId: kept(key.externalId) } : key),
})

/** The tenants that have written something. */
function seenBy(store: Store) {
  const seen = new Set<string>()
  const commit: Store['commit'] = (one) => {
    seen.add(one.tenant)
    return store.commit(one)
  }
  return { wrap: { commit }, others: (tenant: string) => [...seen].filter((one) => one !== tenant) }
}

const broken: Record<string, Broken> = {
  'ignores expectedVersion': {
    catches: 'a version conflict saves nothing: no row, event, receipt, effect, external id or reference',
    wrap: (store) => ({ commit: async (commit) => store.commit(await rebased(store, commit)) }),
  },
  'saves receipt and effects before it looks at the version': {
    catches: 'a version conflict saves nothing: no row, event, receipt, effect, external id or reference',
    wrap: (store) => ({
      commit: async (commit) => {
        const outcome = await store.commit(commit)
        if (!outcome.ok && outcome.conflict === 'version') await store.commit({ ...commit, changes: [] })
        return outcome
      },
    }),
  },
  'saves the ticket and loses its events on a conflict': {
    catches: 'a version conflict saves nothing: no row, event, receipt, effect, external id or reference',
    wrap: (store) => {
      const torn = new Map<string, Ticket>()
      return {
        commit: async (commit) => {
          const outcome = await store.commit(commit)
          if (!outcome.ok && outcome.conflict === 'version')
            for (const { ticketId, ticket } of commit.changes) torn.set(`${commit.tenant} ${ticketId}`, ticket)
          return outcome
        },
        load: async (tenant, ticketId, commandId) => {
          const loaded = await store.load(tenant, ticketId, commandId)
          const ticket = torn.get(`${tenant} ${ticketId}`)
          return ticket && loaded.row ? { ...loaded, row: { ...loaded.row, ticket } } : loaded
        },
      }
    },
  },
  'saves several tickets one by one': {
    catches: 'of several tickets all are saved or none',
    wrap: (store) => ({
      commit: async (commit) => {
        for (const change of commit.changes) {
          const outcome = await store.commit({ tenant: commit.tenant, changes: [change], effects: [] })
          if (!outcome.ok) return outcome
        }
        return store.commit({ ...commit, changes: [] })
      },
    }),
  },
  'looks first and writes later': {
    catches: 'of two commits at once on one version exactly one is saved',
    wrap: (store) => ({
      commit: async (commit) => {
        for (const { ticketId, expectedVersion } of commit.changes) {
          const actual = await versionOf(store, commit.tenant, ticketId)
          if (actual !== expectedVersion) return { ok: false, conflict: 'version', ticketId, actual }
        }
        for (;;) {
          const outcome = await store.commit(await rebased(store, commit))
          if (outcome.ok || outcome.conflict !== 'version') return outcome
        }
      },
    }),
  },
  'forgets the tenant in the key of receipts': {
    catches: 'two tenants with the same ids never meet, whatever is written in one of them',
    wrap: (store) => {
      const receipts = new Map<string, Commit['receipt']>()
      return {
        commit: async (commit) => {
          const outcome = await store.commit(commit)
          if (outcome.ok && commit.receipt) receipts.set(commit.receipt.commandId, commit.receipt)
          return outcome
        },
        load: async (tenant, ticketId, commandId = '') => ({
          ...(await store.load(tenant, ticketId)),
          receipt: receipts.get(commandId) ?? null,
        }),
      }
    },
  },
  'forgets the tenant in the key of leases': {
    catches: 'two tenants with the same ids never meet, whatever is written in one of them',
    wrap: (store) => ({
      claim: (_tenant, ...rest) => store.claim('all', ...rest),
      renew: (_tenant, ...rest) => store.renew('all', ...rest),
      release: (_tenant, ...rest) => store.release('all', ...rest),
    }),
  },
  'never lets a lease expire': {
    catches: 'an expired lease is anybody’s, its token is not',
    wrap: (store) => ({ claim: (tenant, id, holder) => store.claim(tenant, id, holder, 1e12) }),
  },
  'does not ask for the lease when it commits': {
    catches: 'a write under a lease that ran out is refused, also when nobody else claimed it',
    wrap: (store) => ({ commit: (commit) => store.commit({ ...commit, lease: undefined }) }),
  },
  'fences by holder instead of token': {
    catches: 'the same holder claims anew, and the older token is fenced off',
    wrap: (store) => {
      const tokens = new Map<string, number>()
      return {
        claim: async (tenant, ticketId, holder, forMs) => {
          const lease = await store.claim(tenant, ticketId, holder, forMs)
          if (lease) tokens.set(`${tenant} ${ticketId} ${holder}`, lease.token)
          return lease
        },
        commit: ({ lease, ...commit }) => {
          const token = lease && tokens.get(`${commit.tenant} ${lease.ticketId} ${lease.holder}`)
          return store.commit(lease && token !== undefined ? { ...commit, lease: { ...lease, token } } : commit)
        },
      }
    },
  },
  'hands over a lease that was lost': {
    catches: 'a live lease is handed over, with a token of its own; a lost one is not',
    wrap: (store) => ({
      handOver: async (tenant, lease, to, forMs) =>
        (await store.handOver(tenant, lease, to, forMs)) ?? store.claim(tenant, lease.ticketId, to, forMs),
    }),
  },
  'sees people for ever': {
    catches: 'who views and who writes is seen until it is over',
    wrap: (store) => ({
      announce: (tenant, id, person, doing) => store.announce(tenant, id, person, doing, 1e12),
    }),
  },
  'forgets since when somebody is there': {
    catches: 'presence goes on from when it began, and begins anew with something else',
    wrap: (store) => ({
      announce: async (tenant, id, person, doing, forMs) => {
        await store.announce(tenant, id, person, null, forMs)
        return store.announce(tenant, id, person, doing, forMs)
      },
    }),
  },
  'gives the same turn to two at once': {
    catches: 'of two commits that take an agent’s turn as they saw it one is saved',
    wrap: (store) => ({
      commit: async (commit) => {
        const outcome = await store.commit(commit)
        if (outcome.ok || outcome.conflict !== 'turn' || !commit.turn) return outcome
        const seen = (await store.turns(commit.tenant))[commit.turn.agent] ?? 0
        return store.commit({ ...commit, turn: { ...commit.turn, seen } })
      },
    }),
  },
  'counts a ticket once for all its tags': {
    catches: 'a ticket counts once for each of its tags, and one without any as null',
    wrap: (store) => ({
      tally: (query) => store.tally({ ...query, by: ['none'], values: (ticket) => query.values(ticket).slice(0, 1) }),
    }),
  },
  'repeats a command it has done': {
    catches: 'of the same command twice at once one is done',
    wrap: (store) => ({ commit: ({ receipt: _receipt, ...commit }) => store.commit(commit) }),
  },
  'sends an effect again after it was settled': {
    catches: 'an effect is kept once, and not again after it was settled',
    wrap: (store) => {
      let round = 0
      const settled = new Map<string, string>()
      return {
        settle: async (tenant, id) => {
          round += 1
          await store.settle(tenant, settled.get(id) ?? id)
          settled.set(id, `${id}#${round}`)
        },
        commit: (commit) =>
          store.commit({ ...commit, effects: commit.effects.map((e) => ({ ...e, id: settled.get(e.id) ?? e.id })) }),
      }
    },
  },
  'hides nothing that a worker took': {
    catches: 'an effect that one worker took is hidden from the others, for as long as it asked',
    wrap: (store) => ({ effects: (tenant, { now, limit }) => store.effects(tenant, { now, limit }) }),
  },
  'gives out what fell due earlier beside what is under way': {
    catches: 'what was begun on a ticket comes to its end before anything else of it, earlier or later',
    wrap: (store) => {
      // keeps who saved what by itself: of each ticket the earliest that is not hidden
      const outbox = new Map<string, { effect: Effect; attempts: number; hidden: number }>()
      return {
        commit: async (commit) => {
          for (const effect of commit.effects) outbox.set(effect.id, { effect, attempts: 0, hidden: 0 })
          return store.commit(commit)
        },
        effects: async (_tenant, { now, limit, hideMs = 0 }) => {
          const pending = [...outbox.values()].sort((a, b) => a.effect.dueAt - b.effect.dueAt)
          const heads = pending.filter(
            (one) => pending.find(({ effect }) => effect.ticketId === one.effect.ticketId) === one && one.hidden <= now,
          )
          return heads.slice(0, limit).map((one) => {
            if (hideMs > 0) Object.assign(one, { attempts: one.attempts + 1, hidden: now + hideMs })
            return { ...one.effect, attempts: one.attempts }
          })
        },
        settle: async (_tenant, id) => void outbox.delete(id),
      }
    },
  },
  'keeps what was settled for ever': {
    catches: 'what was settled is forgotten with the receipts of its time, and nothing that is still to be done',
    wrap: () => ({ forgetReceipts: async () => 0 }),
  },
  'forgets what was settled before its time': {
    catches: 'what was settled is forgotten with the receipts of its time, and nothing that is still to be done',
    wrap: (store) => ({ forgetReceipts: (tenant) => store.forgetReceipts(tenant, 1e15) }),
  },
  'forgets everybody who looks at a ticket': {
    catches: 'what was settled is forgotten with the receipts of its time, and nothing that is still to be done',
    wrap: (store) => ({
      forgetReceipts: async (tenant, before) => {
        for (const id of ['t1', 't2'])
          for (const person of ['ana', 'ben']) await store.announce(tenant, id, person, null, 0)
        return store.forgetReceipts(tenant, before)
      },
    }),
  },
  'takes closed tickets for due': {
    catches: 'tickets planned by another definition are due unless they are closed',
    wrap: (store) => ({
      due: async (tenant, ask) => {
        const all: Query = {
          ...{ tenant, when: null, matches: () => true, keys: [], limit: 1_000 },
          ...{ position: ({ id }) => ({ values: [], id }), compare: (a, b) => (a.id < b.id ? -1 : 1) },
        }
        const rows = await store.find(all)
        return rows
          .filter(({ nextAt, plannedBy }) => (nextAt !== null && nextAt <= ask.now) || plannedBy !== ask.plannedBy)
          .map(({ ticket }) => ticket.id)
      },
    }),
  },
  'limits before it sorts': {
    catches: 'pages of find put together are the whole, whatever their size',
    wrap: (store) => ({
      find: async (query) => {
        const first = { ...query, position: ({ id }: Ticket) => ({ values: [], id }), compare: byId, after: undefined }
        const rows = await store.find(query.after ? query : first)
        return [...rows].sort((a, b) => query.compare(query.position(a.ticket), query.position(b.ticket)))
      },
    }),
  },
  'gives the feed in order of version instead of commit': {
    catches: 'the feed has every event once, in order of commit, page by page',
    wrap: (store) => ({
      changes: async (tenant, after, limit) => {
        const { events, position } = await store.changes(tenant, after, limit)
        return { events: [...events].sort((a, b) => a.version - b.version), position }
      },
    }),
  },
  'keeps JSON with sorted keys, as jsonb does': {
    catches: 'what comes back is the JSON that was written, order of keys included',
    wrap: (store) => ({
      load: async (...ask) => {
        const { row, ...rest } = await store.load(...ask)
        return { ...rest, row: row && { ...row, ticket: Object.freeze(sorted(row.ticket)) as Ticket } }
      },
    }),
  },
  'hands out what can be changed': {
    catches: 'tickets and events that are handed out are frozen',
    wrap: (store) => ({ load: async (...ask) => structuredClone(await store.load(...ask)) }),
  },
  'lets a dead letter stand in the way': {
    catches: 'a dead letter is put aside with its reason, and what follows on its ticket is handed out',
    wrap: (store) => ({ bury: (tenant, id) => store.defer(tenant, id, 1e15), buried: async () => [] }),
  },
  'puts what is missing where SQL puts it': {
    catches: 'every ordering gives the pages that memory gives, whole and piece by piece',
    wrap: (store) => ({
      find: (query) => {
        const keys = query.keys.map((key) => ({ ...key, nulls: 'first' as const }))
        return store.find({ ...query, keys, compare: (a, b) => comparePositions(keys, a, b) })
      },
    }),
  },
  'compares text as it is written': {
    catches: 'every condition gives the tickets and the count that memory gives',
    wrap: (store) => ({
      find: (query) => {
        const { when } = query
        if (when === null || !('field' in when) || when.op !== 'contains') return store.find(query)
        return store.find({ ...query, matches: (ticket) => ticket.subject.includes(String(when.value)) })
      },
    }),
  },
  'counts a page': {
    catches: 'every condition gives the tickets and the count that memory gives',
    wrap: (store) => ({ count: async (query) => Math.min(10, await store.count(query)) }),
  },
  'cuts a commit to thirty events': {
    catches: 'a commit of hundreds of events, tickets, effects and external ids is saved whole',
    wrap: (store) => ({ commit: (commit) => store.commit(changed(commit, { events: (all) => all.slice(0, 30) })) }),
  },
  'keeps 25 effects of a commit, as a batch of DynamoDB': {
    catches: 'a commit of hundreds of events, tickets, effects and external ids is saved whole',
    wrap: (store) => ({ commit: (commit) => store.commit({ ...commit, effects: commit.effects.slice(0, 25) }) }),
  },
  'keeps 25 tickets of a commit': {
    catches: 'a commit of hundreds of events, tickets, effects and external ids is saved whole',
    wrap: (store) => ({ commit: (commit) => store.commit({ ...commit, changes: commit.changes.slice(0, 25) }) }),
  },
  'keeps a hundred external ids of a commit': {
    catches: 'a commit of hundreds of events, tickets, effects and external ids is saved whole',
    wrap: (store) => ({
      commit: (commit) => store.commit(changed(commit, { externalIds: (all) => all.slice(0, 100) })),
    }),
  },
  'saves a large commit in pieces': {
    catches: 'a large commit with a conflict at its end leaves nothing',
    wrap: (store) => ({
      commit: async (commit) => {
        for (let from = 0; from + 50 < commit.changes.length; from += 50)
          await store.commit({ ...commit, changes: commit.changes.slice(from, from + 50), receipt: undefined })
        return store.commit({ ...commit, changes: commit.changes.slice(-(commit.changes.length % 50 || 50)) })
      },
    }),
  },
  'refuses events over 60 kB': {
    catches: 'what is largest is kept whole: bodies of 256 kB, and a ticket of almost 64 kB',
    wrap: (store) => ({
      commit: (commit) => {
        const texts = commit.changes.flatMap(({ events }) => events.map((event) => JSON.stringify(event)))
        if (texts.some(({ length }) => length > 60_000)) throw new Error('it should be shorter')
        return store.commit(commit)
      },
    }),
  },
  'says ok and saves nothing beyond 65,535 bytes, as TEXT of MySQL': {
    catches: 'what is largest is kept whole: bodies of 256 kB, and a ticket of almost 64 kB',
    wrap: (store) => ({
      commit: async (commit) => (JSON.stringify(commit.changes).length > 65_535 ? { ok: true } : store.commit(commit)),
    }),
  },
  'finds a hundred at most': {
    catches: 'of more than a thousand each question gives as many as were asked for',
    wrap: (store) => ({ find: (query) => store.find({ ...query, limit: Math.min(query.limit, 100) }) }),
  },
  'finds a thousand at most': {
    catches: 'of more than a thousand each question gives as many as were asked for',
    wrap: (store) => ({ find: (query) => store.find({ ...query, limit: Math.min(query.limit, 1_000) }) }),
  },
  'has a hundred due at most': {
    catches: 'of more than a thousand each question gives as many as were asked for',
    wrap: (store) => ({ due: (tenant, ask) => store.due(tenant, { ...ask, limit: Math.min(ask.limit, 100) }) }),
  },
  'gives out a hundred effects at most': {
    catches: 'of more than a thousand each question gives as many as were asked for',
    wrap: (store) => ({ effects: (tenant, ask) => store.effects(tenant, { ...ask, limit: Math.min(ask.limit, 100) }) }),
  },
  'knows of a hundred leases': {
    catches: 'of more than a thousand each question gives as many as were asked for',
    wrap: (store) => ({ leases: async (...ask) => (await store.leases(...ask)).slice(0, 100) }),
  },
  'reads a hundred events of a history': {
    catches: 'a commit of hundreds of events, tickets, effects and external ids is saved whole',
    wrap: (store) => ({ history: async (...ask) => (await store.history(...ask)).slice(0, 100) }),
  },
  'drops from a page of the feed what is beyond two hundred': {
    catches: 'a commit of hundreds of events, tickets, effects and external ids is saved whole',
    wrap: (store) => ({
      changes: async (...ask) => {
        const page = await store.changes(...ask)
        return { ...page, events: page.events.slice(0, 200) }
      },
    }),
  },
  'cuts external ids at 255': {
    catches: 'external ids are told apart to the letter, whatever their length',
    wrap: (store) => byExternalId(store, (id) => id.slice(0, 255)),
  },
  'drops spaces at the end of external ids': {
    catches: 'external ids are told apart to the letter, whatever their length',
    wrap: (store) => byExternalId(store, (id) => id.trimEnd()),
  },
  'compares external ids without their case': {
    catches: 'external ids are told apart to the letter, whatever their length',
    wrap: (store) => byExternalId(store, (id) => id.toLowerCase()),
  },
  'composes accents of external ids': {
    catches: 'external ids are told apart to the letter, whatever their length',
    wrap: (store) => byExternalId(store, (id) => id.normalize('NFC')),
  },
  'looks references up by pattern': {
    catches: 'references are told apart to the letter, whatever their length',
    wrap: (store) => ({
      lookup: (tenant, key) =>
        'reference' in key && key.reference.includes('%')
          ? store.lookup(tenant, { reference: 'a' })
          : store.lookup(tenant, key),
    }),
  },
  'compares ids without their case': {
    catches: 'ids are told apart to the letter: of tickets, commands and effects',
    wrap: (store) => ({
      load: (tenant, id, commandId) => store.load(tenant, id.toLowerCase(), commandId),
      history: (tenant, id, range) => store.history(tenant, id.toLowerCase(), range),
    }),
  },
  'compares holders of leases without their case': {
    catches: 'people are told apart to the letter: who holds, who looks, whose turn it is',
    wrap: (store) => ({ claim: (tenant, id, holder, forMs) => store.claim(tenant, id, holder.toLowerCase(), forMs) }),
  },
  'sees people without their case': {
    catches: 'people are told apart to the letter: who holds, who looks, whose turn it is',
    wrap: (store) => ({
      announce: (tenant, id, person, doing, forMs) => store.announce(tenant, id, person.toLowerCase(), doing, forMs),
    }),
  },
  'compares tenants without their case': {
    catches: 'tenants are told apart to the letter',
    wrap: (store) => ({
      load: (tenant, ...ask) => store.load(tenant.toLowerCase(), ...ask),
      commit: (commit) => store.commit({ ...commit, tenant: commit.tenant.toLowerCase() }),
    }),
  },
  'keeps receipts in whole seconds': {
    catches: 'a receipt of a command that changed nothing is kept too',
    wrap: (store) => ({
      load: async (...ask) => {
        const { receipt, ...loaded } = await store.load(...ask)
        return { ...loaded, receipt: receipt && { ...receipt, at: Math.floor(receipt.at / 1_000) * 1_000 } }
      },
    }),
  },
  'takes NUL for a reason': {
    catches: 'NUL is refused in every text that is written, and finds nothing',
    wrap: (store) => ({ bury: (tenant, id, reason) => store.bury(tenant, id, reason.replaceAll('\0', '')) }),
  },
  'takes NUL for a person': {
    catches: 'NUL is refused in every text that is written, and finds nothing',
    wrap: (store) => ({
      announce: (tenant, id, person, ...rest) => store.announce(tenant, id, person.replaceAll('\0', ''), ...rest),
    }),
  },
  'hands a lease over to NUL': {
    catches: 'NUL is refused in every text that is written, and finds nothing',
    wrap: (store) => ({
      handOver: (tenant, lease, to, forMs) => store.handOver(tenant, lease, to.replaceAll('\0', ''), forMs),
    }),
  },
  'hands out rows of a view that can be changed': {
    catches: 'views, feeds, receipts, effects and dead letters are frozen as well',
    wrap: (store) => ({ find: async (query) => structuredClone(await store.find(query)) }),
  },
  'hands out effects that can be changed': {
    catches: 'views, feeds, receipts, effects and dead letters are frozen as well',
    wrap: (store) => ({ effects: async (...ask) => structuredClone(await store.effects(...ask)) }),
  },
  'hands out receipts that can be changed': {
    catches: 'views, feeds, receipts, effects and dead letters are frozen as well',
    wrap: (store) => ({
      load: async (...ask) => {
        const { receipt, ...loaded } = await store.load(...ask)
        return { ...loaded, receipt: structuredClone(receipt) }
      },
    }),
  },
  'hands out dead letters that can be changed': {
    catches: 'views, feeds, receipts, effects and dead letters are frozen as well',
    wrap: (store) => ({ buried: async (...ask) => structuredClone(await store.buried(...ask)) }),
  },
  'hands out a feed that can be changed': {
    catches: 'views, feeds, receipts, effects and dead letters are frozen as well',
    wrap: (store) => ({ changes: async (...ask) => structuredClone(await store.changes(...ask)) }),
  },
  'hides by effect id, without the tenant': {
    catches: 'two tenants with the same ids never meet, whatever is written in one of them',
    wrap: (store) => {
      const tenants = seenBy(store)
      return {
        ...tenants.wrap,
        effects: async (tenant, ask) => {
          const taken = await store.effects(tenant, ask)
          if (ask.hideMs !== undefined)
            for (const other of tenants.others(tenant))
              for (const { id } of taken) await store.defer(other, id, ask.now + ask.hideMs)
          return taken
        },
      }
    },
  },
  'buries by effect id, without the tenant': {
    catches: 'two tenants with the same ids never meet, whatever is written in one of them',
    wrap: (store) => {
      const tenants = seenBy(store)
      return {
        ...tenants.wrap,
        bury: async (tenant, id, reason) => {
          for (const one of [tenant, ...tenants.others(tenant)]) await store.bury(one, id, reason)
        },
      }
    },
  },
  'updates a ticket by id and version, without the tenant': {
    catches: 'two tenants with the same ids never meet, whatever is written in one of them',
    wrap: (store) => {
      const last = new Map<string, Ticket>()
      return {
        commit: async (commit) => {
          const outcome = await store.commit(commit)
          for (const { ticketId, expectedVersion, ticket, events } of commit.changes)
            if (outcome.ok && expectedVersion > 0 && events.length > 0)
              last.set(`${ticketId} ${expectedVersion}`, ticket)
          return outcome
        },
        load: async (tenant, ticketId, commandId) => {
          const loaded = await store.load(tenant, ticketId, commandId)
          const ticket = last.get(`${ticketId} ${loaded.row?.ticket.version}`)
          return ticket && loaded.row ? { ...loaded, row: { ...loaded.row, ticket } } : loaded
        },
      }
    },
  },
  'rewrites events by id, without the tenant': {
    catches: 'two tenants with the same ids never meet, whatever is written in one of them',
    wrap: (store) => {
      const redacted = new Map<string, AnyTicketEvent>()
      return {
        commit: async (commit) => {
          const outcome = await store.commit(commit)
          if (outcome.ok)
            for (const change of commit.changes) for (const one of change.redacted ?? []) redacted.set(one.id, one)
          return outcome
        },
        history: async (...ask) => (await store.history(...ask)).map((event) => redacted.get(event.id) ?? event),
      }
    },
  },
  'has people leave in every tenant': {
    catches: 'two tenants with the same ids never meet, whatever is written in one of them',
    wrap: (store) => {
      const tenants = seenBy(store)
      return {
        ...tenants.wrap,
        announce: async (tenant, id, person, doing, forMs) => {
          for (const one of doing === null ? [tenant, ...tenants.others(tenant)] : [tenant])
            await store.announce(one, id, person, doing, forMs)
        },
      }
    },
  },
  'gives tickets without an order as they were saved': {
    catches: 'without an order tickets come by id, page by page, each with its plan',
    wrap: (store) => {
      const saved: string[] = []
      return {
        commit: async (commit) => {
          saved.push(...commit.changes.map(({ ticketId }) => ticketId).filter((id) => !saved.includes(id)))
          return store.commit(commit)
        },
        find: async (query) => {
          if (query.keys.length > 0) return store.find(query)
          const rows = await store.find({ ...query, limit: 1_000 })
          const place = (row: TicketRow) => saved.indexOf(row.ticket.id)
          return [...rows].sort((a, b) => place(a) - place(b)).slice(0, query.limit)
        },
      }
    },
  },
  'finds tickets without their plans': {
    catches: 'without an order tickets come by id, page by page, each with its plan',
    wrap: (store) => ({
      find: async (query) => (await store.find(query)).map(({ ticket }) => ({ ticket, nextAt: null, plannedBy: '' })),
    }),
  },
  'asks who is free on first pages only': {
    catches: 'tickets that somebody else holds are left out, one’s own and free ones not',
    wrap: (store) => ({ find: (query) => store.find(query.after ? { ...query, freeFor: undefined } : query) }),
  },
  'asks who is free where nothing else is asked': {
    catches: 'tickets that somebody else holds are left out, one’s own and free ones not',
    wrap: (store) => ({ find: (query) => store.find(query.when ? { ...query, freeFor: undefined } : query) }),
  },
  'has no column for when an effect is stale': {
    catches: 'an effect is kept once, and not again after it was settled',
    wrap: (store) => ({
      effects: async (...ask) => (await store.effects(...ask)).map((effect) => ({ ...effect, staleAfter: null })),
    }),
  },
  'makes pending what it puts off': {
    catches: 'a settled effect is no dead letter, and a dead letter can be settled',
    wrap: (store) => ({
      defer: async (tenant, id, until) => {
        await store.revive(tenant, id)
        await store.defer(tenant, id, until)
      },
    }),
  },
  'cuts reasons at a hundred': {
    catches: 'a dead letter is put aside with its reason, and what follows on its ticket is handed out',
    wrap: (store) => ({ bury: (tenant, id, reason) => store.bury(tenant, id, [...reason].slice(0, 100).join('')) }),
  },
  'saves a plan, and nothing beside it': {
    catches: 'without events only the plan is written',
    wrap: (store) => ({
      commit: (commit) => {
        const planOnly = commit.changes.length > 0 && commit.changes.every(({ events }) => events.length === 0)
        return store.commit(planOnly ? { ...commit, effects: [], receipt: undefined } : commit)
      },
    }),
  },
  'takes the turn although the version conflicts': {
    catches: 'a version conflict saves nothing: no row, event, receipt, effect, external id or reference',
    wrap: (store) => ({
      commit: async (commit) => {
        const outcome = await store.commit(commit)
        if (!outcome.ok && outcome.conflict === 'version')
          await store.commit({ tenant: commit.tenant, changes: [], effects: [], turn: commit.turn })
        return outcome
      },
    }),
  },
  'keeps the last of two changes of one ticket': {
    catches: 'two changes of one ticket in a commit follow on each other',
    wrap: (store) => ({
      commit: async (commit) => {
        const [first, second] = commit.changes
        if (!first || first.ticketId !== second?.ticketId) return store.commit(commit)
        return store.commit({ ...commit, changes: [{ ...second, expectedVersion: first.expectedVersion }] })
      },
    }),
  },
  'looks for an external id among those of other commits only': {
    catches: 'an external id leads to its ticket and command, and is taken once',
    wrap: (store) => ({
      commit: (commit) => {
        const seen = new Set<unknown>()
        const first: Cut = (all) => all.filter((id) => !seen.has(id) && seen.add(id))
        return store.commit(changed(commit, { externalIds: first }))
      },
    }),
  },
  'never frees an external id that was erased': {
    catches: 'events that erasure rewrote are handed out as they stand now',
    wrap: (store) => {
      const gone = new Set<string>()
      return {
        commit: async (commit) => {
          for (const { ticketId, externalIds } of commit.changes)
            for (const externalId of externalIds)
              if (gone.has(externalId)) return { ok: false, conflict: 'external_id', externalId, ticketId }
          for (const change of commit.changes) for (const id of change.forgottenExternalIds ?? []) gone.add(id)
          return store.commit(commit)
        },
      }
    },
  },
  'counts without asking what has no column': {
    catches: 'numbers and truths are counted as such, and any condition is asked',
    wrap: (store) => ({
      tally: (query) =>
        store.tally(
          JSON.stringify(query.when).includes('fields.') ? { ...query, when: null, matches: () => true } : query,
        ),
    }),
  },
  'counts by truths as numbers': {
    catches: 'numbers and truths are counted as such, and any condition is asked',
    wrap: (store) => ({
      tally: async (query) =>
        (await store.tally(query)).map(({ values, count }) => ({
          values: values.map((value) => (typeof value === 'boolean' ? Number(value) : value)),
          count,
        })),
    }),
  },
  'renews for ever': {
    catches: 'a lease ends when it was asked to, claimed, renewed or handed over',
    wrap: (store) => ({ renew: (tenant, lease) => store.renew(tenant, lease, 1e12) }),
  },
  'hands over for ever, and says otherwise': {
    catches: 'a lease ends when it was asked to, claimed, renewed or handed over',
    wrap: (store, clock) => ({
      handOver: async (tenant, lease, to, forMs) => {
        const given = await store.handOver(tenant, lease, to, 1e12)
        return given && { ...given, until: clock.now() + forMs }
      },
    }),
  },
  'keeps ends of leases in whole seconds': {
    catches: 'a lease ends when it was asked to, claimed, renewed or handed over',
    wrap: (store) => ({
      claim: async (...ask) => {
        const lease = await store.claim(...ask)
        return lease && { ...lease, until: lease.until - (lease.until % 1_000) }
      },
    }),
  },
  'tells another clock with what it loads': {
    catches: 'a saved ticket is loaded with its plan and the store’s clock',
    wrap: (store) => ({
      load: async (...ask) => {
        const loaded = await store.load(...ask)
        return { ...loaded, now: loaded.now + 3_000 }
      },
    }),
  },
  'keeps what was personal': {
    catches: 'events that erasure rewrote are handed out as they stand now',
    wrap: (store) => ({
      commit: (commit) =>
        store.commit({ ...commit, changes: commit.changes.map((change) => ({ ...change, redacted: undefined })) }),
    }),
  },
}

/** Opened again, it lacks something. */
const forgetful: Readonly<Record<string, (store: Store) => Partial<Store>>> = {
  'has no turns': () => ({ turns: async () => ({}) }),
  'has no dead letters': () => ({ buried: async () => [] }),
  'has nothing due': () => ({ due: async () => [] }),
  'has empty views': () => ({ find: async () => [] }),
  'counts nothing': () => ({ tally: async () => [] }),
  'has effects without data': (store) => ({
    effects: async (...ask) => (await store.effects(...ask)).map((effect) => ({ ...effect, data: {} })),
  }),
  'gives out again what is under way': (store) => ({
    effects: (tenant, ask) => store.effects(tenant, { ...ask, now: ask.now + 1_000 }),
  }),
  'knows of nobody who is there': (store) => ({
    present: async (...ask) => ({ ...(await store.present(...ask)), people: [] }),
  }),
}

/** Wrong about failures: a right store beside it fails as it is told to. */
type OnFailure = (store: Store, failure: StoreFailure, commit: Commit) => Promise<never>

const failing = (code: 'store_busy' | 'store_failed' | 'outcome_unknown') =>
  Object.assign(new Error(code), { name: 'DeskError', code })
const codeOf = { busy: 'store_busy', lostAfter: 'outcome_unknown' } as const

/** What a right store does: before, nothing was saved; after, everything was. */
const rightly: OnFailure = async (store, failure, commit) => {
  if (failure === 'lostAfter') await store.commit(commit)
  throw failing(failure in codeOf ? codeOf[failure as keyof typeof codeOf] : 'store_failed')
}

const wrongAboutFailures: Record<string, { readonly catches: StoreFailure; readonly fails: OnFailure }> = {
  'says that nothing was saved when it cannot know': {
    catches: 'lostAfter',
    fails: async (store, _failure, commit) => {
      await store.commit(commit)
      throw failing('store_failed')
    },
  },
  'saves the ticket and loses the receipt with the connection': {
    catches: 'lostWithin',
    fails: async (store, _failure, commit) => {
      await store.commit({ ...commit, receipt: undefined, effects: [] })
      throw failing('outcome_unknown')
    },
  },
  'saves the effects first, outside the transaction': {
    catches: 'full',
    fails: async (store, _failure, commit) => {
      await store.commit({ ...commit, changes: [], receipt: undefined })
      throw failing('store_failed')
    },
  },
  'answers as if it had been saved': {
    catches: 'busy',
    fails: async () => ({ ok: true }) as never,
  },
  'lets the error of its driver through': {
    catches: 'busy',
    fails: async () => Promise.reject(Object.assign(new Error('database is locked'), { errcode: 5 })),
  },
}

const makeFailing =
  (fails: OnFailure): MakeStore =>
  () => {
    const clock = manualClock('2026-11-23T09:00:00+02:00')
    const store = memoryStore({ clock })
    let next: StoreFailure | null = null
    const commit: Store['commit'] = async (asked) => {
      const failure = next
      next = null
      return failure === null ? store.commit(asked) : fails(store, failure, asked)
    }
    const failNext = (failure: StoreFailure) => {
      next = failure
    }
    return { store: { ...store, commit }, clock, failNext, close: () => store.close() }
  }

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

const makeBroken = (wrap: Broken['wrap']) => () => {
  const clock = manualClock('2026-11-23T09:00:00+02:00')
  const store = memoryStore({ clock })
  return { store: { ...store, ...wrap(store, clock) }, clock, close: () => store.close() }
}

describe('a store that', () => {
  it.each(Object.entries(broken))('%s is caught', async (_what, { catches, wrap }) => {
    const named = storeCases.filter(({ name }) => name === catches)
    expect(named.length, `cases named “${catches}”`).toBe(1)
    for (const { run } of named) await expect(run(makeBroken(wrap))).rejects.toThrow(/ (is|should) /)
  })

  it.each(Object.entries(wrongAboutFailures))('%s is caught', async (_what, { catches, fails }) => {
    const named = storeCases.filter(({ name }) => name.startsWith(`a commit that fails (${catches})`))
    expect(named.length).toBe(1)
    for (const { run } of named) await expect(run(makeFailing(fails))).rejects.toThrow(/ (is|should) /)
  })

  it('keeps leases to itself where two open the same data is caught', async () => {
    const apart = async () => {
      const { store, clock, close } = await makeBroken(() => ({}))()
      const own = memoryStore({ clock })
      const another = { ...store, claim: own.claim, renew: own.renew, release: own.release }
      return { store, clock, close, another: () => another }
    }
    const [shared] = storeCases.filter(({ name }) => name.startsWith('two openers of the same data'))
    await expect(shared?.run(apart)).rejects.toThrow('how many of four claims hold is 2')
  })

  it.each(Object.entries(forgetful))(
    '%s when it is opened again is caught, after a crash too',
    async (_what, after) => {
      const make = async () => {
        const { store, clock, close } = await makeBroken(() => ({}))()
        const later = () => ({ ...store, ...after(store) })
        return { store, clock, close, reopen: async () => later(), crash: later }
      }
      for (const name of [
        'everything is there after the store was closed',
        'what was acknowledged is there after a crash',
      ]) {
        const [found] = storeCases.filter((one) => one.name.startsWith(name))
        await expect(found?.run(make)).rejects.toThrow(/ is .*, it should be /)
      }
    },
  )

  it('forgets in a crash what it acknowledged is caught', async () => {
    const forgetful = async () => {
      const { store, clock, close } = await makeBroken(() => ({}))()
      return { store, clock, close, crash: () => memoryStore({ clock }) }
    }
    const [crash] = storeCases.filter(({ name }) => name.startsWith('what was acknowledged is there after a crash'))
    await expect(crash?.run(forgetful)).rejects.toThrow('after a crash')
  })

  it('is right passes, wrapped or not', async () => {
    for (const { run } of storeCases) await run(makeBroken(() => ({})))
    const failures = storeCases.filter(({ name }) => name.startsWith('a commit that fails'))
    for (const { run } of failures) expect(await run(makeFailing(rightly))).toEqual({ skipped: null })
  })
})

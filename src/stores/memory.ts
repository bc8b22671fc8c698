import type { Effect } from '../model/effect.ts'
import { deepFreeze } from '../model/json.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Commit, Lease, LeaseKey, Presence, Query, Receipt, Store, TicketRow } from '../store.ts'
import { type Clock, systemClock } from '../time/clock.ts'
import { conflictOf, type Kept } from './conflict.ts'
import { refuseNul, refuseNulIn } from './nul.ts'
import { Tallying } from './tally.ts'

interface KeptTicket {
  readonly row: TicketRow
  readonly events: AnyTicketEvent[]
}

interface KeptEffect {
  readonly effect: Effect
  attempts: number
  hiddenUntil: number
  /** Why it is a dead letter; null: it is none. */
  buried: string | null
}

/** Everything of one tenant. */
interface Shelf {
  readonly tickets: Map<string, KeptTicket>
  readonly references: Map<string, string>
  readonly externalIds: Map<string, { ticketId: string; commandId: string | null }>
  readonly receipts: Map<string, Receipt>
  readonly leases: Map<string, Lease>
  /** By ticket, then by person. */
  readonly presence: Map<string, Map<string, Presence>>
  readonly turns: Map<string, number>
  readonly effects: Map<string, KeptEffect>
  /** When each was settled. */
  readonly settled: Map<string, number>
  readonly log: AnyTicketEvent[]
  lastNumber: number
  lastToken: number
}

const emptyShelf = (): Shelf => ({
  tickets: new Map(),
  references: new Map(),
  externalIds: new Map(),
  receipts: new Map(),
  leases: new Map(),
  presence: new Map(),
  turns: new Map(),
  effects: new Map(),
  settled: new Map(),
  log: [],
  lastNumber: 0,
  lastToken: 0,
})

/**
 * Keeps tickets in this process: for tests, examples and small tools. Gone when the process ends.
 * `clock` judges leases and what is due; the system's unless given.
 */
export function memoryStore({ clock = systemClock }: { readonly clock?: Clock } = {}): Store {
  const shelves = new Map<string, Shelf>()
  const shelfOf = (tenant: string): Shelf => {
    const shelf = shelves.get(tenant) ?? emptyShelf()
    shelves.set(tenant, shelf)
    return shelf
  }
  const live = (lease: Lease | undefined): lease is Lease => lease !== undefined && lease.until > clock.now()
  const holds = (shelf: Shelf, key: LeaseKey): boolean => {
    const lease = shelf.leases.get(key.ticketId)
    return live(lease) && lease.holder === key.holder && lease.token === key.token
  }
  const matching = (shelf: Shelf, query: Pick<Query, 'matches'>) =>
    [...shelf.tickets.values()].map(({ row }) => row).filter(({ ticket }) => query.matches(ticket))

  return {
    now: async () => clock.now(),
    load: async (tenant, ticketId, commandId) => {
      const shelf = shelfOf(tenant)
      return {
        row: shelf.tickets.get(ticketId)?.row ?? null,
        now: clock.now(),
        receipt: (commandId !== undefined && shelf.receipts.get(commandId)) || null,
      }
    },
    commit: async (commit) => {
      refuseNulIn(commit)
      const shelf = shelfOf(commit.tenant)
      const conflict = conflictOf(
        keptOn(shelf, (key) => holds(shelf, key)),
        commit,
      )
      if (!conflict) save(shelf, commit)
      return conflict ?? { ok: true }
    },
    history: async (tenant, ticketId, { after = 0, limit } = {}) => {
      const events = shelfOf(tenant).tickets.get(ticketId)?.events ?? []
      return events.slice(after, limit === undefined ? undefined : after + limit)
    },
    find: async (query) => {
      const shelf = shelfOf(query.tenant)
      const isFree = ({ ticket }: TicketRow) => {
        const lease = shelf.leases.get(ticket.id)
        return query.freeFor === undefined || !live(lease) || lease.holder === query.freeFor
      }
      const { after } = query
      return matching(shelf, query)
        .filter(isFree)
        .map((row) => ({ row, position: query.position(row.ticket) }))
        .filter(({ position }) => after === undefined || query.compare(position, after) > 0)
        .sort((a, b) => query.compare(a.position, b.position))
        .slice(0, query.limit)
        .map(({ row }) => row)
    },
    count: async (query) => matching(shelfOf(query.tenant), query).length,
    tally: async (query) => {
      const tallying = new Tallying(query)
      for (const { row } of shelfOf(query.tenant).tickets.values()) tallying.count(row.ticket)
      return tallying.result()
    },
    due: async (tenant, { now, plannedBy, limit }) =>
      [...shelfOf(tenant).tickets.values()]
        .map(({ row }) => row)
        .filter(
          ({ ticket, nextAt, plannedBy: by }) =>
            (nextAt !== null && nextAt <= now) || (by !== plannedBy && ticket.kind !== 'closed'),
        )
        .sort((a, b) => (a.nextAt ?? now) - (b.nextAt ?? now) || (a.ticket.id < b.ticket.id ? -1 : 1))
        .slice(0, limit)
        .map(({ ticket }) => ticket.id),
    lookup: async (tenant, key) => {
      const shelf = shelfOf(tenant)
      if ('externalId' in key) return shelf.externalIds.get(key.externalId) ?? null
      const ticketId = shelf.references.get(key.reference)
      return ticketId === undefined ? null : { ticketId, commandId: null }
    },
    nextNumber: async (tenant) => ++shelfOf(tenant).lastNumber,
    changes: async (tenant, after, limit) => {
      const events = shelfOf(tenant).log.slice(after, after + limit)
      return { events, position: after + events.length }
    },
    claim: async (tenant, ticketId, holder, forMs) => {
      refuseNul([tenant, ticketId, holder])
      const shelf = shelfOf(tenant)
      const held = shelf.leases.get(ticketId)
      if (live(held) && held.holder !== holder) return null
      const lease = { ticketId, holder, token: ++shelf.lastToken, until: clock.now() + forMs }
      shelf.leases.set(ticketId, lease)
      return lease
    },
    renew: async (tenant, key, forMs) => {
      const shelf = shelfOf(tenant)
      if (!holds(shelf, key)) return null
      const lease = { ticketId: key.ticketId, holder: key.holder, token: key.token, until: clock.now() + forMs }
      shelf.leases.set(key.ticketId, lease)
      return lease
    },
    release: async (tenant, key) => {
      const shelf = shelfOf(tenant)
      return holds(shelf, key) && shelf.leases.delete(key.ticketId)
    },
    handOver: async (tenant, key, to, forMs) => {
      refuseNul(to)
      const shelf = shelfOf(tenant)
      if (!holds(shelf, key)) return null
      const lease = { ticketId: key.ticketId, holder: to, token: ++shelf.lastToken, until: clock.now() + forMs }
      shelf.leases.set(key.ticketId, lease)
      return lease
    },
    leases: async (tenant, holder) =>
      [...shelfOf(tenant).leases.values()]
        .filter((lease) => live(lease) && lease.holder === holder)
        .sort((a, b) => (a.ticketId < b.ticketId ? -1 : 1)),
    announce: async (tenant, ticketId, person, doing, forMs) => {
      refuseNul([tenant, ticketId, person])
      const { presence } = shelfOf(tenant)
      const now = clock.now()
      const people = new Map([...(presence.get(ticketId) ?? [])].filter(([, { until }]) => until > now))
      const before = people.get(person)
      if (doing === null) people.delete(person)
      else {
        const since = before?.doing === doing ? before.since : now
        people.set(person, { person, doing, since, until: now + forMs })
      }
      if (people.size > 0) presence.set(ticketId, people)
      else presence.delete(ticketId)
    },
    present: async (tenant, ticketId) => {
      const { leases, presence } = shelfOf(tenant)
      const lease = leases.get(ticketId)
      const people = [...(presence.get(ticketId)?.values() ?? [])].filter(({ until }) => until > clock.now())
      return { lease: live(lease) ? lease : null, people: people.sort((a, b) => (a.person < b.person ? -1 : 1)) }
    },
    turns: async (tenant) => Object.fromEntries(shelfOf(tenant).turns),
    effects: async (tenant, { now, limit, hideMs }) =>
      pendingEffects(shelfOf(tenant), now)
        .slice(0, limit)
        .map((kept) => {
          if (hideMs !== undefined) {
            kept.attempts += 1
            kept.hiddenUntil = now + hideMs
          }
          return deepFreeze({ ...kept.effect, attempts: kept.attempts })
        }),
    defer: async (tenant, effectId, until) => {
      const kept = shelfOf(tenant).effects.get(effectId)
      if (kept) kept.hiddenUntil = until
    },
    settle: async (tenant, effectId) => {
      const shelf = shelfOf(tenant)
      if (shelf.effects.delete(effectId)) shelf.settled.set(effectId, clock.now())
    },
    bury: async (tenant, effectId, reason) => {
      refuseNul(reason)
      const kept = shelfOf(tenant).effects.get(effectId)
      if (kept) kept.buried = reason
    },
    buried: async (tenant, limit) =>
      [...shelfOf(tenant).effects.values()]
        .flatMap(({ effect, attempts, buried }) =>
          buried === null ? [] : [deepFreeze({ ...effect, attempts, reason: buried })],
        )
        .slice(0, limit),
    revive: async (tenant, effectId) => {
      const kept = shelfOf(tenant).effects.get(effectId)
      if (!kept || kept.buried === null) return false
      Object.assign(kept, { buried: null, attempts: 0, hiddenUntil: 0 })
      return true
    },
    forgetReceipts: async (tenant, before) => {
      const { receipts, settled, presence } = shelfOf(tenant)
      for (const [effectId, at] of settled) if (at < before) settled.delete(effectId)
      for (const [ticketId, people] of presence)
        if ([...people.values()].every(({ until }) => until <= clock.now())) presence.delete(ticketId)
      const old = [...receipts.values()].filter((receipt) => receipt.at < before)
      for (const { commandId } of old) receipts.delete(commandId)
      return old.length
    },
    close: async () => {},
  }
}

const keptOn = (shelf: Shelf, holds: (key: LeaseKey) => boolean): Kept => ({
  receipt: (commandId) => shelf.receipts.get(commandId),
  holds,
  turn: (agent) => shelf.turns.get(agent) ?? 0,
  externalId: (externalId) => shelf.externalIds.get(externalId)?.ticketId,
  version: (ticketId) => shelf.tickets.get(ticketId)?.row.ticket.version ?? 0,
  reference: (reference) => shelf.references.get(reference),
})

function save(shelf: Shelf, { changes, effects, receipt, turn }: Commit): void {
  if (turn) shelf.turns.set(turn.agent, Math.max(0, ...shelf.turns.values()) + 1)
  for (const change of changes) {
    const { ticketId, ticket, nextAt, plannedBy, events, externalIds, redacted, forgottenExternalIds } = change
    const kept = shelf.tickets.get(ticketId)
    if (events.length === 0) {
      if (kept) shelf.tickets.set(ticketId, { ...kept, row: { ticket: kept.row.ticket, nextAt, plannedBy } })
      continue
    }
    const log = kept?.events ?? []
    log.push(...events)
    shelf.tickets.set(ticketId, { row: { ticket, nextAt, plannedBy }, events: log })
    shelf.references.set(ticket.reference, ticketId)
    for (const externalId of externalIds)
      shelf.externalIds.set(externalId, { ticketId, commandId: receipt?.commandId ?? null })
    shelf.log.push(...events)
    for (const event of redacted ?? []) replaceEvent(shelf, event)
    for (const externalId of forgottenExternalIds ?? [])
      if (shelf.externalIds.get(externalId)?.ticketId === ticketId) shelf.externalIds.delete(externalId)
  }
  for (const effect of effects)
    if (!shelf.settled.has(effect.id) && !shelf.effects.has(effect.id))
      shelf.effects.set(effect.id, { effect, attempts: 0, hiddenUntil: 0, buried: null })
  if (receipt) shelf.receipts.set(receipt.commandId, deepFreeze(receipt))
}

function replaceEvent(shelf: Shelf, event: AnyTicketEvent): void {
  const events = shelf.tickets.get(event.ticketId)?.events
  const old = events?.[event.version - 1]
  if (!events || !old) return
  events[event.version - 1] = event
  shelf.log[shelf.log.indexOf(old)] = event
}

/** Of each ticket the effect that is begun, else the earliest, unless it is hidden or not due yet. */
function pendingEffects(shelf: Shelf, now: number): KeptEffect[] {
  const heads = new Map<string, KeptEffect>()
  for (const kept of shelf.effects.values()) {
    if (kept.buried !== null) continue
    const head = heads.get(kept.effect.ticketId)
    if (!head || before(kept, head)) heads.set(kept.effect.ticketId, kept)
  }
  const ready = ({ effect, hiddenUntil }: KeptEffect) => effect.dueAt <= now && hiddenUntil <= now
  const saved = [...shelf.effects.values()].filter((kept) => heads.get(kept.effect.ticketId) === kept && ready(kept))
  return saved.sort((a, b) => a.effect.dueAt - b.effect.dueAt)
}

/** Does one come before another that was saved earlier? */
const before = (one: KeptEffect, other: KeptEffect): boolean =>
  one.attempts > 0 === other.attempts > 0 ? one.effect.dueAt < other.effect.dueAt : one.attempts > 0

import type { CommandRequest } from '../engine/command.ts'
import type { Decision } from '../engine/decide.ts'
import type { Effect } from '../model/effect.ts'
import type { Ticket } from '../model/ticket.ts'
import type { Commit, CommitOutcome, LeaseKey, Receipt, Store, TicketChange } from '../store.ts'
import { check } from './check.ts'
import type { ManualClock } from './manual-clock.ts'
import { changeOf, decided } from './sample.ts'

/** An empty store to be tried, with what can be done to it from outside. */
export interface StoreSetup {
  readonly store: Store
  /** The clock the store goes by. Without one the cases wait for real time to pass, a second at a time. */
  readonly clock?: ManualClock
  /** Closes the store and opens what it kept once more; absent: it keeps nothing. */
  readonly reopen?: () => Promise<Store>
  /** Another opener of the same data, as another process would be; the setup closes it. */
  readonly another?: () => Store | Promise<Store>
  /**
   * Drops whatever is open without a word, as a process that dies does, and opens what was kept; absent: nothing is
   * kept, or it cannot be dropped.
   */
  readonly crash?: () => Store | Promise<Store>
  /** Makes the next commit of the store, and only that, fail in a way. */
  readonly failNext?: (failure: StoreFailure) => void
  /** What lies in the tables, read past the store. */
  readonly raw?: (tenant: string) => RawContents | Promise<RawContents>
  /** Closes the store and clears away what it kept. */
  close(): Promise<void>
}

/**
 * How a commit fails: another writer has the file or the rows (`busy`), the disk is full (`full`), the connection is
 * gone before it wrote (`lostBefore`), in its midst (`lostWithin`), or when it had committed and could not say so
 * (`lostAfter`).
 */
export type StoreFailure = 'busy' | 'full' | 'lostBefore' | 'lostWithin' | 'lostAfter'

/** What lies in the tables of a tenant; each list sorted as text. */
export interface RawContents {
  /** `ticket id, version` of every ticket. */
  readonly tickets: readonly (readonly [ticketId: string, version: number])[]
  /** `ticket id, version` of every event. */
  readonly events: readonly (readonly [ticketId: string, version: number])[]
  readonly commandIds: readonly string[]
  /** Settled ones too, as far as they leave an id. */
  readonly effectIds: readonly string[]
  readonly externalIds: readonly string[]
}

export type MakeStore = () => StoreSetup | Promise<StoreSetup>

/** One promise of the store port. `run` throws an Error that says which part of it is broken. */
export interface StoreCase {
  readonly name: string
  /** Makes a store of its own and closes it. What the store cannot show is skipped, with the reason. */
  run(make: MakeStore): Promise<{ readonly skipped: string | null }>
}

/** Makes a case of its body; a store that cannot show it says why in `lacks`. */
export const storeCase = (
  name: string,
  body: (bench: Bench) => Promise<void>,
  lacks: (setup: StoreSetup) => string | null = () => null,
): StoreCase => ({
  name,
  run: async (make) => {
    const setup = await make()
    let skipped: string | null
    try {
      skipped = lacks(setup)
      if (skipped === null) await body(new Bench(setup, await setup.store.now()))
    } catch (broken) {
      // what the case found out counts, not that such a store cannot be closed either
      await setup.close().catch(() => {})
      throw broken
    }
    await setup.close()
    return { skipped }
  },
})

/**
 * A store on trial, and the means to write to it as a desk would. Its tenant is new with every run, so that all cases
 * may be run on one database, and again.
 */
export class Bench {
  readonly setup: StoreSetup
  readonly store: Store
  readonly tenant: string
  /** The store's clock when the case began. */
  readonly at: number
  #commands = 0

  constructor(setup: StoreSetup, at: number, tenant = `case-${crypto.randomUUID()}`) {
    this.setup = setup
    this.store = setup.store
    this.tenant = tenant
    this.at = at
  }

  /** The same store for another tenant: what is done alike in both has the same ids. */
  neighbour(): Bench {
    return new Bench(this.setup, this.at, `${this.tenant}-other`)
  }

  /** Lets time pass: on the manual clock, or really. */
  async pass(ms: number): Promise<void> {
    if (this.setup.clock) this.setup.clock.pass(ms)
    else await new Promise((resolve) => setTimeout(resolve, ms))
  }

  commandId(): string {
    this.#commands += 1
    return `command-${this.#commands}`
  }

  /** What opening a ticket leads to; its reference is `R-` and its id unless given. */
  opening(ticketId: string, input: Partial<CommandRequest & { type: 'open' }> = {}, tenant = this.tenant): Decision {
    const open = { subject: `Subject of ${ticketId}`, body: 'Since this morning', reference: `R-${ticketId}`, ...input }
    return decided(null, { ...open, type: 'open' } as CommandRequest, this.#by(ticketId, tenant))
  }

  /** What a command on a ticket leads to. */
  following(before: Ticket, request: CommandRequest, tenant = this.tenant): Decision {
    return decided(before, request, this.#by(before.id, tenant))
  }

  /** Opens a ticket and saves it. */
  async open(ticketId: string, input: Partial<CommandRequest & { type: 'open' }> = {}): Promise<Ticket> {
    const opened = this.opening(ticketId, input)
    await this.save({ changes: [changeOf(null, opened)] })
    return opened.ticket
  }

  /** Gives a command and saves what it leads to. */
  async act(before: Ticket, request: CommandRequest): Promise<Ticket> {
    const decision = this.following(before, request)
    await this.save({ changes: [changeOf(before, decision)] })
    return decision.ticket
  }

  commit(commit: Partial<Commit>): Promise<CommitOutcome> {
    return this.store.commit({ tenant: this.tenant, changes: [], effects: [], ...commit })
  }

  /** A commit that must go through. */
  async save(commit: Partial<Commit>): Promise<void> {
    const outcome = await this.commit(commit)
    check(outcome.ok, `a commit without a conflict should be saved; the store said ${JSON.stringify(outcome)}`)
  }

  receipt(commandId: string, changes: readonly TicketChange[] = []): Receipt {
    const tickets = changes.map(({ ticketId, expectedVersion, ticket }) => ({
      ticketId,
      from: expectedVersion,
      to: ticket.version,
    }))
    const ticketId = tickets[0]?.ticketId ?? 't1'
    // a store that keeps whole seconds is found out by the milliseconds
    const at = this.at - 877
    return { commandId, hash: `hash of ${commandId}`, ticketId, tickets, unchanged: changes.length === 0, at }
  }

  effect(id: string, ticketId: string, dueAt = this.at): Effect {
    return { id, ticketId, kind: 'notify', data: { to: 'ana', about: ticketId }, dueAt, staleAfter: null }
  }

  #by(ticketId: string, tenant: string) {
    return { tenant, ticketId, at: this.at, commandId: this.commandId() }
  }
}

export const keyOf = ({ ticketId, holder, token }: LeaseKey): LeaseKey => ({ ticketId, holder, token })

/** Long enough to be live while a case runs against a slow server, and short enough to wait for. */
export const leaseMs = 1_000

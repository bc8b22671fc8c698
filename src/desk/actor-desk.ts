import type { CommandInput, CommandRequest, CommandType } from '../engine/command.ts'
import { fail } from '../errors.ts'
import type { Actor } from '../model/actor.ts'
import { optionsGiven } from '../model/given.ts'
import type { Names } from '../model/names.ts'
import type { Doing, Lease, LeaseKey } from '../store.ts'
import { type DurationInput, toDuration } from '../time/duration.ts'
import type { InstantInput } from '../time/instant.ts'
import { followUpOf, splitOf } from './derived-ticket.ts'
import type { DryRun } from './dry-run.ts'
import { handOver, shownLease } from './hand-over.ts'
import { type ManyOptions, type ManyOutcome, type ManyTickets, performMany } from './many.ts'
import { claimMs, defaultClaimMs, type NextTicket, nextTicket } from './next.ts'
import type { CommandOptions, DeskContext, Outcome } from './options.ts'
import { shieldedFor } from './outsider.ts'
import { announce, type PresenceOf } from './presence.ts'
import { ticketNow } from './read.ts'
import { requestOf, submit, tryOut } from './submit.ts'

type Details<Input, Without extends PropertyKey> = Omit<Input, Without>

/**
 * The desk on behalf of one actor. Every method is one command: load, decide, save, retry.
 * All throw `DeskError`: `ticket_not_found`, `ticket_merged`, `ticket_closed`, `clock_went_back`, `clock_ahead`,
 * `revision_conflict`, `idempotency_mismatch`, `lease_lost`, `version_conflict`, `invalid_command`, `too_large`
 * and those of the command; a refused command changes nothing.
 */
export interface ActorDesk<X extends Names = Names> {
  readonly actor: Actor
  /** Any command, as data. */
  perform(ticketId: string, command: CommandRequest<X>, options?: CommandOptions): Promise<Outcome<X>>
  /** What a command would lead to, and which rules would have a hand in it; nothing is saved. */
  dryRun(ticketId: string | null, command: CommandRequest<X>, options?: CommandOptions): Promise<DryRun<X>>
  /** A command on many tickets, or on a whole view: one after the other, each with a receipt of its own. */
  performMany(
    tickets: ManyTickets<X>,
    command: Exclude<CommandRequest<X>, { type: 'open' }>,
    options?: ManyOptions,
  ): Promise<ManyOutcome>

  open(input: CommandInput<'open', X> & { readonly ticketId?: string }, options?: CommandOptions): Promise<Outcome<X>>
  /** From outside: the requester's unless another role is said. Follows merges (`redirectedFrom`). */
  message(ticketId: string, message: CommandInput<'message', X>, options?: CommandOptions): Promise<Outcome<X>>
  reply(ticketId: string, message: CommandInput<'reply', X>, options?: CommandOptions): Promise<Outcome<X>>
  note(ticketId: string, message: CommandInput<'note', X>, options?: CommandOptions): Promise<Outcome<X>>
  /** One submit of a form: fields, tags, priority, department, assignee, message, status, in this order. */
  update(ticketId: string, changes: CommandInput<'update', X>, options?: CommandOptions): Promise<Outcome<X>>

  setStatus(
    ticketId: string,
    status: X['status'],
    details?: Details<CommandInput<'setStatus', X>, 'status'>,
    options?: CommandOptions,
  ): Promise<Outcome<X>>
  postpone(ticketId: string, details?: CommandInput<'postpone', X>, options?: CommandOptions): Promise<Outcome<X>>
  wake(ticketId: string, options?: CommandOptions): Promise<Outcome<X>>
  resolve(ticketId: string, details?: CommandInput<'resolve', X>, options?: CommandOptions): Promise<Outcome<X>>
  confirmSolution(ticketId: string, solved: boolean, options?: CommandOptions): Promise<Outcome<X>>
  close(ticketId: string, details?: CommandInput<'close', X>, options?: CommandOptions): Promise<Outcome<X>>
  reopen(ticketId: string, details?: CommandInput<'reopen', X>, options?: CommandOptions): Promise<Outcome<X>>

  setPriority(ticketId: string, priority: X['priority'], options?: CommandOptions): Promise<Outcome<X>>
  unsetPriority(ticketId: string, options?: CommandOptions): Promise<Outcome<X>>
  assign(ticketId: string, agent: string, options?: CommandOptions): Promise<Outcome<X>>
  unassign(ticketId: string, options?: CommandOptions): Promise<Outcome<X>>
  transfer(
    ticketId: string,
    department: string,
    details?: Details<CommandInput<'transfer', X>, 'department'>,
    options?: CommandOptions,
  ): Promise<Outcome<X>>
  escalate(ticketId: string, details?: CommandInput<'escalate', X>, options?: CommandOptions): Promise<Outcome<X>>
  setRequester(
    ticketId: string,
    requester: CommandInput<'setRequester', X>['requester'],
    options?: CommandOptions,
  ): Promise<Outcome<X>>
  addFollower(ticketId: string, person: string, options?: CommandOptions): Promise<Outcome<X>>
  removeFollower(ticketId: string, person: string, options?: CommandOptions): Promise<Outcome<X>>
  addCollaborator(ticketId: string, person: string, options?: CommandOptions): Promise<Outcome<X>>
  removeCollaborator(ticketId: string, person: string, options?: CommandOptions): Promise<Outcome<X>>

  setFields(ticketId: string, fields: CommandInput<'setFields', X>, options?: CommandOptions): Promise<Outcome<X>>
  tag(ticketId: string, tags: readonly string[], options?: CommandOptions): Promise<Outcome<X>>
  untag(ticketId: string, tags: readonly string[], options?: CommandOptions): Promise<Outcome<X>>
  rate(
    ticketId: string,
    score: number,
    details?: Details<CommandInput<'rate', X>, 'score'>,
    options?: CommandOptions,
  ): Promise<Outcome<X>>
  signal(ticketId: string, name: string, options?: CommandOptions): Promise<Outcome<X>>
  /** A macro's actions in order, all or nothing. */
  applyMacro(ticketId: string, macro: X['macro'], options?: CommandOptions): Promise<Outcome<X>>

  /** A due time by hand, for the present cycle of an open clock. Throws `no_clock`, `invalid_instant`. */
  setDue(ticketId: string, metric: X['metric'], dueAt: InstantInput, options?: CommandOptions): Promise<Outcome<X>>
  /** Back to what the target promises. Throws `no_clock`. */
  clearDue(ticketId: string, metric: X['metric'], options?: CommandOptions): Promise<Outcome<X>>
  /**
   * A level by hand (null: none), which SLA rules leave; without one the choice is the
   * rules' again. Throws `unknown_name`.
   */
  applySla(ticketId: string, level?: X['level'] | null, options?: CommandOptions): Promise<Outcome<X>>

  /** Closes the ticket as merged into another; the outcome's ticket is that other. Both change in one commit. */
  merge(ticketId: string, into: string, options?: CommandOptions): Promise<Outcome<X>>
  link(
    ticketId: string,
    to: string,
    details?: Details<CommandInput<'link', X>, 'to'>,
    options?: CommandOptions,
  ): Promise<Outcome<X>>
  unlink(
    ticketId: string,
    to: string,
    details?: Details<CommandInput<'unlink', X>, 'to'>,
    options?: CommandOptions,
  ): Promise<Outcome<X>>
  /** Opens a ticket that follows another: requester, category, tags and department are copied, clocks are new. */
  followUp(ticketId: string, input?: Partial<CommandInput<'open', X>>, options?: CommandOptions): Promise<Outcome<X>>
  /** Opens a linked ticket with some of the messages of another. */
  split(
    ticketId: string,
    input: { readonly subject: string; readonly messageIds: readonly string[] },
    options?: CommandOptions,
  ): Promise<Outcome<X>>

  /** Takes a ticket for a while, 15 min unless said; null if somebody else holds it. */
  claim(ticketId: string, forTime?: DurationInput): Promise<Lease | null>
  /** Prolongs a claim. Throws `lease_lost`. */
  renew(lease: LeaseKey, forTime?: DurationInput): Promise<Lease>
  release(lease: LeaseKey): Promise<boolean>
  /**
   * The first ticket of one's views that nobody holds and one may take, claimed, with the reason; null when there is
   * none. With a directory, views need not be named, and what one may take is asked of it.
   */
  next(view?: X['view'] | readonly X['view'][], forTime?: DurationInput): Promise<NextTicket<X> | null>
  /**
   * Gives a claimed ticket to a colleague, with a note that is written under the claim; assigned to them, if it was
   * assigned to the giver. Throws `lease_lost`.
   */
  handOver(
    lease: LeaseKey,
    to: string,
    details?: { readonly note?: string; readonly forTime?: DurationInput },
  ): Promise<Lease>
  /**
   * Says what one is doing with a ticket, for a minute unless said; null: no more. Comes back with who holds it and
   * who else is there. For those who work here: throws `wrong_actor` for others.
   */
  announce(ticketId: string, doing: Doing | null, forTime?: DurationInput): Promise<PresenceOf>
}

export function actorDesk(desk: DeskContext, actor: Actor): ActorDesk {
  const run = async (
    ticketId: string | null,
    options: CommandOptions | undefined,
    type: CommandType,
    details?: object,
    named?: object,
  ): Promise<Outcome> => submit(desk, actor, ticketId, requestOf(type, details, named), options)
  const forMs = (time: DurationInput = defaultClaimMs): number => claimMs(toDuration(time, 'forTime'))
  return shieldedFor<ActorDesk>(actor, {
    actor,
    perform: (id, command, options) => submit(desk, actor, id, command, options),
    dryRun: (id, command, options) => tryOut(desk, actor, id, command, options),
    performMany: (tickets, command, options) => performMany(desk, actor, tickets, command, options),
    open: async (input, options) => {
      const { ticketId = null, ...details } = requestOf('open', input) as { ticketId?: string }
      return run(ticketId, options, 'open', details)
    },
    message: (id, message, options) => run(id, options, 'message', message),
    reply: (id, message, options) => run(id, options, 'reply', message),
    note: (id, message, options) => run(id, options, 'note', message),
    update: (id, changes, options) => run(id, options, 'update', changes),
    setStatus: (id, status, details, options) => run(id, options, 'setStatus', details, { status }),
    postpone: (id, details, options) => run(id, options, 'postpone', details),
    wake: (id, options) => run(id, options, 'wake'),
    resolve: (id, details, options) => run(id, options, 'resolve', details),
    confirmSolution: (id, solved, options) => run(id, options, 'confirmSolution', { solved }),
    close: (id, details, options) => run(id, options, 'close', details),
    reopen: (id, details, options) => run(id, options, 'reopen', details),
    setPriority: (id, priority, options) => run(id, options, 'setPriority', { priority }),
    unsetPriority: (id, options) => run(id, options, 'unsetPriority'),
    assign: (id, agent, options) => run(id, options, 'assign', { agent }),
    unassign: (id, options) => run(id, options, 'unassign'),
    transfer: (id, department, details, options) => run(id, options, 'transfer', details, { department }),
    escalate: (id, details, options) => run(id, options, 'escalate', details),
    setRequester: (id, requester, options) => run(id, options, 'setRequester', { requester }),
    addFollower: (id, person, options) => run(id, options, 'addFollower', { person }),
    removeFollower: (id, person, options) => run(id, options, 'removeFollower', { person }),
    addCollaborator: (id, person, options) => run(id, options, 'addCollaborator', { person }),
    removeCollaborator: (id, person, options) => run(id, options, 'removeCollaborator', { person }),
    setFields: (id, fields, options) => run(id, options, 'setFields', fields),
    tag: (id, tags, options) => run(id, options, 'tag', { tags }),
    untag: (id, tags, options) => run(id, options, 'untag', { tags }),
    rate: (id, score, details, options) => run(id, options, 'rate', details, { score }),
    signal: (id, name, options) => run(id, options, 'signal', { name }),
    applyMacro: (id, macro, options) => run(id, options, 'applyMacro', { macro }),
    setDue: (id, metric, dueAt, options) => run(id, options, 'setDue', { metric, dueAt }),
    clearDue: (id, metric, options) => run(id, options, 'clearDue', { metric }),
    applySla: (id, level, options) => run(id, options, 'applySla', { level }),
    merge: (id, into, options) => run(id, options, 'merge', { into }),
    link: (id, to, details, options) => run(id, options, 'link', details, { to }),
    unlink: (id, to, details, options) => run(id, options, 'unlink', details, { to }),
    followUp: async (id, input, options) =>
      submit(desk, actor, null, requestOf('open', await followUpOf(desk, id), input), options, {
        followUpOf: id,
        input,
      }),
    split: async (id, input, options) =>
      submit(desk, actor, null, requestOf('open', await splitOf(desk, id, input)), options, {
        splitOf: id,
        input,
      }),
    claim: async (id, time) => {
      await ticketNow(desk, id)
      return desk.store.claim(desk.tenant, id, actor.id, forMs(time))
    },
    renew: async (shown, time) => {
      const lease = shownLease(shown)
      const renewed = lease.holder === actor.id ? await desk.store.renew(desk.tenant, lease, forMs(time)) : null
      if (!renewed) throw fail('lease_lost', { ticketId: lease.ticketId, holder: actor.id })
      return renewed
    },
    release: async (shown) => {
      const lease = shownLease(shown)
      return lease.holder === actor.id && desk.store.release(desk.tenant, lease)
    },
    next: async (views, time) => nextTicket(desk, views, actor.id, forMs(time)),
    handOver: async (lease, to, details = {}) => {
      const { note, forTime } = optionsGiven(details, ['note', 'forTime'], 'details')
      return handOver(desk, actor, lease, to, note, forMs(forTime))
    },
    announce: (id, doing, time) => announce(desk, id, actor, doing, time),
  })
}

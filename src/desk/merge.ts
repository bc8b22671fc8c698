import { fail } from '../errors.ts'
import { type Again, attempts } from './again.ts'
import { decideWithHistory } from './catch-up.ts'
import { endOfChain } from './chain.ts'
import { changeOf, receiptOf, type Submission } from './commit.ts'
import { commandInstant } from './instant.ts'
import type { CommandOptions, DeskContext, Outcome } from './options.ts'
import { afterConflict, checkRevision } from './perform.ts'
import { repeated } from './repeat.ts'

/** Closes one ticket as merged and tells the other, in one commit. The outcome's ticket is the one that lives on. */
export const merge = (desk: DeskContext, command: Submission, options: CommandOptions): Promise<Outcome> =>
  desk.turn(command.ticketId, () => attempts(() => mergeOnce(desk, command, options)))

async function mergeOnce(desk: DeskContext, command: Submission, options: CommandOptions): Promise<Outcome | Again> {
  const loaded = await desk.store.load(desk.tenant, command.ticketId, command.id)
  if (loaded.receipt) return repeated(desk, command, loaded.receipt)
  const source = loaded.row?.ticket
  if (!source) throw fail('ticket_not_found', { ticketId: command.ticketId }, 'ticketId')
  await checkRevision(desk, source, options, command.actor)
  const target = await endOfChain(desk, source.id, (command.input as { into: string }).into)
  const at = commandInstant(options.at, [source, target], desk.clock.now(), loaded.now)
  const gone = await decideWithHistory(desk, source, { ...command, input: { into: target.id } }, at)
  if ('again' in gone) return gone
  const { waitingSince } = source
  const kept = await decideWithHistory(
    desk,
    target,
    { ...command, ticketId: target.id, type: 'receiveMerge', input: { from: source.id, waitingSince } },
    at,
  )
  if ('again' in kept) return kept
  const changes = [changeOf(desk, target, kept), changeOf(desk, source, gone)]
  const committed = await desk.store.commit({
    tenant: desk.tenant,
    changes,
    effects: [...kept.effects, ...gone.effects],
    receipt: receiptOf(command, target.id, changes, false, loaded.now),
    lease: options.lease,
  })
  if (!committed.ok) return afterConflict(desk, command, changes, committed)
  return {
    ticket: kept.ticket,
    commandId: command.id,
    events: kept.events,
    effects: kept.effects,
    unchanged: false,
    repeated: false,
    get explanation() {
      return [...gone.explanation, ...kept.explanation]
    },
    collision: null,
    routed: null,
    redirectedFrom: source.id,
  }
}

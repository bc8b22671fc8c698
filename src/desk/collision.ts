import { fail } from '../errors.ts'
import { isStaff } from '../model/actor.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Presence } from '../store.ts'
import type { Submission } from './commit.ts'
import type { DeskContext } from './options.ts'
import { endsTransaction } from './store-failure.ts'

/** Who writes on a ticket while a public answer is sent to it. */
export interface Writing {
  /** The others; null where nobody does. */
  readonly others: readonly Presence[] | null
  /** Whoever answers had said so as well. */
  readonly themselves: boolean
}

const nobody: Writing = { others: null, themselves: false }

/**
 * Others who write on a ticket while a public answer is sent to it, by whatever command (a macro, too).
 * @throws DeskError `collision` where the definition refuses such answers
 */
export async function writingDuring(
  { store, tenant, latest }: DeskContext,
  { actor, ticketId }: Submission,
  events: readonly AnyTicketEvent[],
): Promise<Writing> {
  if (latest.collisions === 'ignore' || !isStaff(actor) || !events.some(answersInPublic)) return nobody
  const { people } = await store.present(tenant, ticketId)
  const writing = people.filter(({ doing }) => doing === 'writing')
  const others = writing.filter(({ person }) => person !== actor.id)
  if (others.length > 0 && latest.collisions === 'refuse')
    throw fail('collision', { ticketId, writing: others.map(({ person }) => person) })
  return { others: others.length > 0 ? others : null, themselves: others.length < writing.length }
}

const outside: readonly string[] = ['requester', 'collaborator', 'third_party']

const answersInPublic = (event: AnyTicketEvent): boolean =>
  event.type === 'message_added' &&
  !event.data.opening &&
  event.data.message.visibility === 'public' &&
  !outside.includes(event.data.message.role)

/**
 * Whoever has answered writes no more. The answer is saved by then: a store that fails here changes nothing about it.
 */
export async function endWriting(desk: DeskContext, { actor, ticketId }: Submission): Promise<void> {
  await desk.store.announce(desk.tenant, ticketId, actor.id, null, 0).catch((error: unknown) => {
    if (endsTransaction(desk, error)) throw error
  })
}

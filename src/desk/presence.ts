import { fail, shown } from '../errors.ts'
import { type Actor, isStaff, staffKinds } from '../model/actor.ts'
import type { Doing, Lease, Presence } from '../store.ts'
import { type DurationInput, toDuration } from '../time/duration.ts'
import type { DeskContext } from './options.ts'
import { loaded } from './read.ts'

/** Who holds a ticket, and who does what with it. */
export interface PresenceOf {
  readonly lease: Lease | null
  readonly people: readonly Presence[]
}

/** How long somebody is there after having said so: 1 min unless said. A page says it again every half of that. */
const defaultPresenceMs = 60_000
const longestPresenceMs = 3_600_000

export async function presenceOf(desk: DeskContext, ticketId: string): Promise<PresenceOf> {
  await loaded(desk, ticketId)
  return desk.store.present(desk.tenant, ticketId)
}

/**
 * Says what an actor is doing with a ticket; comes back with who else is there. For staff: people outside would see who
 * works on their ticket, and hold up answers to it.
 * @throws DeskError `wrong_actor` for others
 */
export async function announce(
  desk: DeskContext,
  ticketId: string,
  actor: Actor,
  doing: Doing | null,
  forTime: DurationInput = defaultPresenceMs,
): Promise<PresenceOf> {
  if (!isStaff(actor)) throw fail('wrong_actor', { command: 'announce', actor: actor.kind, allowed: staffKinds })
  const { id } = actor
  if (doing !== null && doing !== 'viewing' && doing !== 'writing')
    throw fail('invalid_command', { reason: `doing is viewing, writing or null, not ${shown(doing)}` }, 'doing')
  const forMs = toDuration(forTime, 'forTime')
  if (forMs < 1_000 || forMs > longestPresenceMs)
    throw fail('invalid_duration', { value: String(forMs), reason: 'presence lasts for 1 s to 1 h' }, 'forTime')
  await loaded(desk, ticketId)
  await desk.store.announce(desk.tenant, ticketId, id, doing, forMs)
  const { lease, people } = await desk.store.present(desk.tenant, ticketId)
  return { lease, people: people.filter(({ person }) => person !== id) }
}

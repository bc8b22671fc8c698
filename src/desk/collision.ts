import { fail } from '../errors.ts'
import { isStaff } from '../model/actor.ts'
import type { Presence } from '../store.ts'
import type { Submission } from './commit.ts'
import type { DeskContext } from './options.ts'

/**
 * Others who write on a ticket while a public answer is sent to it; null where nobody does.
 * @throws DeskError `collision` where the definition refuses such answers
 */
export async function collisionOf(
  { store, tenant, latest }: DeskContext,
  command: Submission,
): Promise<readonly Presence[] | null> {
  if (latest.collisions === 'ignore' || !isStaff(command.actor) || !answersInPublic(command)) return null
  const { people } = await store.present(tenant, command.ticketId)
  const writing = people.filter(({ person, doing }) => doing === 'writing' && person !== command.actor.id)
  if (writing.length === 0) return null
  if (latest.collisions === 'refuse')
    throw fail('collision', { ticketId: command.ticketId, writing: writing.map(({ person }) => person) })
  return writing
}

function answersInPublic({ type, input }: Submission): boolean {
  if (type === 'reply') return true
  const { message } = input as { readonly message?: { readonly visibility?: string } }
  return type === 'update' && message?.visibility === 'public'
}

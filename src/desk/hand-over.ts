import { fail, unwrap } from '../errors.ts'
import type { Actor } from '../model/actor.ts'
import { Id, parse } from '../model/schema.ts'
import type { Lease, LeaseKey } from '../store.ts'
import { type DeskContext, LeaseKeySchema } from './options.ts'
import { loaded } from './read.ts'
import { submit } from './submit.ts'

/** @throws DeskError `invalid_command` and the like, with the path in the lease */
export const shownLease = (lease: LeaseKey): LeaseKey =>
  unwrap(parse<LeaseKey>(LeaseKeySchema, lease, 'invalid_command', 'lease'))

/**
 * Gives a claimed ticket to a colleague. The claim is renewed, then the note, and the assignment if the ticket was
 * assigned to the giver, are written under it: what is handed over is told, and a claim that was lost writes nothing.
 * @throws DeskError `lease_lost`
 */
export async function handOver(
  desk: DeskContext,
  actor: Actor,
  shown: LeaseKey,
  to: string,
  note: string | undefined,
  forMs: number,
): Promise<Lease> {
  const lease = shownLease(shown)
  const colleague = unwrap(parse(Id, to, 'invalid_command', 'to'))
  const lost = () => fail('lease_lost', { ticketId: lease.ticketId, holder: actor.id })
  if (lease.holder !== actor.id) throw lost()
  // it must not run out between the note and the move
  if (!(await desk.store.renew(desk.tenant, lease, forMs))) throw lost()
  const { ticket } = await loaded(desk, lease.ticketId)
  const changes = {
    ...(ticket.assignee === actor.id ? { assignee: colleague } : {}),
    ...(note === undefined ? {} : { message: { body: note, visibility: 'internal' } }),
  }
  if (Object.keys(changes).length > 0)
    await submit(desk, actor, lease.ticketId, { type: 'update', ...changes }, { lease })
  const given = await desk.store.handOver(desk.tenant, lease, colleague, forMs)
  if (!given) throw lost()
  return given
}

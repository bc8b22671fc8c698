import type { Desk } from '../../src/desk/desk.ts'
import type { Outcome } from '../../src/desk/options.ts'
import { isDeskError } from '../../src/errors.ts'
import type { Ticket } from '../../src/model/ticket.ts'
import type { Lease, Store } from '../../src/store.ts'
import { dueId, hotId } from './definition.ts'
import { type Hand, mail, Undone } from './hand.ts'
import type { Claim } from './protocol.ts'
import { below, pause, random, said, task } from './shift.ts'

const tenant = 'default'

let commands = 0
let granted = 0

/** Has this process been granted what it was to be granted? */
export const isDone = (): boolean => granted >= task.claims

const beaten = ['version_conflict', 'revision_conflict', 'wake_in_past'] as const

const as = (desk: Desk, id: string) => desk.as({ kind: 'agent', id })

/** Gives a command, and notes what it was answered; null: others were quicker too often, or it was
 * undone. `shared`: an id of several. */
async function give(
  hand: Hand,
  run: (desk: Desk, options: { readonly commandId: string }) => Promise<Outcome>,
  shared?: string,
): Promise<Ticket | null> {
  const commandId = shared ?? `${hand.name}-${++commands}`
  try {
    const outcome = await hand.give((desk) => run(desk, { commandId }))
    const version = outcome.repeated ? null : outcome.ticket.version
    said.acknowledged.push({ commandId: outcome.commandId, ticketId: outcome.ticket.id, version })
    return outcome.ticket
  } catch (error) {
    if (shared === undefined) said.refused.push(commandId)
    if (error instanceof Undone) {
      said.undone += 1
      return null
    }
    // somebody else was quicker, or it took too long: nothing was done
    if (!beaten.some((code) => isDeskError(error, code))) throw error
    said.conflicts += 1
    return null
  }
}

/** Takes a ticket, works on it for as long as the lease lasts or longer, and gives it back or not. */
async function claim(hand: Hand): Promise<void> {
  const ticketId = hotId(below(task.hot))
  const forMs = 20 + below(200)
  const lease = await hand.store.claim(tenant, ticketId, hand.name, forMs)
  if (!lease) {
    said.heldByOthers += 1
    return
  }
  granted += 1
  let mine = await note(hand.store, lease, forMs)
  if (random() < 0.1) mine = (await handOver(hand, mine)) ?? mine
  if (random() < 0.15) await renew(hand.store, mine)
  if (random() < 0.1) await replyUnder(hand, mine)
  if (random() < 0.8) mine.ended = (await hand.store.release(tenant, mine)) || mine.ended
  else if (random() < 0.3) await replyTooLate(hand, mine)
  if (mine.ended && random() < 0.1) await replyUnderOld(hand, mine)
}

/** What the ticket is found as under a claim: whoever held it before writes nothing more. */
async function note(store: Store, lease: Lease, forMs: number): Promise<Claim> {
  const { row } = await store.load(tenant, lease.ticketId)
  const claim = { ...lease, at: lease.until - forMs, ended: false, seen: row?.ticket.version ?? 0, wrote: [] }
  said.claims.push(claim)
  return claim
}

async function handOver(hand: Hand, from: Claim): Promise<Claim | null> {
  const given = await hand.store.handOver(tenant, from, `${hand.name}-too`, 100)
  if (!given) return null
  granted += 1
  from.ended = true
  return note(hand.store, given, 100)
}

async function renew(store: Store, claim: Claim): Promise<void> {
  const renewed = await store.renew(tenant, claim, 150)
  if (renewed) claim.until = renewed.until
}

const reply = (hand: Hand, claim: Claim) =>
  give(hand, (desk, options) =>
    desk
      .as({ kind: 'agent', id: claim.holder })
      .reply(claim.ticketId, { body: 'under a claim' }, { ...options, lease: claim }),
  )

async function replyUnder(hand: Hand, claim: Claim): Promise<void> {
  try {
    const ticket = await reply(hand, claim)
    if (ticket) claim.wrote.push(ticket.version)
  } catch (error) {
    if (!isDeskError(error, 'lease_lost')) throw error
    const now = await hand.store.now()
    if (now < claim.until && !claim.ended)
      said.wrong.push(`${claim.holder} lost ${claim.ticketId} ${claim.until - now} ms before the end of the lease`)
  }
}

async function replyTooLate(hand: Hand, claim: Claim): Promise<void> {
  for (let now = await hand.store.now(); now < claim.until; now = await hand.store.now()) await pause(claim.until - now)
  await replyInVain(hand, claim)
}

/** Whoever has taken a ticket again writes under the token of now, and not under that of before. */
async function replyUnderOld(hand: Hand, old: Claim): Promise<void> {
  const lease = await hand.store.claim(tenant, old.ticketId, old.holder, 200)
  if (!lease) return
  granted += 1
  const mine = await note(hand.store, lease, 200)
  await replyInVain(hand, old)
  mine.ended = await hand.store.release(tenant, mine)
}

async function replyInVain(hand: Hand, claim: Claim): Promise<void> {
  try {
    const ticket = await reply(hand, claim)
    if (ticket) said.wrong.push(`${claim.holder} wrote to ${claim.ticketId} under a lease that had ended`)
  } catch (error) {
    if (!isDeskError(error, 'lease_lost')) throw error
    said.tooLate += 1
  }
}

/** From what was read to one more: a lost update would be missing in the end. */
async function raise(hand: Hand): Promise<void> {
  const ticketId = hotId(below(task.hot))
  const before = await hand.desk.get(ticketId)
  const number = Number(before.fields.number ?? 0) + 1
  const done = await give(hand, (desk, options) =>
    as(desk, hand.name).setFields(ticketId, { fields: { number } }, { ...options, expectedRevision: before.revision }),
  )
  if (done) said.raised[ticketId] = (said.raised[ticketId] ?? 0) + 1
}

export async function runDue(hand: Hand, limit: number): Promise<void> {
  const { events } = await hand.desk.runDue({ limit })
  said.facts += events
}

/** Several at once; whoever gets one takes a while over it. */
export const deliver = (hand: Hand, limit: number) =>
  hand.desk.deliver(
    async ({ effect: { id: effectId, ticketId } }) => {
      const from = await hand.store.now()
      await pause(1 + below(4))
      said.delivered.push({ effectId, ticketId, from, until: await hand.store.now() })
    },
    { limit, atOnce: 4 },
  )

/** With a reference of its own: nobody waits for a number before it comes to the mail's id. */
const openMail =
  (externalId: string) =>
  (desk: Desk, options: { readonly commandId: string }): Promise<Outcome> =>
    desk
      .as({ kind: 'requester', id: 'mari' })
      .open({ subject: mail, body: 'hello', externalId, reference: externalId }, options)

const works: readonly (readonly [weight: number, work: (hand: Hand) => Promise<unknown>])[] = [
  [170, claim],
  [8, raise],
  [
    7,
    (hand) => {
      const ticketId = hotId(below(task.hot))
      return give(hand, (desk, options) => as(desk, hand.name).reply(ticketId, { body: 'hello' }, options))
    },
  ],
  // the same of the same person from everywhere: one of them does it
  [
    2,
    (hand) => {
      const [ticketId, id] = [hotId(below(task.hot)), `same-${Math.floor(granted / 20)}`]
      return give(
        hand,
        (desk, options) => as(desk, 'ana').reply(ticketId, { body: 'the same' }, options),
        `${id}-${ticketId}`,
      )
    },
  ],
  // one mail that comes by two ways, and another beside it: a ticket each
  [
    2,
    (hand) => {
      const beside: Hand = { ...hand, give: (command) => command(hand.desk) }
      const id = `mail-${Math.floor(granted / 5)}`
      return Promise.all([give(hand, openMail(id)), give(beside, openMail(id)), give(beside, openMail(`${id}-too`))])
    },
  ],
  [
    3,
    async (hand) => {
      const ticketId = hotId(below(task.hot))
      const until = (await hand.store.now()) + 1_000 + below(2_000)
      await give(hand, (desk, options) => as(desk, hand.name).postpone(ticketId, { until }, options))
    },
  ],
  [
    2,
    (hand) => {
      const ticketId = dueId(below(task.due))
      return give(hand, (desk, options) => as(desk, hand.name).note(ticketId, { body: 'looked at it' }, options))
    },
  ],
  [3, (hand) => runDue(hand, 1 + below(10))],
  [2, (hand) => deliver(hand, 6)],
]
const total = works.reduce((sum, [weight]) => sum + weight, 0)

/** Something to do. */
export function drawn(): (hand: Hand) => Promise<unknown> {
  let left = below(total)
  for (const [weight, work] of works) {
    left -= weight
    if (left < 0) return work
  }
  return claim
}

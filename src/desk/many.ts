import * as z from 'zod'
import { type Refusal, unwrap } from '../errors.ts'
import type { Actor } from '../model/actor.ts'
import { contentHash } from '../model/json.ts'
import type { Names } from '../model/names.ts'
import { Id, list, parse } from '../model/schema.ts'
import { Callback, type DeskContext, type Outcome, Signal } from './options.ts'
import { refusalFor } from './outsider.ts'
import { breatheAfter } from './pace.ts'
import { viewPage } from './read.ts'
import { isRefusal } from './store-failure.ts'
import { type Request, submit } from './submit.ts'

/** Which tickets: those named, or all of a view, however many pages it has. */
export type ManyTickets<X extends Names = Names> = readonly string[] | { readonly view: X['view'] }

export interface ManyOptions {
  /** The same id does the same thing once on every ticket: send it again to go on after an interruption. */
  readonly commandId?: string | undefined
  /** Stop before the next ticket. */
  readonly signal?: AbortSignal | undefined
  /** Told after each ticket. */
  readonly progress?: ((progress: ManyProgress) => void) | undefined
  /** Tickets of a view at most: 10,000 unless said. */
  readonly limit?: number | undefined
}

export interface ManyProgress {
  readonly done: number
  readonly total: number
  readonly last: TicketReceipt
}

/** What became of one ticket. A refusal on one does not keep the others from theirs. */
export interface TicketReceipt {
  readonly ticketId: string
  readonly result: 'changed' | 'unchanged' | 'repeated' | 'refused'
  /** The ticket's revision now; null where it was refused. */
  readonly revision: number | null
  readonly error: Refusal | null
}

export interface ManyOutcome {
  readonly commandId: string
  readonly total: number
  readonly receipts: readonly TicketReceipt[]
  /** It was told to stop before the last of them. */
  readonly cancelled: boolean
}

const maxTickets = 100_000
const Options = z.strictObject({
  commandId: Id.optional(),
  signal: Signal.optional(),
  progress: Callback<ManyOptions['progress']>().optional(),
  limit: z.int().min(1).max(maxTickets).optional(),
})
const Tickets = z.union([list(Id, maxTickets), z.strictObject({ view: z.string() })])

/** One command on many tickets, one after the other, each a commit of its own with a receipt of its own. */
export async function performMany(
  desk: DeskContext,
  actor: Actor,
  tickets: ManyTickets,
  request: Request,
  options: ManyOptions = {},
): Promise<ManyOutcome> {
  const {
    commandId = desk.ids(),
    signal,
    progress,
    limit = 10_000,
  } = unwrap(parse<z.output<typeof Options>>(Options, options, 'invalid_command', 'options'))
  const asked = unwrap(parse<z.output<typeof Tickets>>(Tickets, tickets, 'invalid_command', 'tickets'))
  const ids = Array.isArray(asked) ? [...new Set(asked)] : await idsOf(desk, asked.view, limit)
  const receipts: TicketReceipt[] = []
  for (const ticketId of ids) {
    if (signal?.aborted) break
    const last = await receiptOf(actor, ticketId, () =>
      submit(desk, actor, ticketId, request, { commandId: contentHash([commandId, ticketId]) }),
    )
    receipts.push(last)
    progress?.({ done: receipts.length, total: ids.length, last })
    await breatheAfter(receipts.length)
  }
  return { commandId, total: ids.length, receipts, cancelled: receipts.length < ids.length }
}

/** The tickets as they stand in the view now: what the command changes there does not make it skip any. */
async function idsOf(desk: DeskContext, view: string, limit: number): Promise<string[]> {
  const ids: string[] = []
  for (let after: Awaited<ReturnType<typeof viewPage>>['next'] = null; ; ) {
    const page = await viewPage(desk, view, {
      limit: Math.min(1_000, limit - ids.length),
      ...(after ? { after } : {}),
    })
    ids.push(...page.tickets.map(({ id }) => id))
    after = page.next
    if (!after || ids.length >= limit) return ids
  }
}

async function receiptOf(actor: Actor, ticketId: string, give: () => Promise<Outcome>): Promise<TicketReceipt> {
  try {
    const { ticket, unchanged, repeated } = await give()
    const result = repeated ? 'repeated' : unchanged ? 'unchanged' : 'changed'
    return { ticketId, result, revision: ticket.revision, error: null }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return { ticketId, result: 'refused', revision: null, error: refusalFor(actor, error as never) }
  }
}

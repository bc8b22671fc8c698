import * as z from 'zod'
import { parseCommand } from '../engine/command.ts'
import { fail, isDeskError, type Refusal, unwrap } from '../errors.ts'
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
  /** Told after each ticket; what it throws is dropped. */
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
  /**
   * What ended it before the last of them: the store failed. With the same `commandId` it goes on. Null: nothing did.
   */
  readonly failure: Refusal | null
  /** The view has more tickets than `limit`: those were left out. */
  readonly more: boolean
  /** More was due in the view than could be brought up to date first. */
  readonly stale: boolean
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
  // a request that is none is refused once, and not ticket by ticket
  unwrap(parseCommand(request, { ticketId: 'any', id: 'any', actor }))
  if (request.type === 'open')
    throw fail('invalid_command', { reason: 'open makes a ticket; this is done to tickets that there are' }, 'type')
  const { ids, more, stale } = Array.isArray(asked)
    ? { ids: [...new Set(asked)], more: false, stale: false }
    : await idsOf(desk, asked.view, limit)
  const receipts: TicketReceipt[] = []
  let failure: Refusal | null = null
  for (const ticketId of ids) {
    if (signal?.aborted) break
    const last = await receiptOf(actor, ticketId, () =>
      submit(desk, actor, ticketId, request, { commandId: contentHash([commandId, ticketId]) }),
    )
    if ('failure' in last) {
      failure = last.failure
      break
    }
    receipts.push(last)
    tell(progress, { done: receipts.length, total: ids.length, last })
    await breatheAfter(receipts.length)
  }
  const cancelled = !failure && receipts.length < ids.length
  return { commandId, total: ids.length, receipts, cancelled, failure, more, stale }
}

/** A listener that throws takes nobody's receipts away. */
function tell(progress: ManyOptions['progress'], what: ManyProgress): void {
  try {
    Promise.resolve(progress?.(what)).catch(() => {})
  } catch {}
}

/** The tickets as they stand in the view now: what the command changes there does not make it skip any. */
async function idsOf(
  desk: DeskContext,
  view: string,
  limit: number,
): Promise<{ readonly ids: readonly string[]; readonly more: boolean; readonly stale: boolean }> {
  const ids: string[] = []
  let stale = false
  for (let after: Awaited<ReturnType<typeof viewPage>>['next'] = null; ; ) {
    const page = await viewPage(desk, view, {
      limit: Math.min(1_000, limit - ids.length),
      ...(after ? { after } : {}),
    })
    ids.push(...page.tickets.map(({ id }) => id))
    stale ||= page.stale
    after = page.next
    if (!after || ids.length >= limit) return { ids, more: after !== null, stale }
  }
}

async function receiptOf(
  actor: Actor,
  ticketId: string,
  give: () => Promise<Outcome>,
): Promise<TicketReceipt | { readonly failure: Refusal }> {
  try {
    const { ticket, unchanged, repeated } = await give()
    const result = repeated ? 'repeated' : unchanged ? 'unchanged' : 'changed'
    return { ticketId, result, revision: ticket.revision, error: null }
  } catch (error) {
    if (!isDeskError(error)) throw error
    const refused = refusalFor(actor, error as never)
    if (!isRefusal(error)) return { failure: refused }
    return { ticketId, result: 'refused', revision: null, error: refused }
  }
}

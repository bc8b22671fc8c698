import { upcastEvent } from '../engine/event.ts'
import { rebuild } from '../engine/evolve.ts'
import { type DeskError, fail, type Refusal, refuse, unwrap } from '../errors.ts'
import { checkShape, isPlainObject, sameJson } from '../model/json.ts'
import { Id, parse } from '../model/schema.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { CommitOutcome } from '../store.ts'
import { exportFormat } from './export.ts'
import type { DeskContext } from './options.ts'
import { breathe } from './pace.ts'
import { isRefusal } from './store-failure.ts'

/** How far an import is. */
export interface ImportProgress {
  /** Lines read, the header included. */
  readonly lines: number
  /** Tickets written, or added to. */
  readonly tickets: number
  readonly events: number
  /** Tickets that were here already, with all that the line has. */
  readonly unchanged: number
  /** Lines that could not be taken; the others are not held up by them. The first 1,000. */
  readonly failed: readonly { readonly line: number; readonly error: Refusal }[]
  /** False when it was stopped: run it again with the same lines. */
  readonly complete: boolean
}

export interface ImportOptions {
  readonly signal?: AbortSignal | undefined
  /** Told after every batch of lines. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
}

/** Tickets written at once: a store may save them together. */
const batchLines = 50
/** A line may hold a ticket with a very long log: 64 million characters. */
const maxLine = 64_000_000
const maxFailed = 1_000

type Counts = { -readonly [K in keyof Omit<ImportProgress, 'failed' | 'complete'>]: number }

/**
 * Takes what `exportLines` gave, of this or another store or tenant: each ticket with its log, as it was, in one
 * commit. What is here already is left alone, so the same lines can be given again after an interruption; a log that
 * goes on from the one here is added to it. Nothing is decided anew, and no effect comes of it.
 * Text may come in pieces of any size.
 */
export async function importLines(
  desk: DeskContext,
  text: AsyncIterable<string> | Iterable<string>,
  { signal, onProgress }: ImportOptions = {},
): Promise<ImportProgress> {
  const counts: Counts = { lines: 0, tickets: 0, events: 0, unchanged: 0 }
  const failed: { line: number; error: Refusal }[] = []
  const progress = (complete: boolean): ImportProgress => ({ ...counts, failed: [...failed], complete })
  let batch: string[] = []
  const writeBatch = async () => {
    const from = counts.lines + 1
    const taken = await Promise.all(
      batch.map((line) => takeLine(desk, line).catch((error: unknown) => asRefusal(error))),
    )
    for (const [i, result] of taken.entries()) {
      if ('code' in result) failed.length < maxFailed && failed.push({ line: from + i, error: result })
      else for (const key of ['tickets', 'events', 'unchanged'] as const) counts[key] += result[key]
    }
    counts.lines += batch.length
    batch = []
    onProgress?.(progress(false))
    await breathe()
  }
  for await (const line of linesOf(text)) {
    if (signal?.aborted) return progress(false)
    batch.push(line)
    if (batch.length === batchLines) await writeBatch()
  }
  if (batch.length > 0) await writeBatch()
  return progress(true)
}

/** Whole lines out of pieces of text, empty ones included. */
async function* linesOf(text: AsyncIterable<string> | Iterable<string>): AsyncGenerator<string, void, void> {
  let rest = ''
  for await (const piece of text) {
    const parts = (rest + piece).split('\n')
    rest = parts.pop() ?? ''
    if (rest.length > maxLine) throw fail('too_large', { limit: maxLine, actual: rest.length, unit: 'characters' })
    yield* parts
  }
  if (rest !== '') yield rest
}

/** What goes wrong with one line is told with its number; what goes wrong with the store stops the import. */
function asRefusal(error: unknown): Refusal {
  if (!isRefusal(error)) throw error
  const { code, facts, path } = error
  return refuse(code, facts as never, path) as Refusal
}

interface Taken {
  readonly tickets: number
  readonly events: number
  readonly unchanged: number
}
const nothing: Taken = { tickets: 0, events: 0, unchanged: 0 }

async function takeLine(desk: DeskContext, line: string): Promise<Taken> {
  if (line.trim() === '') return nothing
  const value = parsed(line)
  if (value.ticketwright === 'export') {
    if (value.format === exportFormat) return nothing
    throw fail('event_too_new', { type: 'export', version: Number(value.format) || 0, known: exportFormat }, 'format')
  }
  const ticketId = unwrap(parse(Id, value.ticketId, 'event_malformed', 'ticketId'))
  if (!Array.isArray(value.events) || value.events.length === 0)
    throw fail('event_malformed', { reason: 'a ticket comes with its events' }, 'events')
  const events = value.events.map((event, i) => ownEvent(desk, ticketId, event, `events[${i}]`))
  return desk.turn(ticketId, () => takeTicket(desk, ticketId, events))
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    if (isPlainObject(value)) return value
  } catch {
    // told below
  }
  throw fail('event_malformed', { reason: 'the line is no JSON object' })
}

/** An event as this desk keeps it: checked, in the form of this release, of this tenant. */
function ownEvent({ tenant }: DeskContext, ticketId: string, event: unknown, path: string): AnyTicketEvent {
  const misshapen = checkShape(event, path)
  if (misshapen) throw fail(misshapen.code, misshapen.facts as never, misshapen.path)
  const known = upcastEvent(event)
  if (known.ticketId !== ticketId || known.id !== `${ticketId}:${known.version}`)
    throw fail('event_malformed', { reason: `an event of another ticket stands in the log of ${ticketId}` }, path)
  return { ...known, tenant }
}

async function takeTicket(desk: DeskContext, ticketId: string, events: readonly AnyTicketEvent[]): Promise<Taken> {
  const { store, tenant } = desk
  const ticket = rebuild(events)
  if (!ticket) return nothing
  const { row } = await store.load(tenant, ticketId)
  const version = row?.ticket.version ?? 0
  const kept = await store.history(tenant, ticketId, { limit: events.length })
  if (!sameJson(kept, events.slice(0, kept.length))) throw fail('ticket_exists', { ticketId }, 'ticketId')
  const fresh = events.slice(kept.length)
  if (fresh.length === 0) return { ...nothing, unchanged: 1 }
  const externalIds = fresh.flatMap((event) =>
    event.type === 'message_added' && event.personal?.externalId ? [event.personal.externalId] : [],
  )
  // no definition planned it: the next look at what is due does
  const plan = { nextAt: null, plannedBy: '' }
  const change = { ticketId, expectedVersion: version, events: fresh, ticket, externalIds, ...plan }
  const committed = await store.commit({ tenant, changes: [change], effects: [] })
  if (!committed.ok) throw conflict(committed, ticketId)
  return { tickets: 1, events: fresh.length, unchanged: 0 }
}

function conflict(found: CommitOutcome & { ok: false }, ticketId: string): DeskError {
  switch (found.conflict) {
    case 'reference':
      return fail('reference_taken', { reference: found.reference }, 'events[0].data.reference')
    case 'external_id':
      return fail('ticket_exists', { ticketId: found.ticketId }, 'externalId')
    case 'version':
      return fail('version_conflict', { ticketId, expected: 0, actual: found.actual }, 'ticketId')
    case 'receipt':
    case 'lease':
    case 'turn':
      return fail('ticket_exists', { ticketId }, 'ticketId')
    default:
      return found satisfies never
  }
}

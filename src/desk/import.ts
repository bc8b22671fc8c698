import { fail, type Refusal, refuse, shown, unwrap } from '../errors.ts'
import { optionsGiven } from '../model/given.ts'
import { isPlainObject } from '../model/json.ts'
import { parse } from '../model/schema.ts'
import { exportFormat } from './export.ts'
import { type Line, linesOf } from './line.ts'
import { Callback, type DeskContext, Signal } from './options.ts'
import { breathe } from './pace.ts'
import { isRefusal } from './store-failure.ts'
import { nothing, type Taken, takeTicket } from './take.ts'

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
/** Characters in memory at once, beside the last line. */
const batchCharacters = 4_000_000
/** A line may hold a ticket with a very long log, a thousand of the longest mails: 256 million characters. */
const maxLine = 256_000_000
const maxFailed = 1_000

type Counts = { -readonly [K in keyof Omit<ImportProgress, 'failed' | 'complete'>]: number }

/**
 * Takes what `exportLines` gave, of this or another store or tenant: each ticket with its log, as it was, in one
 * commit. Every event is checked as a command would be, with the place of what is wrong (`events[3].data.kind`); a line
 * that cannot be taken is told, and the others are. What is here already is left alone, so the same lines can be given
 * again after an interruption; a log that goes on from the one here is added to it, and what was erased since is erased
 * here. Nothing is decided anew, and no effect comes of it. Text may come in pieces of any size.
 * @throws DeskError `invalid_command`, and what a store that fails throws
 */
export async function importLines(
  desk: DeskContext,
  text: AsyncIterable<string> | Iterable<string>,
  options: ImportOptions = {},
): Promise<ImportProgress> {
  const { signal, onProgress } = importGiven(options)
  const counts: Counts = { lines: 0, tickets: 0, events: 0, unchanged: 0 }
  const failed: { line: number; error: Refusal }[] = []
  const progress = (complete: boolean): ImportProgress => ({ ...counts, failed: [...failed], complete })
  let batch: Line[] = []
  let characters = 0
  const writeBatch = async () => {
    const from = counts.lines + 1
    const taken = await Promise.all(
      batch.map((line, i) => takeLine(desk, line, from + i).catch((error: unknown) => asRefusal(error))),
    )
    for (const [i, result] of taken.entries()) {
      if ('code' in result) failed.length < maxFailed && failed.push({ line: from + i, error: result })
      else for (const key of ['tickets', 'events', 'unchanged'] as const) counts[key] += result[key]
    }
    counts.lines += batch.length
    batch = []
    characters = 0
    onProgress?.(progress(false))
    await breathe()
  }
  for await (const line of linesOf(textGiven(text), maxLine)) {
    if (signal?.aborted) return progress(false)
    batch.push(line)
    characters += typeof line === 'string' ? line.length : 0
    if (batch.length === batchLines || characters > batchCharacters) await writeBatch()
  }
  if (batch.length > 0) await writeBatch()
  return progress(true)
}

function importGiven(given: ImportOptions): ImportOptions {
  const options = optionsGiven(given, ['signal', 'onProgress'])
  unwrap(parse(Signal.optional(), options.signal, 'invalid_command', 'options.signal'))
  unwrap(parse(Callback().optional(), options.onProgress, 'invalid_command', 'options.onProgress'))
  return options
}

function textGiven(text: unknown): AsyncIterable<string> | Iterable<string> {
  if (typeof text === 'string') return [text]
  if (typeof text === 'object' && text !== null && (Symbol.asyncIterator in text || Symbol.iterator in text))
    return text as AsyncIterable<string>
  throw fail('invalid_command', { reason: `pieces of text are needed, not ${shown(text)}` }, 'text')
}

/** What goes wrong with one line is told with its number; what goes wrong with the store stops the import. */
function asRefusal(error: unknown): Refusal {
  if (!isRefusal(error)) throw error
  const { code, facts, path } = error
  return refuse(code, facts as never, path) as Refusal
}

async function takeLine(desk: DeskContext, line: Line, number: number): Promise<Taken> {
  if (typeof line !== 'string') throw fail('too_large', { limit: maxLine, actual: line.characters, unit: 'characters' })
  // some editors put a mark of byte order first
  const text = number === 1 && line.startsWith('\ufeff') ? line.slice(1) : line
  if (text.trim() === '') return nothing
  const value = parsed(text)
  if (value.ticketwright !== 'export') return takeTicket(desk, value)
  if (value.format === exportFormat) return nothing
  throw fail('event_too_new', { type: 'export', version: Number(value.format) || 0, known: exportFormat }, 'format')
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

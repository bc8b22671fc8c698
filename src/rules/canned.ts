import * as z from 'zod'
import { type FieldTable, fieldNamed } from '../condition/field.ts'
import { type Refusal, type Result, refuse, shown } from '../errors.ts'
import { bounds } from '../model/bounds.ts'
import { utf8Bytes } from '../model/json.ts'
import { Body, Id, Line, list, Name } from '../model/schema.ts'
import type { Ticket } from '../model/ticket.ts'
import { type Format, formats } from './escape.ts'

/**
 * A message written beforehand. `{{path}}` stands for a fact of the ticket,
 * `{{path|words}}` has words where it is missing.
 */
export interface CannedMessageDefinition<K extends string = string> {
  readonly id: K
  readonly name?: string | undefined
  readonly subject?: string | undefined
  readonly body: string
  /** How values are escaped in the body. `text` unless said. */
  readonly format?: Format | undefined
  readonly language?: string | undefined
  /** Custom fields that may be shown, as `fields.` and their path: all others are none of the reader's business. */
  readonly shows?: readonly string[] | undefined
}

export const CannedMessageSchema = z.strictObject({
  id: Id,
  name: Name.optional(),
  subject: Line.optional(),
  body: Body,
  format: z.enum(['text', 'html']).optional(),
  language: Name.optional(),
  shows: list(Name, 100).optional(),
})
type Parsed = z.output<typeof CannedMessageSchema>

/** What a template may show of any ticket. Everything else is left out on purpose: a message goes to people outside. */
const templatePaths = [
  'reference',
  'subject',
  'status',
  'priority',
  'category',
  'department',
  'assignee',
  'openedAt',
  'postponedUntil',
  'resolvedAt',
  'requester.name',
  'requester.email',
] as const

/** Those of them that every ticket has. */
const alwaysThere: ReadonlySet<string> = new Set(['reference', 'subject', 'status', 'priority', 'openedAt'])

/** A piece of a template: words, or a place to be filled. */
type Piece = string | { readonly path: string; readonly otherwise: string | null }

const place = /\{\{([^{}]*)\}\}/g

/** Words and places, in order. */
function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const { 0: whole, 1: inside = '', index } of template.matchAll(place)) {
    if (index > end) pieces.push(template.slice(end, index))
    const bar = inside.indexOf('|')
    pieces.push({
      path: (bar < 0 ? inside : inside.slice(0, bar)).trim(),
      otherwise: bar < 0 ? null : inside.slice(bar + 1).trim(),
    })
    end = index + whole.length
  }
  if (end < template.length) pieces.push(template.slice(end))
  return pieces
}

/** Every path that a template names and may not, or that there is not. */
export function checkCanned(canned: Parsed, fields: FieldTable, path: string): Refusal[] {
  const shows = canned.shows ?? []
  const wrong = shows.flatMap((name, i) =>
    name.startsWith('fields.') && fieldNamed(fields, name)
      ? []
      : [
          refuse(
            'invalid_definition',
            { reason: `${shown(name)} is no custom field: write fields. and its path` },
            `${path}.shows[${i}]`,
          ),
        ],
  )
  const known = [...templatePaths, ...shows]
  const unknown = (['subject', 'body'] as const).flatMap((part) =>
    placesOf(canned[part] ?? '').flatMap(({ path: name }) =>
      known.includes(name)
        ? []
        : [refuse('unknown_name', { what: 'template path', name: name.slice(0, 100), known }, `${path}.${part}`)],
    ),
  )
  return [...wrong, ...unknown]
}

const placesOf = (template: string) => piecesOf(template).filter((piece) => typeof piece !== 'string')

/** Does a place begin that does not end? It would stand in the text as it is written. */
export const hasUnclosedPlace = (template: string): boolean =>
  piecesOf(template).some((piece) => typeof piece === 'string' && piece.includes('{{'))

/** Paths that a ticket may lack and for which the template has no other words. */
export const maybeMissing = (template: string): string[] =>
  placesOf(template).flatMap(({ path, otherwise }) => (otherwise === null && !alwaysThere.has(path) ? [path] : []))

/** A canned message ready to be filled. */
export interface CannedMessage {
  readonly id: string
  readonly name: string
  readonly format: Format
  readonly language: string | null
  readonly subject: string | null
  readonly body: string
  /** Refusal: `too_large`, where the values make it longer than a body may be. */
  readonly render: (ticket: Readonly<Ticket>) => Result<RenderedMessage>
}

/** What a canned message says to the people of one ticket. */
export interface RenderedMessage {
  readonly subject: string | null
  readonly body: string
  readonly format: Format
  readonly language: string | null
  /** Paths that had no value and no other words: they stand in the text as `[path]`. */
  readonly missing: readonly string[]
}

export function compileCanned(canned: Parsed, fields: FieldTable): CannedMessage {
  const format = canned.format ?? 'text'
  const subject = canned.subject === undefined ? null : piecesOf(canned.subject)
  const body = piecesOf(canned.body)
  const { id, name = id, language = null } = canned
  return {
    id,
    name,
    format,
    language,
    subject: canned.subject ?? null,
    body: canned.body,
    render: (ticket) => {
      const missing = new Set<string>()
      const filled = (pieces: readonly Piece[], harmless: (value: string) => string): string => {
        let text = ''
        for (const piece of pieces) {
          text += typeof piece === 'string' ? piece : fill(piece, fields, ticket, harmless, missing)
          // no further: a place named a thousand times is filled with a long value as often
          if (text.length > bounds.bodyBytes) break
        }
        return text
      }
      const parts = { subject: subject && filled(subject, formats.text), body: filled(body, formats[format]) }
      const error = tooLong('subject', parts.subject ?? '') ?? tooLong('body', parts.body)
      return error ? { ok: false, error } : { ok: true, value: { ...parts, format, language, missing: [...missing] } }
    },
  }
}

function tooLong(part: 'subject' | 'body', text: string): Refusal | undefined {
  const actual = utf8Bytes(text, bounds.bodyBytes)
  return actual > bounds.bodyBytes
    ? refuse('too_large', { limit: bounds.bodyBytes, actual, unit: 'bytes' }, part)
    : undefined
}

/** One pass: what a value holds is never read as a template. */
function fill(
  { path, otherwise }: Exclude<Piece, string>,
  fields: FieldTable,
  ticket: Readonly<Ticket>,
  harmless: (value: string) => string,
  missing: Set<string>,
): string {
  const field = fieldNamed(fields, path)
  const said = field && words(field.read({ ticket: ticket as Ticket }), field.type)
  if (said !== undefined) return harmless(said)
  if (otherwise !== null) return otherwise
  missing.add(path)
  return `[${path}]`
}

/** A value as people read it; undefined: there is none. */
function words(value: unknown, type: string): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value
  if (typeof value === 'number' && type === 'instant')
    return `${new Date(value).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return undefined
}

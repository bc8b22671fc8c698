import * as z from 'zod'
import { isDeskError, type Refusal, type Result, refuse, shown } from '../errors.ts'
import { type DurationInput as Duration, toDuration } from '../time/duration.ts'
import { type InstantInput as Instant, toInstant } from '../time/instant.ts'
import { bounds } from './bounds.ts'
import { checkShape, isPlainObject, type Json, joinPath, pathText, utf8Bytes } from './json.ts'
import { checkBody, checkLine, checkName } from './text.ts'

/** A zod check that speaks in the codes of this library. */
function checked<T>(find: (value: T) => Refusal | undefined) {
  return (context: z.core.ParsePayload<T>): void => {
    const refusal = find(context.value)
    if (refusal)
      context.issues.push({ code: 'custom', input: context.value, params: { refusal }, message: refusal.code })
  }
}

/**
 * Parses by a function that throws a `DeskError`, keeping its code. The compiler takes
 * what the function is written for.
 */
function parsedBy<T, Input>(parse: (value: Input) => T): z.ZodType<T, Input> {
  const parsed = z.unknown().transform((value, context): T => {
    try {
      return parse(value as Input)
    } catch (error) {
      if (!isDeskError(error)) throw error
      context.issues.push({
        code: 'custom',
        input: value,
        params: { refusal: { code: error.code, facts: error.facts } },
        message: error.code,
      })
      return z.NEVER
    }
  })
  return parsed as z.ZodType as z.ZodType<T, Input>
}

const text = (limit: number, check: (value: string) => Refusal | undefined) =>
  z
    .string()
    .check(
      checked((value) =>
        value.length > limit ? refuse('too_large', { limit, actual: value.length, unit: 'characters' }) : check(value),
      ),
    )

/** ASCII letters, digits and `._:-`, 1 to 64 of them. */
export const Id = z
  .string()
  .check(
    checked((value) =>
      value.length > bounds.idCharacters
        ? refuse('too_large', { limit: bounds.idCharacters, actual: value.length, unit: 'characters' })
        : /^[A-Za-z0-9._:-]+$/.test(value)
          ? undefined
          : refuse('invalid_text', { reason: `an id is 1 to ${bounds.idCharacters} of A–Z a–z 0–9 . _ : -` }),
    ),
  )
/** A name people choose: one line, nothing invisible, at most 200 characters. */
export const Name = text(bounds.nameCharacters, checkName)
/** One line of text, possibly empty, at most 500 characters. */
export const Line = text(bounds.subjectCharacters, checkLine)
export const ExternalId = text(bounds.externalIdCharacters, checkName)
export const Body = z.string().check(
  checked((value) => {
    const actual = utf8Bytes(value, bounds.bodyBytes)
    return actual > bounds.bodyBytes
      ? refuse('too_large', { limit: bounds.bodyBytes, actual, unit: 'bytes' })
      : checkBody(value)
  }),
)
/** A number as it is stored and read back: `-0` becomes 0. */
export const Amount = z.number().overwrite((value) => value + 0)
/** A whole number, 0 or more. */
export const Count = z
  .int()
  .min(0)
  .overwrite((value) => value + 0)
export const InstantInput = parsedBy((value: Instant) => toInstant(value))
export const DurationInput = parsedBy((value: Duration) => toDuration(value))

/** Any plain JSON; `-0` becomes 0 so that what is stored is what is read back. */
export const JsonValue: z.ZodType<Json> = z.unknown().transform((value, context): Json => {
  const found = plainJson(value)
  if (found !== undefined) return found
  context.issues.push({ code: 'custom', input: value, message: 'only plain JSON can be stored' })
  return z.NEVER
})

function plainJson(value: unknown): Json | undefined {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return value.includes('\0') ? undefined : value
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : undefined
  if (Array.isArray(value)) {
    const items = value.map(plainJson)
    return items.includes(undefined) ? undefined : (items as Json[])
  }
  if (!isPlainObject(value)) return undefined
  const copy: Record<string, Json> = {}
  for (const [key, inner] of Object.entries(value)) {
    const item = plainJson(inner)
    if (item === undefined || key.includes('\0')) return undefined
    copy[key] = item
  }
  return copy
}

/** A list of at most `limit` entries. */
export const list = <T extends z.ZodType>(item: T, limit: number) =>
  z
    .array(item)
    .check(
      checked((value: unknown[]) =>
        value.length > limit ? refuse('too_large', { limit, actual: value.length, unit: 'entries' }) : undefined,
      ),
    )

/** An object with free keys, at most `limit` of them. */
export const record = <T extends z.ZodType>(item: T, limit: number) =>
  z
    .record(z.string(), item)
    .check(
      checked((value: Record<string, unknown>) =>
        Object.keys(value).length > limit
          ? refuse('too_large', { limit, actual: Object.keys(value).length, unit: 'entries' })
          : undefined,
      ),
    )

/**
 * Fields of the application's own, by name: one line, and no dot, which in conditions leads into a value. One that has
 * such a name all the same, from an earlier release, can be removed.
 */
export const CustomFields = z.record(z.string(), JsonValue).check(
  checked((value: Record<string, Json>) => {
    const actual = Object.keys(value).length
    if (actual > bounds.fields) return refuse('too_large', { limit: bounds.fields, actual, unit: 'entries' })
    for (const [name, held] of Object.entries(value)) {
      const wrong = held === null ? undefined : unaskable(name)
      if (wrong) return refuse('invalid_text', { reason: wrong }, joinPath('', name))
    }
    return undefined
  }),
)

const unaskable = (name: string): string | undefined =>
  name === ''
    ? 'a field needs a name'
    : name.includes('.')
      ? 'the name of a field holds no dot: in conditions it leads into a value'
      : checkLine(name)
        ? 'the name of a field is one line without control characters'
        : undefined

/**
 * Parses a value from outside: shape first (depth, keys, text), then the schema. Refusals
 * have a code and the exact path.
 */
export function parse<T>(
  schema: z.ZodType<T>,
  value: unknown,
  otherwise: 'invalid_command' | 'invalid_definition' | 'event_malformed',
  path = '',
): Result<T> {
  const issues = findIssues(schema, value, otherwise, path)
  return 'value' in issues ? { ok: true, value: issues.value } : { ok: false, error: issues.refusals[0] as Refusal }
}

/** As `parse`, with every finding instead of the first. */
export function findIssues<T>(
  schema: z.ZodType<T>,
  value: unknown,
  otherwise: 'invalid_command' | 'invalid_definition' | 'event_malformed',
  path = '',
): { readonly value: T } | { readonly refusals: readonly Refusal[] } {
  const limit = otherwise === 'invalid_definition' ? bounds.definitionValues : bounds.values
  const parsed = readSafely(schema, value, path, limit)
  if ('refusals' in parsed) return parsed
  return parsed.success
    ? { value: parsed.data }
    : { refusals: parsed.error.issues.map((issue) => toRefusal(issue, otherwise, path)) }
}

/** A value may be anything, also an object whose properties throw when they are read. */
function readSafely<T>(schema: z.ZodType<T>, value: unknown, path: string, limit: number) {
  try {
    const misshapen = checkShape(value, path, limit)
    return misshapen ? { refusals: [misshapen] } : schema.safeParse(value)
  } catch {
    return { refusals: [refuse('invalid_text', { reason: 'a property that cannot be read' }, path)] }
  }
}

function toRefusal(
  issue: z.core.$ZodIssue,
  otherwise: 'invalid_command' | 'invalid_definition' | 'event_malformed',
  start: string,
): Refusal {
  const path = pathText(issue.path, start)
  if (issue.code === 'custom' && issue.params?.refusal) {
    const refusal = issue.params.refusal as Refusal
    const inner =
      refusal.path === undefined
        ? path
        : refusal.path.startsWith('[')
          ? path + refusal.path
          : path === ''
            ? refusal.path
            : `${path}.${refusal.path}`
    return refuse(refusal.code, refusal.facts as never, inner)
  }
  if (issue.code === 'unrecognized_keys')
    return refuse(otherwise, { reason: `unknown key ${shown(issue.keys[0])}` }, joinPath(path, issue.keys[0] ?? ''))
  if (issue.code === 'invalid_union') {
    const nearest = nearestForm(issue)
    if (nearest) return toRefusal(nearest, otherwise, path)
  }
  return refuse(otherwise, { reason: issue.message.slice(0, 200) }, path)
}

/**
 * Of a union's forms the one that was meant: the deepest finding, then the form with the
 * fewest, then a code of its own.
 */
function nearestForm({ errors }: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue | undefined {
  const rank = (form: readonly z.core.$ZodIssue[]) => [
    -(form[0]?.path.length ?? 0),
    form.length,
    form[0]?.code === 'custom' ? 0 : 1,
  ]
  const forms = errors.map((form) => ({ found: form[0], rank: rank(form) }))
  const order = (a: number[], b: number[]) => a.map((part, i) => part - (b[i] ?? 0)).find((by) => by !== 0) ?? 0
  return forms.sort((a, b) => order(a.rank, b.rank))[0]?.found
}

import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { type Refusal, refuse, shown } from '../errors.ts'
import { bounds } from './bounds.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** Keys that reach an object's prototype: accepted nowhere, at no depth. */
export const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Walks a value from outside before anything else reads it: depth, keys, and well-formed text.
 * Iterative, because depth is what it guards against. `Date` and the like are leaves: the schema decides on them.
 */
export function checkShape(root: unknown, path = '', limit: number = bounds.values): Refusal | undefined {
  // where it stands, from the outermost in: paths are put in words only when they are wanted
  const open: Opened[] = []
  const here = () => pathText(open.map(stepOf), path)
  let seen = 0
  /** Looks at a value; one that holds others is opened. */
  const visit = (value: unknown): Refusal | undefined => {
    if (typeof value === 'string') {
      const wrong = unstorable(value)
      return wrong ? refuse('invalid_text', { reason: wrong }, here()) : undefined
    }
    if (typeof value !== 'object' || value === null) return undefined
    if (open.length > bounds.nesting)
      return refuse('too_large', { limit: bounds.nesting, actual: open.length, unit: 'levels' }, here())
    const keys = Array.isArray(value) ? null : Object.keys(value)
    const size = keys ? keys.length : (value as readonly unknown[]).length
    seen += size
    if (seen > limit) return refuse('too_large', { limit, actual: seen, unit: 'entries' }, here())
    if (size > 0 && (!keys || isPlainObject(value))) open.push({ of: value as Opened['of'], keys, size, at: -1 })
    return undefined
  }
  const refusal = visit(root)
  if (refusal) return refusal
  for (let last = open.at(-1); last; last = open.at(-1)) {
    last.at += 1
    if (last.at === last.size) {
      open.pop()
      continue
    }
    const step = stepOf(last)
    if (typeof step === 'string') {
      const wrong = unstorable(step)
      if (wrong)
        return refuse('invalid_text', { reason: `a key with ${wrong}` }, pathText(open.slice(0, -1).map(stepOf), path))
      if (forbiddenKeys.has(step)) return refuse('forbidden_key', { key: step }, here())
    }
    const wrong = visit(last.of[step])
    if (wrong) return wrong
  }
  return undefined
}

/** A list or an object that is being walked, and which of its entries is looked at. */
interface Opened {
  readonly of: { readonly [step: string | number]: unknown }
  /** Of an object. */
  readonly keys: readonly string[] | null
  readonly size: number
  at: number
}

const stepOf = ({ keys, at }: Opened): string | number => (keys ? (keys[at] as string) : at)

/** What no store can keep, wherever it stands in a text. */
const unstorable = (text: string): string | undefined =>
  !text.isWellFormed() ? 'half a surrogate pair' : text.includes('\0') ? 'a NUL character' : undefined

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null
}

/** `calendars[0].hours.mon[0]`: a path as a reader would write it. */
export function pathText(path: readonly PropertyKey[], start = ''): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : joinPath(text, String(step))),
    start,
  )
}

export const joinPath = (path: string, key: string): string => {
  const step = /^[\p{L}\p{N}_$-]{1,64}$/u.test(key) ? key : `[${shown(key)}]`
  return path === '' || step.startsWith('[') ? path + step : `${path}.${step}`
}

/**
 * Freezes a plain value and all that it holds; stops at what is frozen already. `earlier`, frozen, is what it was made
 * from: what they share needs no look.
 */
export function deepFreeze<T>(value: T, earlier?: T | null): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const key in value) {
    const inner = value[key]
    if (typeof inner === 'object' && inner !== null && inner !== earlier?.[key]) deepFreeze(inner, earlier?.[key])
  }
  return Object.freeze(value)
}

/** A copy of plain JSON that shares nothing with its source. */
export function copyJson<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(copyJson) as T
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(value)) copy[key] = copyJson((value as Record<string, unknown>)[key])
  return copy as T
}

/** JSON with sorted keys: equal content gives equal text, whatever order it was written in. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isPlainObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  )
}

/**
 * The first 32 hexadecimal digits of SHA-256 over canonical JSON: names a definition, a level, a calendar, a payload.
 */
export function contentHash(value: unknown): string {
  return bytesToHex(sha256(new TextEncoder().encode(canonicalJson(value)))).slice(0, 32)
}

/** Equal as JSON, key order apart. */
export function sameJson(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && canonicalJson(a) === canonicalJson(b))
}

/** Bytes of a text in UTF-8; counts no further than needed to know that it exceeds `limit`. */
export function utf8Bytes(text: string, limit: number): number {
  return text.length > limit
    ? text.length
    : text.length * 3 <= limit
      ? text.length
      : new TextEncoder().encode(text).length
}

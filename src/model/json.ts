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
  const todo: Place[] = [{ value: root, step: path, within: null, depth: 0 }]
  let seen = 0
  for (let next = todo.pop(); next; next = todo.pop()) {
    const { value, depth } = next
    if (typeof value === 'string') {
      const wrong = unstorable(value)
      if (wrong) return refuse('invalid_text', { reason: wrong }, pathTo(next))
      continue
    }
    if (typeof value !== 'object' || value === null) continue
    if (depth > bounds.nesting)
      return refuse('too_large', { limit: bounds.nesting, actual: depth, unit: 'levels' }, pathTo(next))
    const keys = Array.isArray(value) ? undefined : Object.keys(value)
    seen += keys ? keys.length : (value as readonly unknown[]).length
    if (seen > limit) return refuse('too_large', { limit, actual: seen, unit: 'entries' }, pathTo(next))
    if (!keys) {
      const list = value as readonly unknown[]
      for (let i = list.length - 1; i >= 0; i--) todo.push({ value: list[i], step: i, within: next, depth: depth + 1 })
    } else if (isPlainObject(value)) {
      for (const key of keys) {
        const wrong = unstorable(key)
        if (wrong) return refuse('invalid_text', { reason: `a key with ${wrong}` }, pathTo(next))
        if (forbiddenKeys.has(key)) return refuse('forbidden_key', { key }, joinPath(pathTo(next), key))
        todo.push({ value: value[key], step: key, within: next, depth: depth + 1 })
      }
    }
  }
  return undefined
}

/** A value and where it was found: in words only when they are wanted, which is once at most. */
interface Place {
  readonly value: unknown
  /** Of the root the path that was given. */
  readonly step: string | number
  readonly within: Place | null
  readonly depth: number
}

function pathTo(place: Place): string {
  const steps: (string | number)[] = []
  let at = place
  for (; at.within; at = at.within) steps.push(at.step)
  return pathText(steps.reverse(), String(at.step))
}

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

/** The first 32 hexadecimal digits of SHA-256 over canonical JSON: names a definition, a level, a calendar, a payload. */
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

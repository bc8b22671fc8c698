import { type Refusal, refuse } from '../errors.ts'

/**
 * The one fold of text identity and matching: NFKC, lower·upper·lower (sparing ı, which has no
 * lower-case partner of its own), ς→σ, NFKC. Agrees with Unicode case folding, which `toLowerCase`
 * alone does not in 125 code points. Idempotent: `foldText(foldText(x)) === foldText(x)`.
 * @example foldText('Straße') === foldText('STRASSE') // => true
 */
export function foldText(text: string): string {
  if (isAscii(text)) return text.toLowerCase()
  return text
    .normalize('NFKC')
    .split('ı')
    .map((part) => part.toLowerCase().toUpperCase().toLowerCase())
    .join('ı')
    .replaceAll('ς', 'σ')
    .normalize('NFKC')
}

/** Nothing else to fold in it than A to Z. */
const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text)

/** Control characters, line and paragraph separators. */
const lineBreaking = /[\p{Cc}\u2028\u2029]/u
/** Those, and invisible format characters (zero-width space, bidi marks). */
const invisible = /[\p{Cc}\p{Cf}\u2028\u2029]/u

/** Refuses what must not stand in a subject, a name or an address: control characters and line breaks. */
export function checkLine(text: string): Refusal | undefined {
  return lineBreaking.test(text) ? refuse('invalid_text', { reason: 'a control character or a line break' }) : undefined
}

/** Refuses what must not stand in a name that is compared (tags): also characters nobody can see. */
export function checkName(text: string): Refusal | undefined {
  if (text.trim() === '') return refuse('invalid_text', { reason: 'empty text' })
  return invisible.test(text) ? refuse('invalid_text', { reason: 'a control or format character' }) : undefined
}

/** Refuses NUL, which PostgreSQL cannot store; everything else may stand in a body. */
export function checkBody(text: string): Refusal | undefined {
  return text.includes('\0') ? refuse('invalid_text', { reason: 'a NUL character' }) : undefined
}

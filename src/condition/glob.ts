/** At most this many `*` and `?` stand in one pattern. */
export const maxWildcards = 20

/** A pattern in parts: a literal text (by character), any run of characters, or any one. */
export type GlobPart = { readonly literal: readonly string[] } | 'run' | 'one'

/** `*` is any run of characters, `?` any one; a backslash takes the next character as it is. */
export function globParts(pattern: string): readonly GlobPart[] {
  const parts: GlobPart[] = []
  let literal: string[] = []
  const close = () => {
    if (literal.length > 0) parts.push({ literal })
    literal = []
  }
  const characters = [...pattern]
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string
    if (character === '\\' && i + 1 < characters.length) literal.push(characters[++i] as string)
    else if (character === '*' || character === '?') {
      close()
      const part = character === '*' ? 'run' : 'one'
      if (part !== 'run' || parts.at(-1) !== 'run') parts.push(part)
    } else literal.push(character)
  }
  close()
  return parts
}

export const wildcardsIn = (pattern: string): number =>
  globParts(pattern).filter((part) => typeof part === 'string').length

/** A stretch of a pattern between two runs: literal texts, and null for any one character. */
type Word = readonly (string | null)[]

/**
 * Does the whole text fit the pattern? Each word between two runs is looked for once, from left to right: its first
 * place is as good as a later one. So the time grows with the text and not with what it holds.
 */
export function globTest(pattern: string): (text: string) => boolean {
  const words = wordsOf(globParts(pattern))
  const [first = [], ...others] = words
  const last = others.pop()
  if (!last) return (text) => endOf(first, text, 0) === text.length
  const seekers = others.map(seekerOf)
  return (text) => {
    let at = endOf(first, text, 0)
    for (const seek of seekers) {
      if (at < 0) return false
      at = seek(text, at)
    }
    return at >= 0 && startOf(last, text) >= at
  }
}

function wordsOf(parts: readonly GlobPart[]): readonly Word[] {
  const words: (string | null)[][] = [[]]
  for (const part of parts)
    if (part === 'run') words.push([])
    else words.at(-1)?.push(part === 'one' ? null : part.literal.join(''))
  return words
}

/** How many units the character at a place has. */
const sizeAt = (text: string, at: number): number => ((text.codePointAt(at) as number) > 0xffff ? 2 : 1)

/** Where a word ends that begins at a place; -1 where it does not stand there. */
function endOf(word: Word, text: string, from: number): number {
  let at = from
  for (const part of word)
    if (part !== null) {
      if (!text.startsWith(part, at)) return -1
      at += part.length
    } else if (at < text.length) at += sizeAt(text, at)
    else return -1
  return at
}

/** Where a word begins with which a text ends; -1 where it does not. */
function startOf(word: Word, text: string): number {
  let at = text.length
  for (const part of word.toReversed())
    if (part !== null) {
      at -= part.length
      if (at < 0 || !text.startsWith(part, at)) return -1
    } else if (at === 0) return -1
    else at -= at > 1 && sizeAt(text, at - 2) === 2 ? 2 : 1
  return at
}

/** Where a word ends whose first place lies at or after another place; -1 where it has none. */
type Seeker = (text: string, from: number) => number

function seekerOf(word: Word): Seeker {
  const [only] = word
  if (word.length > 1 || only === undefined || only === null) return gappedSeeker(word)
  return (text, from) => {
    const at = text.indexOf(only, from)
    return at < 0 ? -1 : at + only.length
  }
}

/**
 * All places at once, a bit for each character of the word that has been met so far (Baeza-Yates and Gonnet, 1992): a
 * step for each character of the text and each 32 of the word, where going back would take their product.
 */
function gappedSeeker(word: Word): Seeker {
  const characters = word.flatMap((part) => (part === null ? [null] : [...part]))
  const cells = Math.ceil(characters.length / 32)
  const withBits = (fits: (character: string | null) => boolean): Int32Array => {
    const bits = new Int32Array(cells)
    for (const [i, character] of characters.entries()) if (fits(character)) (bits[i >> 5] as number) |= 1 << (i & 31)
    return bits
  }
  const gaps = withBits((character) => character === null)
  const known = new Map<number, Int32Array>()
  for (const character of characters)
    if (character !== null)
      known.set(
        character.codePointAt(0) as number,
        withBits((other) => other === null || other === character),
      )
  const [lastCell, lastBit] = [cells - 1, 1 << ((characters.length - 1) & 31)]
  return (text, from) => {
    const met = new Int32Array(cells)
    for (let at = from; at < text.length; ) {
      const character = text.codePointAt(at) as number
      at += character > 0xffff ? 2 : 1
      const fitting = known.get(character) ?? gaps
      let carried = 1
      for (let cell = 0; cell < cells; cell++) {
        const before = met[cell] as number
        met[cell] = ((before << 1) | carried) & (fitting[cell] as number)
        carried = before >>> 31
      }
      if (((met[lastCell] as number) & lastBit) !== 0) return at
    }
    return -1
  }
}

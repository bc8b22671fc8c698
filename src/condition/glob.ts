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

/**
 * Does the whole text fit the pattern? Goes back to the last `*` only, so its time is at most the product of both
 * lengths, whatever they hold.
 */
export function globTest(pattern: string): (text: string) => boolean {
  const steps = globParts(pattern).flatMap((part): readonly (string | null | undefined)[] =>
    part === 'run' ? [undefined] : part === 'one' ? [null] : part.literal,
  )
  return (text) => {
    let at = 0
    let step = 0
    let backTo = -1
    let runStart = 0
    while (at < text.length) {
      const wanted = steps[step]
      const found = String.fromCodePoint(text.codePointAt(at) as number)
      if (step < steps.length && wanted === undefined) {
        backTo = ++step
        runStart = at
      } else if (step < steps.length && (wanted === null || wanted === found)) {
        step++
        at += found.length
      } else if (backTo >= 0) {
        step = backTo
        runStart += String.fromCodePoint(text.codePointAt(runStart) as number).length
        at = runStart
      } else return false
    }
    while (step < steps.length && steps[step] === undefined) step++
    return step === steps.length
  }
}

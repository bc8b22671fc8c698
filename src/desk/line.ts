import { fail, shown } from '../errors.ts'

/** A whole line, or how long one was that is too long to be kept. */
export type Line = string | { readonly characters: number }

/**
 * Whole lines out of pieces of text, empty ones included; each character is looked at once, however the text is cut.
 * No more than `limit` characters of a line are kept.
 * @throws DeskError `invalid_command` for pieces that are no text
 */
export async function* linesOf(
  text: AsyncIterable<string> | Iterable<string>,
  limit: number,
): AsyncGenerator<Line, void, void> {
  let parts: string[] = []
  let characters = 0
  const add = (part: string) => {
    characters += part.length
    if (characters <= limit) parts.push(part)
    else parts = []
  }
  const end = (): Line => {
    const line = characters > limit ? { characters } : parts.join('')
    parts = []
    characters = 0
    return line
  }
  for await (const piece of text) {
    if (typeof piece !== 'string')
      throw fail(
        'invalid_command',
        { reason: `text comes as strings (decode bytes first), not ${shown(piece)}` },
        'text',
      )
    let from = 0
    for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', from)) {
      add(piece.slice(from, at))
      yield end()
      from = at + 1
    }
    if (from < piece.length) add(piece.slice(from))
  }
  if (characters > 0) yield end()
}

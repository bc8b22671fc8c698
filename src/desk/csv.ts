/** What a formula may begin with, in full-width, small and raised forms as well, and the minus of typography. */
const begins = /[=+\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−]/gu
/** What a spreadsheet may pass over before it: spaces, controls, and what nobody can see. */
const hidden = /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]$/u
/**
 * Where a cell may begin for a program that takes another separator than the comma: a double click does, where the
 * lists of the country are separated by `;`. It sees no quotes that stand in the middle of what it takes for a cell.
 */
const separators: ReadonlySet<string> = new Set([';', '\t', '\r', '\n'])

/**
 * A value as a cell of RFC 4180. Text that might run as a formula, from its beginning or from a separator
 * within it, gets an apostrophe in front of that, so that it is shown and not run. Numbers and truths
 * stand as they are; what is missing is empty.
 */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const harmless = defused(text)
  return harmless !== text || /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${harmless.replaceAll('"', '""')}"` : text
}

export const csvLine = (values: readonly unknown[]): string => `${values.map(csvCell).join(',')}\r\n`

/** Each character is looked at once: what is passed over ends where the formula before it began. */
function defused(text: string): string {
  const places = /^[\t\r\n]/.test(text) ? [0] : []
  for (const { index } of text.matchAll(begins)) {
    const place = cellBefore(text, index)
    if (place !== undefined && place !== places.at(-1)) places.push(place)
  }
  let harmless = ''
  let from = 0
  for (const place of places) {
    harmless += `${text.slice(from, place)}'`
    from = place
  }
  return harmless + text.slice(from)
}

/**
 * Where the cell begins that a formula at `end` would be the beginning of; undefined: it stands in the middle of one.
 */
function cellBefore(text: string, end: number): number | undefined {
  let quoted = false
  for (let at = end; at > 0; ) {
    const low = text.charCodeAt(at - 1)
    const length = low >= 0xdc00 && low <= 0xdfff && at > 1 ? 2 : 1
    const one = text.slice(at - length, at)
    if (separators.has(one)) return at
    // quotes that we double may be read as those of a cell
    if (one === '"') quoted = true
    else if (!hidden.test(one)) return undefined
    at -= length
  }
  return quoted ? undefined : 0
}

/**
 * A cell that a spreadsheet might take for a formula begins, after spaces and what nobody can see, with one of these,
 * full-width forms included; or with a tab or a line break.
 */
const formula = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|^[\t\r\n]/u

/**
 * A value as a cell of RFC 4180: text that might run as a formula gets an apostrophe in front, so that it is shown
 * and not run. Numbers and truths stand as they are; what is missing is empty.
 */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const harmless = formula.test(text) ? `'${text}` : text
  return harmless !== text || /[",\r\n]|^\s|\s$/.test(text) ? `"${harmless.replaceAll('"', '""')}"` : text
}

export const csvLine = (values: readonly unknown[]): string => `${values.map(csvCell).join(',')}\r\n`

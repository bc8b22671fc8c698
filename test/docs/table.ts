/**
 * The rows of all tables whose first column has a title, or of the `nth` of them (from 0): cells as they are written.
 */
export function rowsOf(markdown: string, title: string, nth?: number): string[][] {
  const lines = markdown.split('\n')
  const heads = lines.flatMap((line, i) => (line.startsWith(`| ${title} |`) ? [i] : []))
  const tables = heads.map((head) => {
    const rest = lines.slice(head + 2)
    const end = rest.findIndex((line) => !line.startsWith('|'))
    return rest.slice(0, end < 0 ? undefined : end).map(cells)
  })
  return nth === undefined ? tables.flat() : (tables[nth] ?? [])
}

const cells = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())

/** What stands in backticks. */
export const codesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

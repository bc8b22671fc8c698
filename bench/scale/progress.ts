/** A line on a terminal that is written over; quiet where nobody looks. */
export function progress(text: string): void {
  if (!process.stderr.isTTY) return
  process.stderr.write(`\r\u001b[2K${text.slice(0, (process.stderr.columns || 80) - 1)}`)
}

/** The line is no more. */
export const progressDone = (): void => progress('')

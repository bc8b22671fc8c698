const width = 40

/** A bar on a terminal; nothing anywhere else. */
export function progressBar(stream: NodeJS.WriteStream = process.stderr) {
  let shown: number | undefined
  return {
    show(done: number, total: number): void {
      const percent = Math.floor((100 * done) / total)
      if (!stream.isTTY || percent === shown) return
      shown = percent
      const filled = Math.round((width * percent) / 100)
      stream.write(`\r${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${percent} %`)
    },
    clear(): void {
      if (shown !== undefined) stream.write(`\r${' '.repeat(width + 7)}\r`)
      shown = undefined
    },
  }
}

const width = 40

/** A bar on a terminal; nothing anywhere else. */
export function progressBar(total: number, stream: NodeJS.WriteStream = process.stderr) {
  if (!stream.isTTY || total === 0) return { show: () => {}, clear: () => {} }
  let shown = -1
  return {
    show(done: number): void {
      const percent = Math.floor((100 * done) / total)
      if (percent === shown) return
      shown = percent
      const filled = Math.round((width * done) / total)
      stream.write(`\r${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${percent} %`)
    },
    clear: (): void => void stream.write(`\r${' '.repeat(width + 7)}\r`),
  }
}

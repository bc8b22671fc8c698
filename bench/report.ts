import { readFileSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform } from 'node:os'

/** A page that suites write their parts of: its file, and how it begins when there is none. */
interface Page {
  readonly file: URL
  readonly head: string
}

const benchmarks: Page = {
  file: new URL('../docs/benchmarks.md', import.meta.url),
  head: `# Benchmarks

Made by \`bench/run\`; every figure is from one run on one machine, so read the ratios. Nothing fails for being slow.
`,
}

/** Writes a suite's part of a page, docs/benchmarks.md unless said, and leaves the others. */
export function writeSection(suite: string, title: string, body: string, page: Page = benchmarks) {
  const [begin, end] = [`<!-- ${suite} -->`, `<!-- /${suite} -->`]
  const cpu = cpus()
  const machine = `${cpu.length} × ${cpu[0]?.model.trim() || 'unknown processor'}, ${platform()} ${arch()}`
  const made = `*${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, tz data ${process.versions.tz}, ${machine}, shared with other work.*`
  const section = `${begin}\n## ${title}\n\n${made}\n\n${body.trim()}\n${end}\n`
  const before = existing(page)
  const [from, to] = [before.indexOf(begin), before.indexOf(end)]
  const after =
    from >= 0 && to > from
      ? before.slice(0, from) + section + before.slice(to + end.length + 1)
      : `${before}\n${section}`
  writeFileSync(page.file, after)
}

function existing({ file, head }: Page): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return head
  }
}

export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(columns), line(columns.map((_, i) => (i ? '--:' : '---'))), ...rows.map(line)].join('\n')
}

/** Two digits that mean something. */
export function figure(value: number): string {
  if (value >= 100) return Number(value.toPrecision(2)).toLocaleString('en')
  return String(Number(value.toPrecision(2)))
}

export function duration(ns: number): string {
  if (ns < 1e3) return `${figure(ns)} ns`
  if (ns < 1e6) return `${figure(ns / 1e3)} µs`
  return `${figure(ns / 1e6)} ms`
}

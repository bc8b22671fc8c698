import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'

const root = resolve(import.meta.dirname, '../..')

/** A line of the log, as it stands in the file. */
export interface Row {
  readonly at: string
  readonly incident: string
  readonly mod: number
  readonly state: string
  readonly priority: 1 | 2 | 3 | 4
  readonly group: string | null
  readonly assignee: string | null
  readonly openedAt: string
}

export const log: readonly Row[] = gunzipSync(readFileSync(join(root, 'examples/data/incidents-2000.jsonl.gz')))
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))

/** The rows of every n-th incident and of those named, in the order of the log. */
export function sliceOf(every: number, named: readonly string[] = []): readonly Row[] {
  const incidents = [...new Set(log.map((row) => row.incident))]
  const chosen = new Set([...incidents.filter((_, i) => i % every === 0), ...named])
  return log.filter((row) => chosen.has(row.incident))
}

/** The same incidents several times over, one copy after the other, under other names: a file as long as you like. */
export const copiesOf = (rows: readonly Row[], copies: number): readonly Row[] =>
  Array.from({ length: copies }, (_, i) => rows.map((row) => ({ ...row, incident: `${row.incident}.${i}` }))).flat()

export const linesOf = (rows: readonly Row[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

/** A file that is gone after the test. */
export function temporaryFile(name: string, content?: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'ticketwright-example-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, name)
  if (content !== undefined) writeFileSync(file, content)
  return file
}

/** Runs an example as people do. The build must be up to date. */
export function runExample(example: string, ...args: readonly string[]) {
  const { stdout, stderr, status } = spawnSync('node', [join(root, 'examples', example), ...args], { encoding: 'utf8' })
  return { stdout, stderr, status }
}

/** The same, while the test goes on. */
export async function runExampleMeanwhile(example: string, ...args: readonly string[]) {
  const child = spawn('node', [join(root, 'examples', example), ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [status] = (await ended) as [number | null]
  return { stdout, stderr, status }
}

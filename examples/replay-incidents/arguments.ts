import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { toInstant } from 'ticketwright'
import { UsageError } from './failure.ts'

export const usage = `Usage: npm run example:replay -- [options]

  --file X.jsonl(.gz)            incidents to replay (default: examples/data/incidents-2000.jsonl.gz)
  --at INSTANT                   when to look at the queues, such as 2016-04-11T10:00:00Z
                                 (default: the time of the snapshot in the middle of the file)
  --shift DAY                    a day whose incidents a team works through by next, such as 2016-03-22
                                 (default: the one on which most were opened)
  --store memory|sqlite:FILE     where to keep the tickets (default: memory); FILE must not exist yet
  --timeline FILE.svg|none       where to draw the worst breach (default: a file in the folder for temporary files)
  --json                         print one JSON object
  --help                         print this
`

export interface Arguments {
  readonly file: string
  /** null: the middle of the file. */
  readonly at: number | null
  /** null: the day on which most incidents were opened. */
  readonly shift: string | null
  /** Path of a SQLite file; null: in memory. */
  readonly sqliteFile: string | null
  /** Where the timeline of the worst breach goes; null: nowhere. */
  readonly timelineFile: string | null
  readonly json: boolean
  readonly help: boolean
}

const standardFile = fileURLToPath(new URL('../data/incidents-2000.jsonl.gz', import.meta.url))

const standardTimeline = join(tmpdir(), 'ticketwright-worst-breach.svg')

const options = {
  file: { type: 'string', default: standardFile },
  at: { type: 'string' },
  shift: { type: 'string' },
  store: { type: 'string', default: 'memory' },
  timeline: { type: 'string', default: standardTimeline },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** @throws UsageError */
export function readArguments(args: readonly string[]): Arguments {
  const { file, at, shift, store, timeline, json, help } = orUsage(() => parseArgs({ args: [...args], options }).values)
  if (file === '') throw new UsageError('--file needs the name of a file')
  if (timeline === '') throw new UsageError('--timeline needs the name of a file, or none')
  return {
    file,
    at: at === undefined ? null : orUsage(() => toInstant(at, '--at')),
    shift: shift === undefined ? null : dayFrom(shift),
    sqliteFile: sqliteFileOf(store),
    timelineFile: timeline === 'none' ? null : timeline,
    json,
    help,
  }
}

function dayFrom(text: string): string {
  return orUsage(() => new Date(toInstant(`${text}T00:00:00Z`, '--shift')).toISOString().slice(0, 10))
}

function sqliteFileOf(store: string): string | null {
  if (store === 'memory') return null
  const file = /^sqlite:(.+)$/.exec(store)?.[1]
  if (file === undefined) throw new UsageError(`--store: write memory or sqlite:FILE, not ${store}`)
  return file
}

function orUsage<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { UsageError } from '../replay-incidents/failure.ts'

export const usage = `Usage: npm run example:workers -- [options]

  --every N      every n-th incident of the log from 1 to 100 (default: 40, some 340 commands; 1: all of them)
  --boss         deadlines and effects are jobs of pg-boss
  --url URL      of a PostgreSQL server; a database is made there, and removed (default: a server is started)
  --json         print one JSON object
  --help         print this
`

export interface Arguments {
  readonly file: string
  readonly every: number
  readonly boss: boolean
  /** null: a server of its own. */
  readonly url: string | null
  readonly json: boolean
  readonly help: boolean
}

const options = {
  every: { type: 'string', default: '40' },
  boss: { type: 'boolean', default: false },
  url: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

const file = fileURLToPath(new URL('../data/incidents-2000.jsonl.gz', import.meta.url))

/** @throws UsageError */
export function readArguments(args: readonly string[]): Arguments {
  const { every, url = null, ...flags } = parsed(args)
  if (!/^([1-9]\d?|100)$/.test(every)) throw new UsageError(`--every needs a number from 1 to 100, not ${every}`)
  return { file, every: Number(every), url, ...flags }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

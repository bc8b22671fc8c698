import { toInstant } from 'ticketwright'
import * as z from 'zod'
import { InputError } from './failure.ts'
import { linesOf } from './lines.ts'

const states = [
  'New',
  'Active',
  'Awaiting User Info',
  'Awaiting Vendor',
  'Awaiting Problem',
  'Awaiting Evidence',
  'Resolved',
  'Closed',
  '-100',
] as const
export type State = (typeof states)[number]

const Text = z.string().min(1)
const Instant = z.string().transform((text, context) => {
  try {
    return toInstant(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})

/** A line of the file, as far as a replay may know it: how the incident ended is on every row and is left out. */
const Snapshot = z.object({
  at: Instant,
  incident: Text,
  mod: z.int().min(0),
  state: z.preprocess((state) => (state === -100 ? '-100' : state), z.enum(states)),
  priority: z.literal([1, 2, 3, 4]),
  group: Text.nullable(),
  assignee: Text.nullable(),
  caller: Text.nullable(),
  category: Text.nullable(),
  openedAt: Instant,
  /** A verdict stamped at the end: compared with ours afterwards, never replayed. */
  madeSla: z.boolean().nullable(),
})
export type Snapshot = Readonly<z.output<typeof Snapshot>>

/**
 * Every snapshot of a file, in the order in which they happened: by time, then by update counter.
 * @throws InputError with the number of the line
 */
export async function readSnapshots(file: string): Promise<readonly Snapshot[]> {
  const snapshots: Snapshot[] = []
  for await (const lines of linesOf(file)) {
    for (const line of lines) snapshots.push(snapshotOf(line, `${file}: line ${snapshots.length + 1}`))
  }
  return snapshots.sort((a, b) => a.at - b.at || a.mod - b.mod)
}

function snapshotOf(line: string, where: string): Snapshot {
  const parsed = Snapshot.safeParse(jsonOf(line, where))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new InputError(`${where}: ${[issue?.path.join('.'), issue?.message].filter(Boolean).join(': ')}`)
}

function jsonOf(line: string, where: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new InputError(`${where}: ${line.trim() === '' ? 'it is empty' : 'it is not JSON'}`)
  }
}

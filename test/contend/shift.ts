/** What this process is to do, as it was told when it was forked, and what it has done so far. */
import { randomFrom } from '../crash/random.ts'
import type { Claim, Given, Said, Task } from './protocol.ts'

export const task = JSON.parse(process.argv[2] ?? '') as Task

export const said = {
  claims: [] as Claim[],
  heldByOthers: 0,
  acknowledged: [] as Said['acknowledged'][number][],
  raised: {} as Record<string, number>,
  tooLate: 0,
  refused: [] as string[],
  withRow: [] as string[],
  undone: 0,
  company: { calls: 0, commits: 0, conflicts: 0, held: 0, failed: 0 },
  conflicts: 0,
  facts: 0,
  delivered: [] as Given[],
  wrong: [] as string[],
}

export const random = randomFrom(task.seed)
/** A whole number from 0 on. */
export const below = (limit: number) => Math.floor(random() * limit)
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

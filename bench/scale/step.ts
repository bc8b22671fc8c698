import { statfsSync } from 'node:fs'
import type { Filling, Spent } from './fill.ts'
import { type Size, total } from './size.ts'

/** What is left of the disk to others. */
const keepBytes = 25e9
/** Room for the log of what is written, and for sorting. */
const besideBytes = 6e9

/** What a filling took, for the next one to be planned by. */
export interface Taken {
  readonly tickets: number
  readonly spent: Spent
  readonly sizes: readonly Size[]
}

/**
 * The filling of so many tickets, or as near to it as the disk and the time allow: first fewer tickets have their
 * events, then there are fewer tickets. Null where less than twice what was there would come of it. What was filled
 * before is gone by then.
 */
export function affordable(tickets: number, folder: string, secondsLeft: number, before: Taken): Filling | null {
  const { bavail, bsize } = statfsSync(folder)
  const bytesLeft = bavail * bsize - keepBytes - besideBytes
  const eventBytes = total(before.sizes.filter(({ table }) => table === 'events')) / before.tickets
  const restBytes = total(before.sizes.filter(({ table }) => table !== 'events')) / before.tickets
  const [eventMs, restMs] = [before.spent.events / before.tickets, before.spent.rest / before.tickets]
  for (let most = tickets; most >= 2 * before.tickets; most = Math.round(most / 1.25))
    for (const eventsOfOneIn of [1, 2, 4, 8, 16, 32]) {
      const bytes = most * (restBytes + eventBytes / eventsOfOneIn) * 1.1
      const seconds = (most * (restMs + eventMs / eventsOfOneIn) * 1.25) / 1_000
      if (bytes <= bytesLeft && seconds <= secondsLeft) return { tickets: most, eventsOfOneIn }
    }
  return null
}

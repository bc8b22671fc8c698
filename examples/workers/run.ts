import { setTimeout as pause } from 'node:timers/promises'
import { createDesk, type Desk } from 'ticketwright'
import { postgresStore } from 'ticketwright/postgres'
import { readSnapshots } from '../replay-incidents/snapshot.ts'
import { openPool } from '../web/pool.ts'
import type { Arguments } from './arguments.ts'
import { Crew, type Worker } from './crew.ts'
import { definition } from './definition.ts'
import { examine, type Findings } from './examine.ts'
import { expectedOf, logOf } from './expected.ts'
import { type Day, daysOf, FrontDesk, stepsIn } from './incidents.ts'
import { hiddenMs, timeTable } from './log-time.ts'
import { bossOffice, type Office, plainOffice } from './office.ts'
import { outsideTable, received } from './outside.ts'
import { freshDatabase } from './server.ts'

/** What came of it. */
export interface Run extends Findings {
  readonly postgres: string
  readonly incidents: number
  readonly commands: number
  readonly refused: number
  readonly workers: readonly Worker[]
}

/** Commands at once, each of another incident. */
const atOnce = 8
/** Three workers; the second is killed in the middle of its fifth effect. */
const crewOf = [0, 5, 0]
/** After the last command, so that all closes that will. */
const afterwardsMs = 30 * 86_400_000

export async function run(args: Arguments, watch: (done: number, total: number) => void): Promise<Run> {
  const days = daysOf(await readSnapshots(args.file), args.every)
  const endsAt = (days.at(-1)?.endsAt ?? 0) + afterwardsMs
  const database = await freshDatabase(args.url)
  const pool = openPool({ connectionString: database.url, max: atOnce + 4 }, console.error)
  const crew = new Crew()
  try {
    await pool.query(`${timeTable}; INSERT INTO time_of_the_log VALUES (0); ${outsideTable}`)
    const clock = { at: days[0]?.endsAt ?? 0, now: () => clock.at }
    const store = postgresStore(pool, { clock })
    const plain = createDesk({ definition, store, clock }) as unknown as Desk
    await store.now() // the tables are there before anybody works
    const office = await (args.boss ? bossOffice : plainOffice)({ pool, url: database.url, desk: plain, crew, store })
    for (const [i, stopsAt] of crewOf.entries())
      crew.start({ url: database.url, name: `worker-${i + 1}`, boss: args.boss, stopsAt })
    const frontDesk = new FrontDesk()
    const total = stepsIn(days)
    for (const day of days) {
      clock.at = day.endsAt
      await workThrough(day, frontDesk, office, () => watch(frontDesk.counts.given, total))
      await office.timeIs(day.endsAt)
      await until(() => office.goesOn(day.endsAt), crew)
    }
    // the second time for what the killed worker had in hand
    for (const at of [endsAt, endsAt + 2 * hiddenMs]) {
      clock.at = at
      await office.timeIs(at)
      await until(() => office.isQuiet(at), crew)
    }
    await crew.stop()
    await office.close()
    const findings = examine(await expectedOf(days, endsAt + 2 * hiddenMs), await logOf(plain), await received(pool))
    const { given: commands, refused } = frontDesk.counts
    const incidents = new Set(days.flatMap((day) => day.incidents.map(([first]) => first?.snapshot.incident))).size
    return { postgres: database.version, incidents, commands, refused, workers: crew.workers, ...findings }
  } finally {
    await crew.stop()
    await pool.end()
    await database.close()
  }
}

/** Several incidents at once, each in its order. */
async function workThrough({ incidents }: Day, frontDesk: FrontDesk, office: Office, onStep: () => void) {
  const left = [...incidents]
  const work = async () => {
    for (let steps = left.shift(); steps; steps = left.shift())
      for (const step of steps) {
        await office.commit((desk) => frontDesk.give(desk, step))
        onStep()
      }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

/** Workers have so long to do what is waited for. */
const patienceMs = 120_000

async function until(holds: () => Promise<boolean>, crew: Crew): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await holds())) {
    crew.check()
    if (performance.now() > deadline) {
      const troubles = crew.workers.flatMap(({ trouble }) => trouble ?? [])
      throw new Error(`the workers did not get on within ${patienceMs} ms: ${troubles.join('; ') || 'nobody said why'}`)
    }
    await pause(2)
  }
}

import { existsSync } from 'node:fs'
import { createDesk, memoryStore } from 'ticketwright'
import { sqliteStore } from 'ticketwright/sqlite'
import { manualClock } from 'ticketwright/testing'
import { definition } from './definition.ts'
import { InputError } from './failure.ts'

/** A desk whose time is the time of the log. Ids are numbered, so that the same input makes the same events. */
export function createIncidentDesk(sqliteFile: string | null, startsAt: number) {
  if (sqliteFile !== null && existsSync(sqliteFile))
    throw new InputError(`--store: ${sqliteFile} exists already; name a new file`)
  const clock = manualClock(startsAt)
  const store = sqliteFile === null ? memoryStore({ clock }) : sqliteStore(sqliteFile, { clock })
  let commands = 0
  const desk = createDesk({ definition, store, clock, ids: () => `replay-${++commands}` })
  return { desk, clock, store }
}

export type IncidentDesk = ReturnType<typeof createIncidentDesk>['desk']

/** Makes visible what time alone has caused, until nothing is due. */
export async function settle(desk: IncidentDesk): Promise<void> {
  while ((await desk.runDue()).more);
}

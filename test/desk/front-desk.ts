import { createDesk, type DeskOptions, defineDesk, isDeskError, memoryStore } from 'ticketwright'
import { ana, ben, mari, when } from '../story.ts'

/** A clock that stands where it is put. */
function handClock(at: string | number) {
  let now = when(at)
  return {
    now: () => now,
    set: (to: string | number) => {
      now = when(to)
    },
  }
}

/** A desk on a memory store, Mon 09:00; the machine and the store share a clock unless told apart. */
export function frontDesk(options: Partial<DeskOptions> = {}) {
  const clock = handClock('Mon 09:00')
  const storeClock = handClock('Mon 09:00')
  const store = options.store ?? memoryStore({ clock: storeClock })
  let ids = 0
  const desk = createDesk({ definition: defineDesk({}), clock, ids: () => `id${++ids}`, ...options, store })
  return {
    desk,
    store,
    clock,
    storeClock,
    /** Sets both clocks. */
    at: (to: string | number) => {
      clock.set(to)
      storeClock.set(to)
    },
    mari: desk.as(mari),
    ana: desk.as(ana),
    ben: desk.as(ben),
  }
}

/** What a promise was refused with. */
export async function refusal(attempt: Promise<unknown>) {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (isDeskError(error)) return { code: error.code, facts: error.facts as unknown, path: error.path }
  throw error ?? new Error('it was not refused')
}

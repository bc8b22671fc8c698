import { fail } from '../errors.ts'
import { replay } from './evolve.ts'
import { eventsGiven, placed } from './given.ts'

/**
 * As `replay`, for the log of a ticket from outside.
 * @throws DeskError `event_malformed`, `event_too_new` with the place of the event (`history[3]`); an empty log is none
 */
export function* replayGiven(log: unknown, path: string): ReturnType<typeof replay> {
  let read = -1
  function* counted(): Generator<unknown> {
    for (const event of eventsGiven(log, path)) {
      read += 1
      yield event
    }
  }
  try {
    yield* replay(counted())
  } catch (error) {
    throw read < 0 ? error : placed(error, `${path}[${read}]`)
  }
  if (read < 0) throw fail('event_malformed', { reason: 'the log has no event' }, path)
}

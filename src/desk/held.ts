import { elapsedMs } from '../time/clock.ts'
import { pause } from './pace.ts'
import { isHeld } from './store-failure.ts'

/** How long routing goes on trying where somebody else's transaction is in the way, and the pauses in between. */
const longestWaitMs = 5_000
const [firstPauseMs, longestPauseMs] = [5, 150]

/** Does something that waits for nobody, again and again for a time while somebody else's transaction is in the way. */
export async function tryWhileHeld<Result>(run: () => Promise<Result>): Promise<Result> {
  const until = elapsedMs() + longestWaitMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    try {
      return await run()
    } catch (error) {
      if (!isHeld(error) || elapsedMs() >= until) throw error
      await pause(pauseMs)
    }
  }
}

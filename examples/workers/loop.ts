import { setTimeout as pause } from 'node:timers/promises'
import type { Delivery, Desk, Names } from 'ticketwright'

/**
 * A worker, as simple as it can be: writes what is due and delivers effects until it is told to stop. What it
 * has in hand then is done first. Told are rounds that fail, since the database is away, and what could not be
 * done: a ticket (`ticketId`, `error`) or an effect (`effectId`, `reason`, and whether it is `givenUp`). All of
 * it is tried again, but for what is given up.
 */
export async function workUntil<X extends Names>(
  stopped: AbortSignal,
  desk: Desk<X>,
  send: (delivery: Delivery<X>) => Promise<void>,
  report: (trouble: unknown) => void,
  pauseMs = 5_000,
): Promise<void> {
  const repeat = async (round: () => Promise<Round>) => {
    while (!stopped.aborted) {
      const { failed, more } = await round().catch((error) => ({ failed: [error], more: false }))
      for (const trouble of failed) report(trouble)
      if (!more) await pause(pauseMs, undefined, { signal: stopped }).catch(() => {})
    }
  }
  // each for itself: an effect that is long on its way holds up no breach
  await Promise.all([
    repeat(() => desk.runDue({ limit: 100, signal: stopped })),
    repeat(() => desk.deliver(send, { limit: 100, atOnce: 4, signal: stopped })),
  ])
}

/** What both tell of a round. */
interface Round {
  readonly failed: readonly unknown[]
  readonly more: boolean
}

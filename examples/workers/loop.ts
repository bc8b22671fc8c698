import { setTimeout as pause } from 'node:timers/promises'
import type { Delivery, Desk, Names } from 'ticketwright'

/**
 * A worker, as simple as it can be: writes what is due and delivers effects, both at once, until it is told to stop.
 * What it has in hand then is done first. A round that fails, since the database is away, is reported and tried again.
 */
export async function workUntil<X extends Names>(
  stopped: AbortSignal,
  desk: Desk<X>,
  send: (delivery: Delivery<X>) => Promise<void>,
  report: (error: unknown) => void,
  pauseMs = 5_000,
): Promise<void> {
  while (!stopped.aborted) {
    const rounds = await Promise.allSettled([
      desk.runDue({ limit: 100, signal: stopped }),
      desk.deliver(send, { limit: 100, atOnce: 4, signal: stopped }),
    ])
    for (const round of rounds) if (round.status === 'rejected') report(round.reason)
    const more = rounds.some((round) => round.status === 'fulfilled' && round.value.more)
    if (!more) await pause(pauseMs, undefined, { signal: stopped }).catch(() => {})
  }
}

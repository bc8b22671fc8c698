import { setTimeout as pause } from 'node:timers/promises'
import type { Delivery, Desk, Names } from 'ticketwright'

/**
 * A worker, as simple as it can be: writes what is due and delivers effects, both at once, until it is told to stop.
 * What it has in hand then is done first. An error of the store ends it: let whatever runs the process start it again.
 */
export async function workUntil<X extends Names>(
  stopped: AbortSignal,
  desk: Desk<X>,
  send: (delivery: Delivery<X>) => Promise<void>,
  pauseMs = 5_000,
): Promise<void> {
  while (!stopped.aborted) {
    const [due, run] = await Promise.all([
      desk.runDue({ limit: 100, signal: stopped }),
      desk.deliver(send, { limit: 100, atOnce: 4, signal: stopped }),
    ])
    if (!due.more && !run.more) await pause(pauseMs, undefined, { signal: stopped }).catch(() => {})
  }
}

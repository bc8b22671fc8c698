import { createHash, timingSafeEqual } from 'node:crypto'
import type { Header } from './input.ts'
import { Problem } from './problem.ts'
import type { Service } from './service.ts'

/** The rest waits for the next call: a platform ends a request that takes too long. */
const patienceMs = 20_000
const maxRounds = 100
const limit = 500

/**
 * Writes what time alone has caused, then delivers the effects that are due. Call it each minute, on as many machines
 * as there are: each fact is written once, and each effect given to one at a time.
 */
export async function tick({ desk, send, cronSecret }: Service, header: Header, gone: AbortSignal) {
  if (!isSecret(header('authorization'), `Bearer ${cronSecret}`)) throw new Problem(401, 'not_the_secret')
  const signal = AbortSignal.any([gone, AbortSignal.timeout(patienceMs)])
  const done = { events: 0, delivered: 0, failed: 0, more: true }
  for (let round = 0; round < maxRounds && !signal.aborted; round++) {
    const due = await desk.runDue({ limit, signal })
    const run = await desk.deliver(send, { limit, signal, atOnce: 8 })
    done.events += due.events
    done.delivered += run.delivered
    done.failed += due.failed.length + run.failed.length
    done.more = due.more || run.more
    if (!done.more) break
  }
  return done
}

/** In the same time whatever is given: of digests, which have one length. */
function isSecret(given: string | null, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return given !== null && timingSafeEqual(digest(given), digest(secret))
}

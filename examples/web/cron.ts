import { createHash, timingSafeEqual } from 'node:crypto'
import type { Header } from './input.ts'
import { Problem } from './problem.ts'
import type { Service } from './service.ts'

/** For each of the two parts; the rest waits for the next call: a platform ends a request that takes too long. */
const patienceMs = 10_000
const maxRounds = 100
const limit = 500

/**
 * Writes what time alone has caused, then delivers the effects that are due. Call it each minute, on as many machines
 * as there are: each fact is written once, and each effect given to one at a time. What could not be done is reported.
 */
export async function tick({ desk, send, report, cronSecret }: Service, header: Header, gone: AbortSignal) {
  if (!isSecret(header('authorization'), `Bearer ${cronSecret}`)) throw new Problem(401, 'not_the_secret')
  // all that is due comes first: an effect that is long on its way holds up no breach
  const writing = rounds(gone, report, (signal) => desk.runDue({ limit, signal }))
  await writing.catch(() => {}) // and where it fails, effects have their time all the same
  const effects = await rounds(gone, report, (signal) => desk.deliver(send, { limit, signal, atOnce: 8 }))
  const facts = await writing
  return {
    events: sum(facts.map(({ events }) => events)),
    delivered: sum(effects.map(({ delivered }) => delivered)),
    failed: sum([...facts, ...effects].map(({ failed }) => failed.length)),
    more: [facts, effects].some((all) => all.at(-1)?.more ?? true),
  }
}

/** Until nothing more is due, or the time is over. */
async function rounds<Round extends { readonly failed: readonly unknown[]; readonly more: boolean }>(
  gone: AbortSignal,
  report: (error: unknown) => void,
  round: (signal: AbortSignal) => Promise<Round>,
): Promise<readonly Round[]> {
  const signal = AbortSignal.any([gone, AbortSignal.timeout(patienceMs)])
  const done: Round[] = []
  while (done.length < maxRounds && !signal.aborted) {
    const one = await round(signal)
    done.push(one)
    for (const failed of one.failed) report(failed)
    if (!one.more) break
  }
  return done
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

/** In the same time whatever is given: of digests, which have one length. */
function isSecret(given: string | null, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return given !== null && timingSafeEqual(digest(given), digest(secret))
}

import { isDeskError, type StatusKind } from 'ticketwright'
import { type IncidentDesk, settle } from './desk.ts'
import { idOf, openingOf, openingPicture, type Picture, pictureOf, updateOf } from './mapping.ts'
import { type Queues, queuesOf } from './queue.ts'
import type { Snapshot } from './snapshot.ts'
import type { Step } from './step.ts'
import { Counter, type Tally } from './tally.ts'

export interface Replayed {
  readonly tally: Tally
  readonly queues: Queues
  /** Up to here everything has been made visible. */
  readonly endsAt: number
}

interface Clock {
  set(at: number): void
}

/**
 * Runs the steps through the desk, each at its own time, and looks at the queues as they stood at an instant.
 * It ends with the last step, or with that instant if it is later.
 */
export async function replay(
  desk: IncidentDesk,
  clock: Clock,
  steps: readonly Step[],
  queuesAt: number,
  onStep: (done: number) => void,
): Promise<Replayed> {
  const incidents = new Incidents(desk)
  let queues: Queues | undefined
  for (const [done, step] of steps.entries()) {
    if (step.at > queuesAt) queues ??= await queuesOf(desk, clock, queuesAt)
    clock.set(step.at)
    await (step.does === 'open' ? incidents.open(step.snapshot) : incidents.update(step.snapshot))
    onStep(done + 1)
  }
  queues ??= await queuesOf(desk, clock, queuesAt)
  const endsAt = Math.max(queuesAt, steps.at(-1)?.at ?? queuesAt)
  clock.set(endsAt)
  await settle(desk)
  return { tally: incidents.counter.tally(), queues, endsAt }
}

/** An incident on its way through the desk. */
interface Incident {
  /** What it had said when the desk last took a snapshot of it. */
  readonly picture: Picture
  readonly kind: StatusKind
  /** Its opening is not counted yet: it belongs to the first snapshot. */
  readonly fresh: boolean
}

class Incidents {
  readonly counter = new Counter()
  readonly #met = new Map<string, Incident | { readonly refused: string }>()
  readonly #serviceDesk

  constructor(desk: IncidentDesk) {
    this.#serviceDesk = desk.as({ kind: 'agent', id: 'service-desk' })
  }

  async open(snapshot: Snapshot): Promise<void> {
    const picture = openingPicture(snapshot)
    const kind = await orRefused(async () => (await this.#serviceDesk.open(openingOf(snapshot))).ticket.kind)
    this.#met.set(snapshot.incident, typeof kind === 'string' ? { picture, kind, fresh: true } : kind)
  }

  async update(snapshot: Snapshot): Promise<void> {
    const incident = this.#met.get(snapshot.incident) ?? { refused: 'ticket_not_found' }
    const fate = 'refused' in incident ? incident : await this.#take(snapshot, incident)
    this.counter.count(fate, snapshot.state === '-100')
  }

  /** A snapshot that is refused changes nothing: the next one is compared with what was taken before it. */
  async #take(snapshot: Snapshot, { picture: before, kind, fresh }: Incident) {
    const picture = pictureOf(snapshot, before)
    const outcome = await orRefused(() =>
      this.#serviceDesk.update(idOf(snapshot.incident), updateOf(before, picture, kind)),
    )
    if ('refused' in outcome) return outcome
    this.#met.set(snapshot.incident, { picture, kind: outcome.ticket.kind, fresh: false })
    return outcome.unchanged && !fresh ? 'unchanged' : 'command'
  }
}

/** What the desk answers, or the code with which it says no. A store that fails is no answer. */
async function orRefused<T>(ask: () => Promise<T>): Promise<T | { readonly refused: string }> {
  try {
    return await ask()
  } catch (error) {
    if (!isDeskError(error) || storeTrouble.has(error.code)) throw error
    return { refused: error.code }
  }
}

const storeTrouble: ReadonlySet<string> = new Set(['store_failed', 'store_busy', 'outcome_unknown'])

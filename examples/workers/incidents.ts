import { type CommandOptions, type Desk, isDeskError, type StatusKind } from 'ticketwright'
import { idOf, openingOf, openingPicture, type Picture, pictureOf, updateOf } from '../replay-incidents/mapping.ts'
import type { Snapshot } from '../replay-incidents/snapshot.ts'
import { type Step, stepsOf } from '../replay-incidents/step.ts'
import { callersWait } from './definition.ts'

/** What happened on one day, incident by incident, each in its order. */
export interface Day {
  /** The end of it: what is due by then may be written. */
  readonly endsAt: number
  readonly incidents: readonly (readonly Step[])[]
}

const dayMs = 86_400_000

/** Every n-th incident of the log, day by day. */
export function daysOf(snapshots: readonly Snapshot[], every: number): readonly Day[] {
  const names = [...new Set(snapshots.map((one) => one.incident))]
  const chosen = new Set(names.filter((_, i) => i % every === 0))
  const steps = stepsOf(snapshots.filter((one) => chosen.has(one.incident)))
  return [...Map.groupBy(steps, ({ at }) => Math.floor(at / dayMs))].map(([day, ofDay]) => ({
    endsAt: (day + 1) * dayMs,
    incidents: [...Map.groupBy(ofDay, ({ snapshot }) => snapshot.incident).values()],
  }))
}

export const stepsIn = (days: readonly Day[]): number =>
  days.reduce((sum, { incidents }) => sum + incidents.reduce((some, steps) => some + steps.length, 0), 0)

/** What the front desk remembers of an incident. */
interface Known {
  readonly picture: Picture
  readonly kind: StatusKind
}

/** Gives the commands of the log, each at its own instant, with an id that stays the same. */
export class FrontDesk {
  readonly counts = { given: 0, refused: 0 }
  readonly #known = new Map<string, Known>()

  async give(desk: Desk, step: Step): Promise<void> {
    const { snapshot, at, does } = step
    const options = { at, commandId: `${idOf(snapshot.incident)}.${does}.${snapshot.mod}.${at}` }
    try {
      await (does === 'open' ? this.#open(desk, snapshot, options) : this.#update(desk, snapshot, options))
    } catch (error) {
      if (!isDeskError(error) || storeTrouble.has(error.code)) throw error
      this.counts.refused += 1
    }
    this.counts.given += 1
  }

  async #open(desk: Desk, snapshot: Snapshot, options: CommandOptions): Promise<void> {
    const { ticket } = await desk.as(serviceDesk).open(openingOf(snapshot), options)
    this.#known.set(snapshot.incident, { picture: openingPicture(snapshot), kind: ticket.kind })
  }

  async #update(desk: Desk, snapshot: Snapshot, options: CommandOptions): Promise<void> {
    const before = this.#known.get(snapshot.incident)
    if (!before) return
    const picture = pictureOf(snapshot, before.picture)
    const changes = updateOf(before.picture, picture, before.kind)
    const wake = changes.reason === 'Awaiting User Info' ? { until: callersWait } : {}
    const { ticket } = await desk.as(serviceDesk).update(idOf(snapshot.incident), { ...changes, ...wake }, options)
    this.#known.set(snapshot.incident, { picture, kind: ticket.kind })
  }
}

const serviceDesk = { kind: 'agent', id: 'service-desk' } as const
const storeTrouble: ReadonlySet<string> = new Set(['store_failed', 'store_busy', 'outcome_unknown'])

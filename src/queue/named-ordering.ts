import * as z from 'zod'
import type { SortKey, SortValue } from '../condition/sort-key.ts'
import { DurationInput, Name } from '../model/schema.ts'
import type { DurationInput as Duration } from '../time/duration.ts'

const ascending = (by: string | SortValue): SortKey => ({
  by: typeof by === 'string' ? { field: by } : by,
  direction: 'ascending',
  nulls: 'last',
})
const descending = (by: string | SortValue): SortKey => ({ ...ascending(by), direction: 'descending' })

/** When somebody began to wait; where nobody does, when the ticket was opened. */
const waitingOrOpened: SortValue = { coalesce: [{ field: 'waitingSince' }, { field: 'openedAt' }] }

/** A ticket without a running clock is due so long after somebody began to wait, so that it still moves up: 168 h. */
const defaultInternalDueMs = 168 * 3_600_000
/** What one rank of priority is worth in waiting time: a day. */
const defaultBoostMs = 24 * 3_600_000
const minuteMs = 60_000

const due = (internalDueMs: number): SortValue => ({
  coalesce: [{ field: 'sla.dueAt' }, { plus: [waitingOrOpened, internalDueMs] }],
})
/** How late work on a ticket may begin: its due time less the effort, where that is known. */
const latestStart = (internalDueMs: number): SortValue => ({
  coalesce: [{ plus: [due(internalDueMs), { times: [{ field: 'effortMinutes' }, -minuteMs] }] }, due(internalDueMs)],
})

/** Whoever pays by a plan named later in the list comes first; a plan not named comes after all of them. */
const planRank = (plans: readonly string[]): SortValue => ({
  pick: { field: 'requester.plan', values: Object.fromEntries(plans.map((plan, i) => [plan, i + 1])), otherwise: 0 },
})

const earlierBy = (boost: number | Readonly<Record<string, number>>): SortValue => {
  if (typeof boost === 'number') return { times: [{ field: 'priorityRank' }, -boost] }
  const { default: otherwise = 0, ...table } = boost
  const values = Object.fromEntries(Object.entries(table).map(([priority, ms]) => [priority, -ms]))
  return { pick: { field: 'priority', values, otherwise: -otherwise } }
}

/** A named ordering: what it may be told, and the keys that follow. */
interface NamedRow {
  readonly options: z.ZodObject
  /** Of options from outside: read once more, which changes nothing in those that were. */
  readonly keys: (options: unknown) => readonly SortKey[]
}
const row = <Schema extends z.ZodObject>(
  options: Schema,
  keys: (options: z.output<Schema>) => readonly SortKey[],
): NamedRow => ({ options, keys: (given) => keys(options.parse(given)) })
const plain = (...keys: readonly SortKey[]) => row(z.strictObject({}), () => keys)
const internalDue = { internalDue: DurationInput.optional() }

/** The orderings of SEMANTICS §7: a row each. */
export const orderingRows = {
  fifo: plain(ascending('openedAt')),
  priority: plain(descending('priorityRank'), ascending('openedAt')),
  easiestFirst: plain(ascending('effortMinutes'), ascending('openedAt')),
  slaDue: row(z.strictObject(internalDue), ({ internalDue = defaultInternalDueMs }) => [
    ascending('sla.rank'),
    ascending(due(internalDue)),
  ]),
  leastSlack: row(z.strictObject(internalDue), ({ internalDue = defaultInternalDueMs }) => [
    ascending({ among: { field: 'sla.rank', names: [0, 1] } }),
    ascending(latestStart(internalDue)),
  ]),
  longestUnanswered: plain(ascending('waitingSince')),
  value: row(z.strictObject({ plans: z.array(Name).min(1).max(100).optional() }), ({ plans }) => [
    ...(plans ? [descending(planRank(plans))] : []),
    descending('requester.revenue'),
    ascending('openedAt'),
  ]),
  firstContact: plain(ascending({ among: { field: 'requester.previousTickets', names: [0] } }), ascending('openedAt')),
  aging: row(
    z.strictObject({ boost: z.union([DurationInput, z.record(z.string(), DurationInput)]).optional() }),
    ({ boost = defaultBoostMs }) => [ascending({ plus: [waitingOrOpened, earlierBy(boost)] })],
  ),
} satisfies Record<string, NamedRow>

export type OrderingName = keyof typeof orderingRows

/** A named ordering with what it is told. */
export type OrderingWithOptions<P extends string = string> =
  /**
   * `internalDue`: a ticket without a running clock counts as due so long after somebody
   * began to wait; 168 h unless said.
   */
  | { readonly by: 'slaDue' | 'leastSlack'; readonly internalDue?: Duration | undefined }
  /** `plans`: least valuable first. Without them revenue alone decides. */
  | { readonly by: 'value'; readonly plans?: readonly string[] | undefined }
  /** `boost`: what one rank of priority is worth in waiting time, or a table by priority; 24 h unless said. */
  | {
      readonly by: 'aging'
      readonly boost?:
        | Duration
        | ({ readonly [Priority in P]?: Duration } & { readonly default?: Duration })
        | undefined
    }
  | { readonly by: Exclude<OrderingName, 'slaDue' | 'leastSlack' | 'value' | 'aging'> }

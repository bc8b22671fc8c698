/**
 * Generated lives of a ticket: what people do to it and to its clocks, at instants that
 * lie near those at which something is due.
 */
import fc from 'fast-check'
import {
  type AnyTicketEvent,
  advance,
  type CommandRequest,
  type Definition,
  decide,
  parseCommand,
  type Ticket,
} from 'ticketwright'
import type { Setting } from '../model-based/setting.ts'
import { commandAt, type Draft, openings, requestOf, stepsForwards } from '../model-based/step.ts'

type Act = { readonly draft: Draft } | { readonly request: CommandRequest | object; readonly dueIn?: number }

interface Moment {
  /** From the instant of the last one, or from the earliest fact of time ahead. */
  readonly from: 'last' | 'due'
  readonly by: number
  readonly act: Act | 'look'
}

export interface Life {
  readonly start: number
  readonly opening: Draft
  readonly moments: readonly Moment[]
}

const minute = 60_000
const hour = 60 * minute
const agent = { kind: 'agent', id: 'ana' } as const

/** What is said of the clocks by hand. */
const byHand = (metrics: readonly string[], levels: readonly string[]): fc.Arbitrary<Act> => {
  const metric = fc.constantFrom(...metrics)
  const level = fc.constantFrom(...levels, null)
  return fc.oneof(
    fc
      .record({ metric, dueIn: fc.constantFrom(-hour, 0, 1, 20 * minute, 3 * hour, 30 * hour) })
      .map(({ metric, dueIn }) => ({ request: { type: 'setDue', metric }, dueIn })),
    metric.map((metric) => ({ request: { type: 'clearDue', metric } })),
    level.map((level) => ({ request: { type: 'applySla', level } })),
    fc.constant({ request: { type: 'applySla' } }),
    fc.constant({ request: { type: 'reapply' } }),
  )
}

/** Lives in a setting; with rules, under definitions that have them. */
export function lives(setting: Setting): fc.Arbitrary<Life> {
  const { metrics, levels } = setting.names
  const act = fc.oneof(
    {
      weight: 6,
      arbitrary: stepsForwards(setting).map((step): Act | 'look' =>
        'command' in step ? { draft: step.command } : 'look',
      ),
    },
    { weight: 2, arbitrary: byHand(metrics, levels) },
    { weight: 1, arbitrary: fc.constant('look' as const) },
  )
  return fc.record({
    start: fc.constantFrom(...setting.starts),
    opening: openings(setting),
    moments: fc.array(
      fc
        .oneof(
          fc.record({
            from: fc.constant('last' as const),
            by: fc.constantFrom(0, 0, 1, minute, 11 * minute, hour, 5 * hour, 26 * hour, 100 * hour),
          }),
          fc.record({ from: fc.constant('due' as const), by: fc.constantFrom(-1, 0, 0, 0, 1) }),
        )
        .chain((when) => act.map((act) => ({ ...when, act }))),
      { minLength: 1, maxLength: 30, size: 'max' },
    ),
  })
}

/** The log of a life, up to its last instant and what time did by then. */
export function logOf(
  definitions: readonly Definition[],
  { start, opening, moments }: Life,
): readonly AnyTicketEvent[] {
  const events: AnyTicketEvent[] = []
  let ticket: Ticket | null = null
  let nextAt: number | null = null
  let now = start
  const take = (next: { ticket: Ticket; events: readonly AnyTicketEvent[]; nextAt: number | null }) => {
    ticket = next.ticket
    events.push(...next.events)
    nextAt = next.nextAt
  }
  const look = () => {
    if (ticket) take(advance(definitions, ticket, now, { history: events, limit: Number.POSITIVE_INFINITY }))
  }
  const give = (actor: Parameters<typeof parseCommand>[1]['actor'], request: CommandRequest | object, n: number) => {
    const parsed = parseCommand(request as CommandRequest, { id: `c${n}`, ticketId: 'T', actor })
    if (!parsed.ok) return
    const decided = decide(definitions, ticket, parsed.value, now, { history: events })
    if (decided.ok) take(decided.value)
  }
  const all: readonly Moment[] = [{ from: 'last', by: 0, act: { draft: opening } }, ...moments]
  for (const [n, { from, by, act }] of all.entries()) {
    now = Math.max(now, (from === 'due' ? (nextAt ?? now) : now) + by)
    if (act === 'look') look()
    else if ('draft' in act) {
      const { actor, request } = requestOf(commandAt(act.draft, now))
      give(actor, request, n)
    } else give(agent, act.dueIn === undefined ? act.request : { ...act.request, dueAt: now + act.dueIn }, n)
  }
  look()
  return events
}

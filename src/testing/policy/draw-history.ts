import type { CommandRequest } from '../../engine/command.ts'
import type { Definition } from '../../engine/definition.ts'
import { type Definitions, timelineOf } from '../../engine/timeline.ts'
import { isDeskError } from '../../errors.ts'
import type { Actor } from '../../model/actor.ts'
import type { SlaClock } from '../../model/clock.ts'
import type { Ticket } from '../../model/ticket.ts'
import { type InstantInput, toInstant } from '../../time/instant.ts'
import type { Draw } from './draw.ts'
import { type History, type HistoryStep, Telling } from './tell.ts'

export interface HistoryOptions {
  readonly definitions: Definitions
  /** Where histories begin: near changes of the clocks in 2026 and on a plain day, unless given. */
  readonly from?: InstantInput
  /** Steps after the opening at most: 20 unless given. */
  readonly steps?: number
  /** Tags that steps may set and take away. */
  readonly tags?: readonly string[]
  readonly departments?: readonly string[]
  /** Requests of an agent besides the usual ones, such as `{ type: 'signal', name: 'call_ringing' }`. */
  readonly requests?: readonly (CommandRequest | { readonly type: string })[]
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** A plain Wednesday; then hours before the clocks change in New York, Europe, Chile, Lord Howe; the end of a year. */
const beginnings = [
  '2026-06-10T07:00:00Z',
  '2026-03-06T20:58:00Z',
  '2026-03-27T14:30:00Z',
  '2026-10-23T13:59:00Z',
  '2026-10-30T20:00:00Z',
  '2026-04-03T20:00:00Z',
  '2026-12-31T20:00:00Z',
]

const requester: Actor = { kind: 'requester', id: 'requester' }
const agents: readonly Actor[] = [
  { kind: 'agent', id: 'agent-1' },
  { kind: 'agent', id: 'agent-2' },
]

/** One ticket's life; half of its instants are due, opening or closing times, or a millisecond beside them. */
export function drawHistory(draw: Draw, options: HistoryOptions): History {
  const timeline = timelineOf(options.definitions)
  const telling = new Telling(options.definitions)
  let now = toInstant(options.from ?? draw.pick(beginnings))
  const history: HistoryStep[] = []
  const take = (step: HistoryStep) => {
    history.push(step)
    telling.take(step)
  }
  take({ at: now, actor: requester, request: openingOf(draw, timeline.latest, options) })
  for (let left = draw.below((options.steps ?? 20) + 1); left > 0 && telling.ticket; left--) {
    now = draw.chance(2) ? edgeAfter(draw, now, telling.ticket, timeline.latest) : now + draw.pick(pauses)
    const asked = stepOf(draw, now, timeline.latest, options)
    if (asked) take({ at: now, ...asked })
  }
  return history
}

const pauses = [0, minute, 1, second, 30 * minute, hour, 3 * hour, 8 * hour, day, 4 * day]

function edgeAfter(draw: Draw, now: number, ticket: Ticket, { calendars }: Definition): number {
  const clocks = Object.values(ticket.clocks).filter((clock): clock is SlaClock => clock !== undefined)
  const edges = clocks.flatMap(({ dueAt, lateFrom, state, calendar }) =>
    state === 'ended' ? [] : [dueAt, lateFrom, ...turnsOf(calendars.get(calendar)?.calendar, now)],
  )
  const ahead = [...edges, ticket.postponedUntil].filter((at): at is number => at !== null && at > now)
  return ahead.length === 0 ? now : Math.max(now, draw.pick(ahead) + draw.pick([0, 1, -1]))
}

/** The next opening and the next closing; none where the calendar runs out. */
function turnsOf(
  calendar: { nextOpening(at: number): number; nextClosing(at: number): number | null } | undefined,
  at: number,
) {
  try {
    return calendar ? [calendar.nextOpening(at), calendar.nextClosing(at)] : []
  } catch (error) {
    if (isDeskError(error)) return []
    throw error
  }
}

function openingOf(draw: Draw, { priorities }: Definition, { tags = [], departments = [] }: HistoryOptions) {
  return {
    type: 'open',
    subject: 'Help',
    ...(draw.chance(3) && { priority: draw.pick(priorities).name }),
    ...(tags.length > 0 && draw.chance(3) && { tags: [draw.pick(tags)] }),
    ...(departments.length > 0 && draw.chance(3) && { department: draw.pick(departments) }),
  }
}

type Asked = Pick<HistoryStep, 'actor' | 'request'>

function stepOf(draw: Draw, now: number, { priorities }: Definition, options: HistoryOptions): Asked | undefined {
  const { tags = [], departments = [], requests = [] } = options
  const actor = draw.pick(agents)
  const byAgent = (request: HistoryStep['request']) => ({ actor, request })
  const asked: (Asked | undefined)[] = [
    undefined, // nothing: what steps shrink to
    { actor: requester, request: { type: 'message', body: 'text' } },
    byAgent({ type: 'reply', body: 'text' }),
    byAgent({ type: 'resolve' }),
    byAgent({ type: 'reopen' }),
    byAgent({ type: 'postpone', until: now + draw.pick(pauses.slice(2)) }),
    byAgent({ type: 'postpone' }),
    byAgent({ type: 'wake' }),
    byAgent({ type: 'note', body: 'text' }),
    byAgent({ type: 'assign', agent: actor.id }),
    byAgent({ type: 'setPriority', priority: draw.pick(priorities).name }),
    byAgent({ type: 'update', message: { body: 'text', visibility: 'public' }, priority: draw.pick(priorities).name }),
    byAgent({ type: 'confirmSolution', solved: draw.chance(2) }),
    byAgent({ type: 'close', ...(draw.chance(2) && { reason: 'spam' }) }),
    ...tags.flatMap((tag) => [byAgent({ type: 'tag', tags: [tag] }), byAgent({ type: 'untag', tags: [tag] })]),
    ...departments.map((department) => byAgent({ type: 'transfer', department })),
    ...requests.map(byAgent),
  ]
  return draw.pick(asked)
}

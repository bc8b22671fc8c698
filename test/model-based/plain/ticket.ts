/**
 * A plain model of one ticket, written from the words of the specification: mutable, naive, slow where that is
 * simpler. A clock is the list of its stretches; what it shows is worked out from them at every question.
 * It shares no code with the library.
 */
import { Cause } from './cause.ts'
import { Clocks } from './clocks.ts'
import { asksForAnswer, type PlainCommand, Refused, type Verdict } from './command.ts'
import { dueOf, firingsAhead, lateFromOf } from './cycle.ts'
import { inForce, isOut, type PlainDefinition } from './definition.ts'
import { copyOf, type State } from './state.ts'

interface Fact {
  readonly at: number
  readonly what: string
  readonly apply: (cause: Cause) => void
}

export class PlainTicket {
  readonly revisions: readonly PlainDefinition[]
  state: State | null = null

  constructor(revisions: readonly PlainDefinition[]) {
    this.revisions = revisions
  }

  /** The same ticket, to look ahead on. */
  clone(): PlainTicket {
    const other = new PlainTicket(this.revisions)
    other.state = this.state && copyOf(this.state)
    return other
  }

  perform(command: PlainCommand, at: number): Verdict {
    const before = this.state
    try {
      if (command.do === 'open') {
        if (before) throw new Refused('ticket_exists')
        this.state = this.open(command, at)
        return 'changed'
      }
      if (!before) throw new Refused('ticket_not_found')
      if (at < before.lastAt) throw new Refused('clock_went_back')
      this.state = copyOf(before)
      this.advance(at)
      return new Cause(inForce(this.revisions, at), this.state, at).command(command) ? 'changed' : 'unchanged'
    } catch (error) {
      this.state = before
      if (error instanceof Refused) return { refused: error.code }
      throw error
    }
  }

  /** The half of a merge on the ticket that stays. */
  receiveMerge(waitingSince: number | null, at: number): Verdict {
    const before = this.state
    try {
      if (!before) throw new Refused('ticket_not_found')
      if (at < before.lastAt) throw new Refused('clock_went_back')
      this.state = copyOf(before)
      this.advance(at)
      new Cause(inForce(this.revisions, at), this.state, at).receiveMerge(waitingSince)
      return 'changed'
    } catch (error) {
      this.state = before
      if (error instanceof Refused) return { refused: error.code }
      throw error
    }
  }

  merge(at: number): Verdict {
    const before = this.state
    try {
      if (!before) throw new Refused('ticket_not_found')
      if (at < before.lastAt) throw new Refused('clock_went_back')
      this.state = copyOf(before)
      this.advance(at)
      new Cause(inForce(this.revisions, at), this.state, at).mergeAway()
      return 'changed'
    } catch (error) {
      this.state = before
      if (error instanceof Refused) return { refused: error.code }
      throw error
    }
  }

  private open(command: PlainCommand & { do: 'open' }, at: number): State {
    const definition = inForce(this.revisions, at)
    const asks = asksForAnswer(command.message)
    const outbound = command.by === 'agent' && command.message.role === 'agent' && command.message.public
    const status = definition.statuses.find(({ name, kind }) =>
      command.status === undefined ? kind === 'new' : name === command.status,
    )
    if (!status) throw new Refused('unknown_name')
    const out = isOut(status.kind)
    const priority = command.priority ?? (definition.priorities[0] as string)
    const state: State = {
      status: status.name,
      kind: status.kind,
      statusSince: at,
      postponedUntil: null,
      postponeReason: null,
      wakesTo: null,
      priority,
      manualPriority: command.priority ?? null,
      slaPriority: null,
      assignee: command.assignee ?? null,
      department: command.department ?? null,
      requesterCalendar: command.requesterCalendar ?? null,
      tags: [...new Set((command.tags ?? []).map((tag) => tag.toLowerCase()))].sort(),
      level: null,
      levelSince: at,
      levelByHand: null,
      targetPriority: priority,
      outbound,
      requesterWrote: asks,
      everAssigned: command.assignee !== undefined,
      botResponded: false,
      answeredByHand: false,
      waitingSince: asks && !out ? at : null,
      openedAt: at,
      firstRespondedAt: null,
      lastAgentReplyAt: outbound ? at : null,
      lastRequesterMessageAt: asks ? at : null,
      firstResolvedAt: status.kind === 'resolved' ? at : null,
      resolvedAt: status.kind === 'resolved' ? at : null,
      closedAt: status.kind === 'closed' ? at : null,
      closeReason: status.kind === 'closed' ? (command.reason ?? null) : null,
      assignedSince: command.assignee === undefined ? null : at,
      departmentSince: command.department === undefined ? null : at,
      lastAt: at,
      revision: 1,
      messages: 1,
      replies: outbound ? 1 : 0,
      reopens: 0,
      reassignments: 0,
      mergedInto: false,
      cycles: [],
      past: [],
      heard: [],
      facts: [],
    }
    const cause = new Cause(definition, state, at)
    const rule = cause.matchingRule()
    state.level = rule?.level ?? null
    state.slaPriority = rule?.gives ?? null
    state.targetPriority = command.priority ?? rule?.gives ?? priority
    state.priority = state.targetPriority
    cause.hear(['opened'], command.message.role)
    if (state.department !== null) cause.hear(['departmentTaken', 'withOpening'])
    if (state.assignee !== null) cause.hear(['assigned'])
    if (out)
      cause.hear(
        ['leftWork', status.kind],
        null,
        'left',
        ['spam', 'duplicate', 'merged'].includes(state.closeReason ?? ''),
      )
    // a public agent message, the opening one too, makes New and Open to Answered, unless a status was said
    const answered = definition.statuses.find(({ kind }) => kind === 'answered')
    if (outbound && command.status === undefined && answered) cause.goTo(answered.name)
    if (state.priority !== priority) cause.hear(['changed:priority'])
    return state
  }

  /** Everything that time alone causes up to `now`, one fact after the other. */
  advance(now: number): void {
    for (;;) {
      const next = this.nextFact()
      const { state } = this
      if (!next || !state || next.at > now) return
      const cause = new Cause(inForce(this.revisions, next.at), state, next.at)
      state.facts.push(`${next.what} ${next.at}`)
      next.apply(cause)
      state.lastAt = next.at
    }
  }

  /** At one instant: breaches, wake, automatic closing, steps; each by metric, then step. */
  nextFact(): Fact | undefined {
    const { state } = this
    if (!state) return undefined
    const facts = [...this.breaches(state), ...this.moves(state), ...this.steps(state)]
    let first = facts[0]
    for (const fact of facts) if (first && fact.at < first.at) first = fact
    return first
  }

  private breaches(state: State): Fact[] {
    const clocks = new Clocks(inForce(this.revisions, state.lastAt), state)
    return state.cycles.flatMap((cycle) => {
      const late = lateFromOf(cycle)
      if (cycle.ended || cycle.breachedAt !== null || late === null) return []
      return [{ at: late + 1, what: `breach ${cycle.metric}`, apply: () => clocks.breach(cycle, late + 1) }]
    })
  }

  private moves(state: State): Fact[] {
    if (state.kind === 'postponed' && state.postponedUntil !== null)
      return [{ at: state.postponedUntil, what: 'wake', apply: (cause) => cause.wake() }]
    const at = this.closesAt(state)
    return at === null ? [] : [{ at, what: 'auto_close', apply: (cause) => cause.closeByTime() }]
  }

  /** Each revision decides for the time in which it holds. */
  private closesAt({ kind, resolvedAt }: State): number | null {
    if (kind !== 'resolved' || resolvedAt === null) return null
    for (const [i, { autoCloseAfter, since = 0, statuses }] of this.revisions.entries()) {
      if (autoCloseAfter === null || !statuses.some((status) => status.kind === 'closed')) continue
      const at = Math.max(resolvedAt + autoCloseAfter, since)
      if (at < (this.revisions[i + 1]?.since ?? Number.POSITIVE_INFINITY)) return at
    }
    return null
  }

  private steps(state: State): Fact[] {
    return state.cycles.flatMap((cycle) =>
      firingsAhead(cycle)
        .sort((a, b) => (a.step < b.step ? -1 : 1))
        .map(({ step, repetition, at }) => ({
          at,
          what: `step ${cycle.metric}/${cycle.cycle}/${cycle.application}/${step}/${repetition}`,
          apply: () => {
            cycle.fired[step] = repetition + 1
            cycle.everFired = true
          },
        })),
    )
  }

  /** Instants at which something may change: where mistakes of one millisecond live. */
  edges(): number[] {
    const { state } = this
    if (!state) return []
    const definition = inForce(this.revisions, state.lastAt)
    const edges = state.cycles.flatMap((cycle) => {
      const [dueAt, lateFrom] = [dueOf(cycle), lateFromOf(cycle)]
      return [
        ...(dueAt === null ? [] : [dueAt]),
        ...(lateFrom === null ? [] : [lateFrom, lateFrom + 1]),
        ...firingsAhead(cycle).map(({ at }) => at),
      ]
    })
    for (const { calendar, ended } of state.cycles) if (!ended) edges.push(...calendar.edgesNear(state.lastAt))
    for (const { since } of this.revisions) if (since !== undefined && since >= state.lastAt) edges.push(since)
    if (state.postponedUntil !== null) edges.push(state.postponedUntil)
    const left = state.resolvedAt ?? state.closedAt
    if (left !== null) {
      if (definition.autoCloseAfter !== null) edges.push(left + definition.autoCloseAfter)
      if (definition.reopenWithin !== null)
        edges.push(left + definition.reopenWithin, left + definition.reopenWithin + 1)
    }
    return edges
  }
}

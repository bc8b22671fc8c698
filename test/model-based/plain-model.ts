/**
 * A plain model of one ticket, written from the words of the specification: mutable, naive, slow where that is
 * simpler. A clock is the list of its stretches; what it shows is worked out from them at every question.
 * It shares no code with the library.
 */
import type { PlainCalendar } from './plain-calendar.ts'

export type Kind = 'new' | 'open' | 'answered' | 'postponed' | 'resolved' | 'closed'
export const metrics = ['firstAssignment', 'firstResponse', 'nextResponse', 'resolution'] as const
type MetricName = (typeof metrics)[number]

interface PlainTarget {
  readonly within: Readonly<Record<string, number | null>>
  readonly calendar?: string
  readonly pauses?: readonly string[]
  readonly restartFrom?: 'opening' | 'switch'
}
export interface PlainLevel {
  readonly id: string
  readonly calendar?: string
  readonly targets: Partial<Record<MetricName, PlainTarget>>
}
export interface PlainRule {
  readonly tag?: string
  readonly priority?: string
  readonly level: string | null
}
export interface PlainDefinition {
  readonly statuses: readonly { readonly name: string; readonly kind: Kind; readonly default?: boolean }[]
  readonly reopenWithin: number | null
  readonly autoCloseAfter: number | null
  readonly priorities: readonly string[]
  readonly levels: readonly PlainLevel[]
  readonly rules: readonly PlainRule[]
  readonly deskCalendar?: string
  readonly calendars: Readonly<Record<string, PlainCalendar>>
}

/** SEMANTICS §3. */
const mayGo: Record<Kind, readonly Kind[]> = {
  new: ['open', 'answered', 'postponed', 'resolved', 'closed'],
  open: ['new', 'answered', 'postponed', 'resolved', 'closed'],
  answered: ['open', 'postponed', 'resolved', 'closed'],
  postponed: ['new', 'open', 'answered', 'resolved', 'closed'],
  resolved: ['open', 'answered', 'postponed', 'closed'],
  closed: ['open'],
}
const pausedByDefault: Record<MetricName, readonly Kind[]> = {
  firstResponse: ['postponed'],
  nextResponse: ['postponed'],
  resolution: ['answered', 'postponed'],
  firstAssignment: [],
}
const isOut = (kind: Kind) => kind === 'resolved' || kind === 'closed'

interface Stretch {
  from: number
  to: number | null
  calendar: string
}
export interface Cycle {
  metric: MetricName
  cycle: number
  application: number
  level: string
  calendar: string
  targetMs: number
  startedAt: number
  stretches: Stretch[]
  ended: boolean
  ending: 'fulfilled' | 'cancelled' | null
  endedBy: 'leftWork' | 'noTarget' | 'own' | null
  endedAt: number | null
  breachedAt: number | null
  /** Frozen by a breach or by the end. */
  dueAt: number | null
  lateFrom: number | null
}

/** What clocks hear. */
type Signal =
  | { readonly name: 'opened' | 'requesterMessage' | 'agentReply' | 'assigned' }
  | { readonly name: 'status'; readonly from: Kind; readonly cancels: boolean }
/** A signal with what it found, kept for a metric whose first target comes later. */
interface Heard {
  at: number
  signal: Signal
  status: string
  kind: Kind
  outbound: boolean
  responded: boolean
  waiting: boolean
  everAssigned: boolean
}

export interface State {
  status: string
  kind: Kind
  statusSince: number
  postponedUntil: number | null
  postponeReason: string | null
  wakesTo: 'new' | 'open' | null
  priority: string
  manualPriority: string | null
  assignee: string | null
  department: string | null
  requesterCalendar: string | null
  tags: string[]
  level: string | null
  /** The priority under which targets were last chosen. */
  targetPriority: string
  outbound: boolean
  requesterWrote: boolean
  everAssigned: boolean
  waitingSince: number | null
  openedAt: number
  firstRespondedAt: number | null
  lastAgentReplyAt: number | null
  lastRequesterMessageAt: number | null
  firstResolvedAt: number | null
  resolvedAt: number | null
  closedAt: number | null
  closeReason: string | null
  assignedSince: number | null
  departmentSince: number | null
  lastAt: number
  revision: number
  messages: number
  replies: number
  reopens: number
  reassignments: number
  mergedInto: boolean
  cycles: Cycle[]
  heard: Heard[]
  /** Facts of time, in order: what, of which metric, when. */
  facts: string[]
}

export type By = 'requester' | 'collaborator' | 'third_party' | 'agent' | 'bot'
export interface PlainMessage {
  readonly role: By
  readonly public: boolean
  readonly automatic?: boolean
  readonly reopens?: boolean
}
export type PlainCommand =
  | {
      readonly do: 'open'
      readonly by: By
      readonly message: PlainMessage
      readonly status?: string
      readonly reason?: string
      readonly priority?: string
      readonly assignee?: string
      readonly department?: string
      readonly tags?: readonly string[]
      readonly requesterCalendar?: string
    }
  | { readonly do: 'message'; readonly message: PlainMessage }
  | { readonly do: 'reply'; readonly message: PlainMessage }
  | { readonly do: 'note' }
  | {
      readonly do: 'update'
      readonly message?: PlainMessage
      readonly status?: string
      readonly priority?: string | null
      readonly assignee?: string | null
      readonly department?: string
      readonly addTags?: readonly string[]
      readonly removeTags?: readonly string[]
      readonly until?: number | null
    }
  | { readonly do: 'setStatus'; readonly status: string; readonly until?: number | null; readonly reason?: string }
  | { readonly do: 'postpone'; readonly until: number | null; readonly reason?: string; readonly status?: string }
  | { readonly do: 'wake' }
  | { readonly do: 'resolve' }
  | { readonly do: 'confirm'; readonly solved: boolean }
  | { readonly do: 'close'; readonly reason?: string }
  | { readonly do: 'reopen'; readonly by: By }
  | { readonly do: 'assign'; readonly agent: string }
  | { readonly do: 'unassign' }
  | { readonly do: 'transfer'; readonly department: string; readonly agent?: string }
  | { readonly do: 'setPriority'; readonly priority: string }
  | { readonly do: 'unsetPriority' }
  | { readonly do: 'tag'; readonly tags: readonly string[] }
  | { readonly do: 'untag'; readonly tags: readonly string[] }

export type Verdict = 'changed' | 'unchanged' | { readonly refused: string }

class Refused extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

const copy = (state: State): State => ({
  ...state,
  tags: [...state.tags],
  heard: [...state.heard],
  facts: [...state.facts],
  cycles: state.cycles.map((cycle) => ({ ...cycle, stretches: cycle.stretches.map((stretch) => ({ ...stretch })) })),
})

export class PlainTicket {
  readonly definition: PlainDefinition
  state: State | null = null

  constructor(definition: PlainDefinition) {
    this.definition = definition
  }

  /** The same ticket, to look ahead on. */
  clone(): PlainTicket {
    const other = new PlainTicket(this.definition)
    other.state = this.state && copy(this.state)
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
      this.state = copy(before)
      this.advance(at)
      return new Cause(this.definition, this.state, at).command(command) ? 'changed' : 'unchanged'
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
      this.state = copy(before)
      this.advance(at)
      new Cause(this.definition, this.state, at).receiveMerge(waitingSince)
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
      this.state = copy(before)
      this.advance(at)
      new Cause(this.definition, this.state, at).mergeAway()
      return 'changed'
    } catch (error) {
      this.state = before
      if (error instanceof Refused) return { refused: error.code }
      throw error
    }
  }

  private open(command: PlainCommand & { do: 'open' }, at: number): State {
    const { definition } = this
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
      assignee: command.assignee ?? null,
      department: command.department ?? null,
      requesterCalendar: command.requesterCalendar ?? null,
      tags: [...new Set((command.tags ?? []).map((tag) => tag.toLowerCase()))].sort(),
      level: null,
      targetPriority: priority,
      outbound,
      requesterWrote: asks,
      everAssigned: command.assignee !== undefined,
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
      heard: [],
      facts: [],
    }
    const cause = new Cause(definition, state, at)
    state.level = cause.matchingLevel()
    cause.hear({ name: 'opened' })
    if (state.assignee !== null) cause.hear({ name: 'assigned' })
    if (out) cause.hear({ name: 'status', from: 'new', cancels: isCancelling(state.kind, state.closeReason) })
    // a public agent message, the opening one too, makes New and Open to Answered, unless a status was said
    const answered = definition.statuses.find(({ kind }) => kind === 'answered')
    if (outbound && command.status === undefined && answered) cause.goTo(answered.name)
    return state
  }

  /** Everything that time alone causes up to `now`, one fact after the other. */
  advance(now: number): void {
    for (;;) {
      const next = this.nextFact()
      if (!next || next.at > now) return
      const cause = new Cause(this.definition, this.state as State, next.at)
      ;(this.state as State).facts.push(`${next.what} ${next.at}`)
      next.apply(cause)
      ;(this.state as State).lastAt = next.at
    }
  }

  nextFact(): { at: number; what: string; apply: (cause: Cause) => void } | undefined {
    const { state, definition } = this
    if (!state) return undefined
    const facts: { at: number; what: string; apply: (cause: Cause) => void }[] = []
    const clocks = new Clocks(definition, state)
    for (const cycle of state.cycles) {
      const late = clocks.lateFrom(cycle)
      if (!cycle.ended && cycle.breachedAt === null && late !== null)
        facts.push({ at: late + 1, what: `breach ${cycle.metric}`, apply: () => clocks.breach(cycle, late + 1) })
    }
    if (state.kind === 'postponed' && state.postponedUntil !== null)
      facts.push({ at: state.postponedUntil, what: 'wake', apply: (cause) => cause.wake() })
    if (state.kind === 'resolved' && definition.autoCloseAfter !== null && state.resolvedAt !== null) {
      const closed = definition.statuses.find(({ kind }) => kind === 'closed')
      if (closed)
        facts.push({
          at: state.resolvedAt + definition.autoCloseAfter,
          what: 'auto_close',
          apply: (cause) => cause.goTo(closed.name, 'auto'),
        })
    }
    let first = facts[0]
    for (const fact of facts) if (first && fact.at < first.at) first = fact
    return first
  }

  elapsed(cycle: Cycle, now: number): number {
    return new Clocks(this.definition, this.state as State).elapsed(cycle, now)
  }

  clockFacts(cycle: Cycle) {
    const clocks = new Clocks(this.definition, this.state as State)
    return { dueAt: clocks.dueAt(cycle), lateFrom: clocks.lateFrom(cycle) }
  }

  /** Instants at which something may change: where mistakes of one millisecond live. */
  edges(): number[] {
    const { state, definition } = this
    if (!state) return []
    const clocks = new Clocks(definition, state)
    const edges = state.cycles.flatMap((cycle) => {
      const [dueAt, lateFrom] = [clocks.dueAt(cycle), clocks.lateFrom(cycle)]
      return [...(dueAt === null ? [] : [dueAt]), ...(lateFrom === null ? [] : [lateFrom, lateFrom + 1])]
    })
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

const asksForAnswer = ({ role, automatic, reopens }: PlainMessage) =>
  (role === 'requester' || role === 'collaborator') && automatic !== true && reopens !== false

const isCancelling = (kind: Kind, reason: string | null) =>
  kind === 'closed' && (reason === 'spam' || reason === 'duplicate' || reason === 'merged')

/** One command or one fact of time, at its instant. */
class Cause {
  private readonly definition: PlainDefinition
  private readonly state: State
  private readonly at: number
  private readonly clocks: Clocks
  private changed = false

  constructor(definition: PlainDefinition, state: State, at: number) {
    this.definition = definition
    this.state = state
    this.at = at
    this.clocks = new Clocks(definition, state)
  }

  /** True when it changed something. */
  command(command: PlainCommand): boolean {
    this.checkState(command)
    this.apply(command)
    if (this.changed) {
      this.switchTargets()
      this.state.revision += 1
      this.state.lastAt = this.at
    }
    return this.changed
  }

  private checkState(command: PlainCommand): void {
    const { state } = this
    if (state.mergedInto) throw new Refused('ticket_merged')
    if (state.kind !== 'closed') return
    if (['note', 'tag', 'untag', 'reopen'].includes(command.do)) return
    if (
      command.do === 'message' &&
      (command.message.automatic || ['requester', 'collaborator'].includes(command.message.role))
    )
      return
    // setting the present status again is a no-op; from Closed the table knows only the reopening
    if (command.do === 'setStatus' || command.do === 'close') return
    if (command.do === 'update' && isQuiet(command, state)) return
    throw new Refused('ticket_closed')
  }

  private apply(command: PlainCommand): void {
    const { state } = this
    switch (command.do) {
      case 'open':
        return
      case 'message':
        this.addMessage(command.message, true)
        return
      case 'reply':
        this.addMessage(command.message, true)
        return
      case 'note':
        this.addMessage({ role: 'agent', public: false }, true)
        return
      case 'update':
        this.update(command)
        return
      case 'setStatus':
        this.setStatus(command.status, command.until, command.reason)
        return
      case 'postpone':
        this.setStatus(command.status ?? this.named('postponed'), command.until, command.reason ?? null)
        return
      case 'wake':
        if (state.kind === 'postponed') this.wake()
        return
      case 'resolve':
        this.setStatus(this.named('resolved'))
        return
      case 'confirm':
        if (state.kind !== 'resolved') throw new Refused('move_not_allowed')
        this.setStatus(this.named(command.solved ? 'closed' : 'open'), undefined, undefined, 'confirmed')
        return
      case 'close':
        this.setStatus(this.named('closed'), undefined, undefined, command.reason ?? null)
        return
      case 'reopen':
        if (!isOut(state.kind)) return
        if (command.by !== 'agent') this.checkWindow()
        this.setStatus(this.named('open'))
        return
      case 'assign':
        this.assign(command.agent)
        return
      case 'unassign':
        this.assign(null)
        return
      case 'transfer':
        if (state.department === command.department && command.agent === undefined) return
        this.transfer(command.department)
        this.assign(command.agent ?? null)
        return
      case 'setPriority':
        this.setPriority(command.priority)
        return
      case 'unsetPriority':
        this.setPriority(null)
        return
      case 'tag':
        this.setTags(command.tags, [])
        return
      case 'untag':
        this.setTags([], command.tags)
        return
    }
  }

  private update(command: PlainCommand & { do: 'update' }): void {
    this.setTags(command.addTags ?? [], command.removeTags ?? [])
    if (command.priority !== undefined) this.setPriority(command.priority)
    if (command.department !== undefined) this.transfer(command.department)
    if (command.assignee !== undefined) this.assign(command.assignee)
    if (command.message) this.addMessage(command.message, command.status === undefined)
    if (command.status !== undefined) this.setStatus(command.status, command.until)
  }

  wake(): void {
    this.goTo(this.named(this.state.wakesTo ?? 'open'))
  }

  private named(kind: Kind): string {
    const { statuses } = this.definition
    const status =
      statuses.find((one) => one.kind === kind && one.default === true) ?? statuses.find((one) => one.kind === kind)
    if (!status) throw new Refused('missing_kind')
    return status.name
  }

  private has(kind: Kind): boolean {
    return this.definition.statuses.some((status) => status.kind === kind)
  }

  private addMessage(message: PlainMessage, reacts: boolean): void {
    const { state, at } = this
    const asks = asksForAnswer(message)
    const answers = message.role === 'agent' && message.public && message.automatic !== true
    if (answers && state.kind === 'closed') throw new Refused('ticket_closed')
    if (asks && isOut(state.kind) && reacts) this.checkWindow()
    this.changed = true
    state.messages += 1
    if (message.role === 'agent' && message.public && message.automatic !== true) {
      state.replies += 1
      state.lastAgentReplyAt = at
      state.waitingSince = null
      if (state.firstRespondedAt === null && !(state.outbound && !state.requesterWrote)) state.firstRespondedAt = at
      this.hear({ name: 'agentReply' })
      if (reacts && (state.kind === 'new' || state.kind === 'open') && this.has('answered'))
        this.goTo(this.named('answered'))
    }
    if (asks) this.requesterSpoke(at, reacts)
  }

  private requesterSpoke(waitingSince: number, reacts: boolean): void {
    const { state, at } = this
    state.lastRequesterMessageAt = at
    state.waitingSince = Math.min(waitingSince, state.waitingSince ?? waitingSince)
    state.requesterWrote = true
    this.hear({ name: 'requesterMessage' })
    if (reacts && state.kind !== 'new' && state.kind !== 'open') this.goTo(this.named('open'))
  }

  receiveMerge(waitingSince: number | null): void {
    const { state, at } = this
    if (state.mergedInto) throw new Refused('ticket_merged')
    if (state.kind === 'closed' && waitingSince === null) throw new Refused('ticket_closed')
    // whoever waited on the other ticket writes here
    if (waitingSince !== null) {
      if (isOut(state.kind)) this.checkWindow()
      this.requesterSpoke(waitingSince, true)
    }
    this.switchTargets()
    state.revision += 1
    state.lastAt = at
  }

  mergeAway(): void {
    const { state } = this
    if (state.mergedInto) throw new Refused('ticket_merged')
    if (state.kind === 'closed') throw new Refused('ticket_closed')
    this.goTo(this.named('closed'), 'merged')
    state.mergedInto = true
    state.revision += 1
    state.lastAt = this.at
  }

  /** A message that reopens must come within the window, to the millisecond; 0 is never. */
  private checkWindow(): void {
    const { reopenWithin } = this.definition
    if (reopenWithin === null) return
    const left = (this.state.resolvedAt ?? this.state.closedAt) as number
    if (reopenWithin === 0 || this.at - left > reopenWithin) throw new Refused('follow_up_required')
  }

  private setStatus(
    name: string,
    until?: number | null,
    reason?: string | null,
    closeReason: string | null = null,
  ): void {
    const { state, at } = this
    const target = this.definition.statuses.find((status) => status.name === name)
    if (!target) throw new Refused('unknown_name')
    if (target.kind === 'postponed' && typeof until === 'number' && until <= at) throw new Refused('wake_in_past')
    if (name === state.status) {
      if (target.kind !== 'postponed' || (until === undefined && reason === undefined)) return
      // postponing again replaces both
      const [wake, why] = [until ?? null, reason ?? null]
      if (wake === state.postponedUntil && why === state.postponeReason) return
      state.postponedUntil = wake
      state.postponeReason = why
      this.changed = true
      return
    }
    const sameKind = target.kind === state.kind && target.kind !== 'closed'
    if (!sameKind && !mayGo[state.kind].includes(target.kind)) throw new Refused('move_not_allowed')
    this.goTo(name, closeReason, until ?? null, reason ?? null)
  }

  goTo(
    name: string,
    closeReason: string | null = null,
    until: number | null = null,
    reason: string | null = null,
  ): void {
    const { state, at } = this
    const target = this.definition.statuses.find((status) => status.name === name) as { name: string; kind: Kind }
    const from = state.kind
    if (target.name === state.status) return
    this.changed = true
    if (target.kind === 'postponed') {
      state.wakesTo = from === 'postponed' ? state.wakesTo : from === 'new' ? 'new' : 'open'
      state.postponedUntil = until
      state.postponeReason = reason
    } else {
      state.wakesTo = null
      state.postponedUntil = null
      state.postponeReason = null
    }
    state.status = target.name
    state.kind = target.kind
    state.statusSince = at
    if (isOut(target.kind)) state.waitingSince = null
    if (target.kind === 'resolved' && from !== 'resolved') {
      state.resolvedAt = at
      state.firstResolvedAt ??= at
    }
    if (target.kind === 'closed') {
      state.closedAt = at
      state.closeReason = closeReason
    } else {
      state.closedAt = null
      state.closeReason = null
    }
    if (!isOut(target.kind)) state.resolvedAt = null
    if (isOut(from) && !isOut(target.kind)) state.reopens += 1
    this.hear({ name: 'status', from, cancels: isCancelling(target.kind, closeReason) })
    state.lastAt = at
  }

  private assign(agent: string | null): void {
    const { state, at } = this
    if (state.assignee === agent) return
    if (state.assignee !== null && agent !== null) state.reassignments += 1
    state.assignee = agent
    state.assignedSince = agent === null ? null : at
    this.changed = true
    if (agent !== null) {
      state.everAssigned = true
      this.hear({ name: 'assigned' })
    }
  }

  private transfer(department: string): void {
    if (this.state.department === department) return
    this.state.department = department
    this.state.departmentSince = this.at
    this.changed = true
  }

  private setPriority(priority: string | null): void {
    const { state, definition } = this
    if (priority !== null && !definition.priorities.includes(priority)) throw new Refused('unknown_name')
    if (state.manualPriority === priority) return
    state.manualPriority = priority
    state.priority = priority ?? (definition.priorities[0] as string)
    this.changed = true
  }

  private setTags(add: readonly string[], remove: readonly string[]): void {
    const before = this.state.tags.join()
    const kept = this.state.tags.filter((tag) => !remove.some((other) => other.toLowerCase() === tag))
    this.state.tags = [...new Set([...kept, ...add.map((tag) => tag.toLowerCase())])].sort()
    if (this.state.tags.join() !== before) this.changed = true
  }

  matchingLevel(): string | null {
    const { tags, priority } = this.state
    for (const rule of this.definition.rules) {
      if (rule.tag !== undefined && !tags.includes(rule.tag)) continue
      if (rule.priority !== undefined && rule.priority !== priority) continue
      return rule.level
    }
    return null
  }

  hear(signal: Signal): void {
    const { state, at } = this
    const heard: Heard = {
      at,
      signal,
      status: state.status,
      kind: state.kind,
      outbound: state.outbound,
      responded: state.firstRespondedAt !== null,
      waiting: state.waitingSince !== null,
      everAssigned: state.everAssigned,
    }
    state.heard.push(heard)
    for (const metric of metrics) this.clocks.hear(metric, heard)
  }

  /** After the events of a cause: does another level or another allowance hold now? */
  private switchTargets(): void {
    const { state } = this
    const before = { level: state.level, priority: state.targetPriority }
    state.level = this.matchingLevel()
    state.targetPriority = state.priority
    for (const metric of metrics) this.clocks.switch(metric, this.at, before)
  }
}

/** What an update may ask of a closed ticket: nothing that it does not have already. */
const isQuiet = (command: PlainCommand & { do: 'update' }, state: State) =>
  (command.priority === undefined || command.priority === state.manualPriority) &&
  (command.assignee === undefined || command.assignee === state.assignee) &&
  (command.department === undefined || command.department === state.department) &&
  command.status === undefined &&
  (command.message === undefined || !command.message.public)

class Clocks {
  private readonly definition: PlainDefinition
  private readonly state: State

  constructor(definition: PlainDefinition, state: State) {
    this.definition = definition
    this.state = state
  }

  private calendar(id: string): PlainCalendar {
    return this.definition.calendars[id] as PlainCalendar
  }

  cycle(metric: MetricName): Cycle | undefined {
    return this.state.cycles.find((cycle) => cycle.metric === metric)
  }

  target(metric: MetricName) {
    return this.targetOf(metric, this.state.level, this.state.targetPriority)
  }

  private targetOf(
    metric: MetricName,
    levelId: string | null,
    priority: string,
  ): { ms: number; calendar: string; row: PlainTarget; level: string } | null {
    const { state, definition } = this
    const level = definition.levels.find(({ id }) => id === levelId)
    const row = level?.targets[metric]
    if (!level || !row) return null
    const own = row.within[priority]
    const ms = own === undefined ? (row.within.default ?? null) : own
    if (ms === null) return null
    const calendar = row.calendar ?? state.requesterCalendar ?? level.calendar ?? definition.deskCalendar
    return { ms, calendar: calendar as string, row, level: level.id }
  }

  private pauses(metric: MetricName, row: PlainTarget, status: string, kind: Kind): boolean {
    const list: readonly string[] = row.pauses ?? pausedByDefault[metric]
    return list.includes(status) || list.includes(kind)
  }

  elapsed(cycle: Cycle, now: number): number {
    let sum = 0
    for (const { from, to, calendar } of cycle.stretches) sum += this.calendar(calendar).between(from, to ?? now)
    return sum
  }

  running(cycle: Cycle): Stretch | undefined {
    const last = cycle.stretches.at(-1)
    return !cycle.ended && last?.to === null ? last : undefined
  }

  dueAt(cycle: Cycle): number | null {
    if (cycle.ended || cycle.breachedAt !== null) return cycle.dueAt
    const stretch = this.running(cycle)
    if (!stretch) return null
    const left = cycle.targetMs - this.elapsed(cycle, stretch.from)
    return this.calendar(stretch.calendar).add(stretch.from, left)
  }

  lateFrom(cycle: Cycle): number | null {
    if (cycle.ended || cycle.breachedAt !== null) return cycle.lateFrom
    const due = this.dueAt(cycle)
    return due === null ? null : this.calendar((this.running(cycle) as Stretch).calendar).nextOpening(due)
  }

  breach(cycle: Cycle, at: number): void {
    const [dueAt, lateFrom] = [this.dueAt(cycle), this.lateFrom(cycle)]
    cycle.breachedAt = at
    cycle.dueAt = dueAt
    cycle.lateFrom = lateFrom
  }

  private breachNow(cycle: Cycle, at: number): void {
    cycle.breachedAt = at
    cycle.dueAt = at
    cycle.lateFrom = at
  }

  private isLate(cycle: Cycle, at: number): boolean {
    return this.elapsed(cycle, at) > cycle.targetMs
  }

  private start(metric: MetricName, heard: Heard): void {
    const target = this.target(metric)
    if (!target) return
    const before = this.cycle(metric)
    this.state.cycles = this.state.cycles.filter((cycle) => cycle.metric !== metric)
    const paused = this.pauses(metric, target.row, heard.status, heard.kind)
    this.state.cycles.push({
      metric,
      cycle: (before?.cycle ?? 0) + 1,
      application: 1,
      level: target.level,
      calendar: target.calendar,
      targetMs: target.ms,
      startedAt: heard.at,
      stretches: paused ? [] : [{ from: heard.at, to: null, calendar: target.calendar }],
      ended: false,
      ending: null,
      endedBy: null,
      endedAt: null,
      breachedAt: null,
      dueAt: null,
      lateFrom: null,
    })
    this.state.cycles.sort((a, b) => metrics.indexOf(a.metric) - metrics.indexOf(b.metric))
  }

  private pause(cycle: Cycle, at: number): void {
    const stretch = this.running(cycle)
    if (stretch) stretch.to = at
  }

  private resume(cycle: Cycle, at: number): void {
    if (this.running(cycle)) return
    cycle.stretches.push({ from: at, to: null, calendar: cycle.calendar })
    if (cycle.breachedAt === null && this.isLate(cycle, at)) this.breachNow(cycle, at)
  }

  private end(cycle: Cycle, at: number, ending: 'fulfilled' | 'cancelled', endedBy: Cycle['endedBy']): void {
    if (cycle.breachedAt === null && this.isLate(cycle, at)) this.breachNow(cycle, at)
    const [dueAt, lateFrom] = [this.dueAt(cycle), this.lateFrom(cycle)]
    this.pause(cycle, at)
    cycle.dueAt = dueAt
    cycle.lateFrom = lateFrom
    cycle.ended = true
    cycle.ending = ending
    cycle.endedBy = endedBy
    cycle.endedAt = at
  }

  private unend(cycle: Cycle): void {
    cycle.ended = false
    cycle.ending = null
    cycle.endedBy = null
    cycle.endedAt = null
  }

  hear(metric: MetricName, heard: Heard): void {
    const { signal, at } = heard
    const cycle = this.cycle(metric)
    const open = cycle !== undefined && !cycle.ended
    switch (signal.name) {
      case 'opened':
        if (metric === 'resolution' || metric === 'firstAssignment' || (metric === 'firstResponse' && !heard.outbound))
          this.start(metric, heard)
        return
      case 'requesterMessage':
        if (isOut(heard.kind)) return
        if (metric === 'firstResponse' && heard.outbound && !cycle) this.start(metric, heard)
        if (metric === 'nextResponse' && heard.responded && !open) this.start(metric, heard)
        return
      case 'agentReply':
        if (open && (metric === 'firstResponse' || metric === 'nextResponse')) this.end(cycle, at, 'fulfilled', 'own')
        return
      case 'assigned':
        if (open && metric === 'firstAssignment') this.end(cycle, at, 'fulfilled', 'own')
        return
      case 'status':
        this.hearStatus(metric, cycle, signal, heard)
        return
    }
  }

  private hearStatus(
    metric: MetricName,
    cycle: Cycle | undefined,
    { from, cancels }: Signal & { name: 'status' },
    heard: Heard,
  ): void {
    const { at, kind } = heard
    const open = cycle !== undefined && !cycle.ended
    if (isOut(kind)) {
      if (open) this.end(cycle, at, metric === 'resolution' && !cancels ? 'fulfilled' : 'cancelled', 'leftWork')
      return
    }
    if (isOut(from)) {
      if (metric === 'nextResponse') {
        if (heard.waiting && heard.responded) this.start(metric, heard)
      } else if (cycle?.endedBy === 'leftWork' || cycle?.endedBy === 'noTarget') this.continue(metric, cycle, heard)
      else if (!cycle && metric === 'firstResponse' && heard.outbound && heard.waiting) this.start(metric, heard)
      return
    }
    if (!open) return
    const row = this.rowOf(cycle)
    if (this.pauses(metric, row, heard.status, kind)) this.pause(cycle, at)
    else this.resume(cycle, at)
  }

  /** The pause list under which a clock runs. */
  private rowOf(cycle: Cycle): PlainTarget {
    return this.definition.levels.find(({ id }) => id === cycle.level)?.targets[cycle.metric] as PlainTarget
  }

  /** Takes up the cycle again that leaving work or the want of a target had ended, with the target in force now. */
  private continue(metric: MetricName, cycle: Cycle, heard: Heard): void {
    const target = this.target(metric)
    // what was done meanwhile was the first assignment, the first response (decision 006)
    const met = (metric === 'firstAssignment' && heard.everAssigned) || (metric === 'firstResponse' && heard.responded)
    if (!target || met) return
    this.unend(cycle)
    if (cycle.breachedAt === null) {
      cycle.dueAt = null
      cycle.lateFrom = null
    }
    this.retarget(cycle, target, heard.at)
    if (!this.pauses(metric, target.row, heard.status, heard.kind)) this.resume(cycle, heard.at)
  }

  private retarget(cycle: Cycle, target: { ms: number; calendar: string; level: string }, at: number): void {
    if (cycle.level === target.level && cycle.calendar === target.calendar && cycle.targetMs === target.ms) return
    const running = this.running(cycle)
    if (running) {
      running.to = at
      if (running.from === at) cycle.stretches.pop()
      cycle.stretches.push({ from: at, to: null, calendar: target.calendar })
    }
    cycle.level = target.level
    cycle.calendar = target.calendar
    cycle.targetMs = target.ms
    cycle.application += 1
    if (cycle.breachedAt !== null) {
      if (!this.isLate(cycle, at)) cycle.breachedAt = null
    } else if (running && this.isLate(cycle, at)) this.breachNow(cycle, at)
  }

  switch(metric: MetricName, at: number, before: { level: string | null; priority: string }): void {
    const { state } = this
    const cycle = this.cycle(metric)
    const target = this.target(metric)
    const out = isOut(state.kind)
    if (before.level === state.level && before.priority === state.targetPriority) return
    const now = { ...this.lastHeard(), at, status: state.status, kind: state.kind }
    if (cycle && !cycle.ended) {
      if (!target) this.end(cycle, at, 'cancelled', 'noTarget')
      else if (cycle.level !== target.level || cycle.calendar !== target.calendar || cycle.targetMs !== target.ms) {
        if (target.row.restartFrom === 'switch') {
          this.end(cycle, at, 'cancelled', 'own')
          this.start(metric, now)
        } else this.retarget(cycle, target, at)
      }
    } else if (cycle && target && metric === 'nextResponse') {
      if (!out && !this.targetOf(metric, before.level, before.priority)) this.waitedMeanwhile(cycle, now)
    } else if (cycle && target && cycle.endedBy === 'noTarget' && !out) this.continue(metric, cycle, now)
    else if (!cycle && target) this.countThePast(metric, at)
  }

  private lastHeard(): Heard {
    return this.state.heard.at(-1) as Heard
  }

  /** nextResponse has a target again: whoever waits has waited since they wrote, be it without a target. */
  private waitedMeanwhile(cycle: Cycle, now: Heard): void {
    const before = this.state.cycles
    this.state.cycles = before.filter((one) => one !== cycle)
    for (const heard of this.state.heard) this.hear('nextResponse', heard)
    const counted = this.cycle('nextResponse')
    const same = cycle.endedBy === 'noTarget' && counted?.startedAt === cycle.startedAt
    if (!counted || counted.ended || same) this.state.cycles = before
    if (!counted || counted.ended) return
    if (same) {
      this.continue('nextResponse', cycle, now)
      return
    }
    counted.cycle = cycle.cycle + 1
    counted.breachedAt = null
    if (this.running(counted) && this.isLate(counted, now.at)) this.breachNow(counted, now.at)
  }

  /** A metric gets its first target after its start signal. */
  private countThePast(metric: MetricName, at: number): void {
    for (const heard of this.state.heard) this.hear(metric, heard)
    const cycle = this.cycle(metric)
    if (!cycle) return
    // what is late already breaches now; a paused clock when it resumes or ends
    cycle.breachedAt = null
    const counts = cycle.ended || this.running(cycle) !== undefined
    if (counts && this.isLate(cycle, at)) this.breachNow(cycle, at)
  }
}

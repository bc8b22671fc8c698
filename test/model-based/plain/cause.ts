/** One command or one fact of time on the plain model: the words of SEMANTICS §2 and §3. */
import { type Choice, Clocks } from './clocks.ts'
import { asksForAnswer, type PlainCommand, type PlainMessage, Refused } from './command.ts'
import { type By, isOut, type Kind, mayGo, type PlainDefinition, type PlainRule } from './definition.ts'
import type { Cycle, Heard, State } from './state.ts'

const isCancelling = (kind: Kind, reason: string | null) =>
  kind === 'closed' && (reason === 'spam' || reason === 'duplicate' || reason === 'merged')

/** One command or one fact of time, at its instant. */
export class Cause {
  private readonly definition: PlainDefinition
  private readonly state: State
  private readonly at: number
  private readonly clocks: Clocks
  private readonly before: Choice
  /** When the ticket left work; null where it is in work. */
  private readonly leftAt: number | null
  /** What SLA rules may read, and who overrules them, as they were. */
  private readonly asked: Pick<State, 'tags' | 'priority' | 'department' | 'levelByHand'>
  private changed = false

  constructor(definition: PlainDefinition, state: State, at: number) {
    this.definition = definition
    this.state = state
    this.at = at
    this.clocks = new Clocks(definition, state)
    const { level, targetPriority, requesterCalendar, department } = state
    this.before = { level, targetPriority, requesterCalendar, department }
    this.leftAt = isOut(state.kind) ? (state.resolvedAt ?? state.closedAt) : null
    const { tags, levelByHand } = state
    this.asked = { tags: [...tags], priority: this.prioritySeen(), department, levelByHand }
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
      case 'setRequester':
        if (state.requesterCalendar === command.calendar) return
        state.requesterCalendar = command.calendar
        this.changed = true
        return
      case 'signal':
        this.changed = true
        this.hear([`signal:${command.name}`])
        return
      case 'setDue':
        this.setDue(this.openCycle(command.metric), command.dueAt)
        return
      case 'clearDue':
        this.clearDue(this.openCycle(command.metric))
        return
      case 'applySla':
        this.applySla(command.level)
        return
      case 'reapply':
        this.reapply()
        return
      case 'tag':
        this.setTags(command.tags, [])
        return
      case 'untag':
        this.setTags([], command.tags)
        return
    }
  }

  private openCycle(metric: string): Cycle {
    const cycle = this.clocks.cycle(metric)
    if (!cycle || cycle.ended) throw new Refused('no_clock')
    return cycle
  }

  private setDue(cycle: Cycle, dueAt: number): void {
    if (cycle.manual?.dueAt === dueAt) return
    this.clocks.setDue(cycle, dueAt, this.at)
    this.changed = true
  }

  private clearDue(cycle: Cycle): void {
    if (!cycle.manual) return
    this.clocks.clearDue(cycle, this.at)
    this.changed = true
  }

  private applySla(level: string | null | undefined): void {
    const { state } = this
    const byHand = level === undefined ? null : { level }
    if (JSON.stringify(byHand) === JSON.stringify(state.levelByHand)) return
    state.levelByHand = byHand
    state.levelSince = this.at
    this.changed = true
  }

  private reapply(): void {
    const { state } = this
    if (isOut(state.kind)) return
    const before = state.level
    this.matchRules()
    state.targetPriority = state.priority
    const moved = this.clocks.reapply(this.at)
    this.changed = moved || state.level !== before
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
    this.switchTargets()
  }

  closeByTime(): void {
    this.goTo(this.named('closed'), 'auto')
    this.switchTargets()
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
      this.hear(['agentReply'], 'agent')
      if (reacts && (state.kind === 'new' || state.kind === 'open') && this.has('answered'))
        this.goTo(this.named('answered'))
    }
    if ((message.role === 'bot' || message.role === 'system') && message.public && message.automatic !== true) {
      state.botResponded ||= !(state.outbound && !state.requesterWrote)
      this.hear(['botReply'], message.role)
    }
    if (asks) this.requesterSpoke(at, reacts, message.role)
  }

  private requesterSpoke(waitingSince: number, reacts: boolean, role: By): void {
    const { state, at } = this
    state.lastRequesterMessageAt = at
    state.waitingSince = Math.min(waitingSince, state.waitingSince ?? waitingSince)
    state.requesterWrote = true
    this.hear(['requesterMessage'], role)
    if (reacts && state.kind !== 'new' && state.kind !== 'open') this.goTo(this.named('open'))
  }

  receiveMerge(waitingSince: number | null): void {
    const { state, at } = this
    if (state.mergedInto) throw new Refused('ticket_merged')
    if (state.kind === 'closed' && waitingSince === null) throw new Refused('ticket_closed')
    // whoever waited on the other ticket writes here
    if (waitingSince !== null) {
      if (isOut(state.kind)) this.checkWindow()
      this.requesterSpoke(waitingSince, true, 'requester')
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
    this.goTo(name, closeReason, until ?? null, reason ?? null, true)
  }

  goTo(
    name: string,
    closeReason: string | null = null,
    until: number | null = null,
    reason: string | null = null,
    byHand = false,
  ): void {
    const { state, at } = this
    const target = this.definition.statuses.find((status) => status.name === name) as { name: string; kind: Kind }
    const from = state.kind
    const before = { status: state.status, kind: from }
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
    const work = isOut(from) === isOut(target.kind) ? null : isOut(from) ? 'again' : 'left'
    this.hearStatus(before, work, closeReason, byHand)
    state.lastAt = at
  }

  private assign(agent: string | null): void {
    const { state, at } = this
    if (state.assignee === agent) return
    if (state.assignee !== null && agent !== null) state.reassignments += 1
    state.assignee = agent
    state.assignedSince = agent === null ? null : at
    this.changed = true
    if (agent !== null) state.everAssigned = true
    this.hear([agent === null ? 'unassigned' : 'assigned'])
  }

  private transfer(department: string): void {
    const { state } = this
    if (state.department === department) return
    const left = state.department !== null
    state.department = department
    state.departmentSince = this.at
    this.changed = true
    this.hear(left ? ['departmentLeft', 'departmentTaken'] : ['departmentTaken'])
  }

  private setPriority(priority: string | null): void {
    const { state, definition } = this
    if (priority !== null && !definition.priorities.includes(priority)) throw new Refused('unknown_name')
    if (state.manualPriority === priority) return
    state.manualPriority = priority
    this.changed = true
    this.followPriority()
  }

  private followPriority(): void {
    const { state, definition } = this
    const before = state.priority
    state.priority = state.manualPriority ?? state.slaPriority ?? (definition.priorities[0] as string)
    if (state.priority !== before) this.hear(['changed:priority'])
  }

  private setTags(add: readonly string[], remove: readonly string[]): void {
    const before = this.state.tags.join()
    const kept = this.state.tags.filter((tag) => !remove.some((other) => other.toLowerCase() === tag))
    this.state.tags = [...new Set([...kept, ...add.map((tag) => tag.toLowerCase())])].sort()
    if (this.state.tags.join() !== before) this.changed = true
  }

  /** As SLA rules see it: without what one of them gave. */
  private prioritySeen(): string {
    return this.state.manualPriority ?? (this.definition.priorities[0] as string)
  }

  matchingRule(): PlainRule | undefined {
    const { tags, department } = this.state
    const priority = this.prioritySeen()
    for (const rule of this.definition.rules) {
      if (rule.tag !== undefined && !tags.includes(rule.tag)) continue
      if (rule.priority !== undefined && rule.priority !== priority) continue
      if (rule.department !== undefined && rule.department !== department) continue
      return rule
    }
    return undefined
  }

  private hearStatus(
    before: { status: string; kind: Kind },
    work: Heard['work'],
    closeReason: string | null,
    byHand: boolean,
  ): void {
    const { status, kind } = this.state
    const sameKind = before.kind === kind
    const answered = byHand && kind === 'answered' && !sameKind
    if (answered) this.state.answeredByHand ||= !this.state.outbound || this.state.requesterWrote
    const names = [
      'statusChanged',
      `left:${before.status}`,
      `entered:${status}`,
      ...(sameKind ? [] : [`left:${before.kind}`, `entered:${kind}`]),
      ...(sameKind || !isOut(kind) ? [] : [kind]),
      ...(work === 'left' ? ['leftWork'] : work === 'again' ? ['reopened'] : []),
      ...(answered ? ['answeredByHand'] : []),
    ]
    this.hear(names, null, work, isCancelling(kind, closeReason))
  }

  hear(names: readonly string[], role: By | null = null, work: Heard['work'] = null, cancels = false): void {
    const { state, at } = this
    const heard: Heard = {
      at,
      names,
      role,
      status: state.status,
      kind: state.kind,
      work,
      cancels,
      outbound: state.outbound,
      responded: state.firstRespondedAt !== null,
      botResponded: state.botResponded,
      answeredByHand: state.answeredByHand,
      resolvedOnce: state.firstResolvedAt !== null,
      replied: state.lastAgentReplyAt !== null,
      waiting: state.waitingSince !== null,
      everAssigned: state.everAssigned,
      department: state.department,
    }
    state.heard.push(heard)
    this.clocks.hear(heard)
  }

  private matchRules(): void {
    const { state } = this
    const rule = this.matchingRule()
    state.slaPriority = rule?.gives ?? null
    this.followPriority()
    const level = state.levelByHand ? state.levelByHand.level : (rule?.level ?? null)
    if (level !== state.level) state.levelSince = this.at
    state.level = level
  }

  /**
   * Rules are asked again when a field that they read has changed, and when a choice is given or taken back by hand.
   */
  private isAsked(): boolean {
    const { state, asked } = this
    if (JSON.stringify(asked.levelByHand) !== JSON.stringify(state.levelByHand)) return true
    return this.definition.rules.some(
      ({ tag, priority, department }) =>
        (tag !== undefined && asked.tags.join() !== state.tags.join()) ||
        (priority !== undefined && asked.priority !== this.prioritySeen()) ||
        (department !== undefined && asked.department !== state.department),
    )
  }

  /** After the events of a cause: does another level or another allowance hold now? */
  private switchTargets(): void {
    const { state } = this
    if (this.isAsked()) this.matchRules()
    state.targetPriority = state.priority
    this.clocks.switch(this.before, this.at)
    const { leftAt } = this
    const cameSince = leftAt !== null && state.levelSince >= leftAt && state.levelSince > state.openedAt
    if (cameSince && !isOut(state.kind)) this.clocks.startMissing(this.at)
  }
}

/** What an update may ask of a closed ticket: nothing that it does not have already. */
const isQuiet = (command: PlainCommand & { do: 'update' }, state: State) =>
  (command.priority === undefined || command.priority === state.manualPriority) &&
  (command.assignee === undefined || command.assignee === state.assignee) &&
  (command.department === undefined || command.department === state.department) &&
  command.status === undefined &&
  (command.message === undefined || !command.message.public)

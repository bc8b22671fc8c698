/** How clocks take what they hear: SEMANTICS §5, sentence by sentence. */
import { dueOf, elapsedOf, isLate, lateFromOf, rewindSteps, runningOf } from './cycle.ts'
import {
  type Allowance,
  isOut,
  type Kind,
  type PlainDefinition,
  type PlainLevel,
  type PlainTarget,
} from './definition.ts'
import { heardAny, isHolding, type Row, rowsOf } from './metric.ts'
import type { Cycle, Heard, State } from './state.ts'

/** A target as it applies to a ticket: the allowance is known once the start is. */
interface Applied {
  readonly row: PlainTarget
  readonly allowance: Allowance
  readonly wording: PlainLevel
  readonly calendarId: string
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

function allowanceFor(within: PlainTarget['within'], priority: string): Allowance | null {
  if (typeof within !== 'object' || within === null || 'businessDays' in within) return within as Allowance | null
  const own = Object.hasOwn(within, priority) ? within[priority] : within.default
  return own ?? null
}

/** What of a ticket decides which target holds. */
export type Choice = Pick<State, 'level' | 'targetPriority' | 'requesterCalendar' | 'department'>

export class Clocks {
  private readonly definition: PlainDefinition
  private readonly state: State
  readonly rows: readonly Row[]

  constructor(definition: PlainDefinition, state: State) {
    this.definition = definition
    this.state = state
    this.rows = rowsOf(definition.metrics)
  }

  cycle(metric: string): Cycle | undefined {
    return this.state.cycles.find((cycle) => cycle.metric === metric)
  }

  private target(row: Row, of: Choice): Applied | null {
    const level = this.definition.levels.find(({ id }) => id === of.level)
    return level ? this.targetOf(level, row, of) : null
  }

  /** What the words of a level promise. */
  private targetOf(wording: PlainLevel, row: Row, of: Choice): Applied | null {
    const { definition } = this
    const target = wording.targets.find(({ metric }) => metric === row.name)
    if (!target) return null
    const allowance = allowanceFor(target.within, of.targetPriority)
    if (allowance === null) return null
    const between =
      row.calendarOf === 'department'
        ? definition.departments?.find(({ id }) => id === of.department)?.calendar
        : of.requesterCalendar
    const calendarId = target.calendar ?? between ?? wording.calendar ?? (definition.deskCalendar as string)
    return { row: target, allowance, wording, calendarId }
  }

  private targetMs({ allowance, calendarId }: Applied, startedAt: number): number {
    if (typeof allowance === 'number') return allowance
    const calendar = this.calendar(calendarId)
    return calendar.between(startedAt, calendar.addBusinessDays(startedAt, allowance.businessDays))
  }

  private calendar(id: string) {
    const calendar = this.definition.calendars[id]
    if (!calendar) throw new Error(`the model has no calendar ${id}`)
    return calendar
  }

  private pauses(row: Row, target: PlainTarget, { status, kind }: { status: string; kind: Kind }): boolean {
    const list = target.pauses ?? row.pausedIn
    return list.includes(status) || list.includes(kind)
  }

  // what becomes of one cycle

  breach(cycle: Cycle, at: number): void {
    const [dueAt, lateFrom] = [dueOf(cycle), lateFromOf(cycle)]
    cycle.breachedAt = at
    cycle.dueAt = dueAt
    cycle.lateFrom = lateFrom
  }

  private breachNow(cycle: Cycle, at: number): void {
    cycle.breachedAt = at
    cycle.dueAt = at
    cycle.lateFrom = at
  }

  private start(row: Row, target: Applied, heard: Heard): void {
    const { state } = this
    const before = this.cycle(row.name)
    if (before) state.past.push(before)
    state.cycles = state.cycles.filter((cycle) => cycle !== before)
    const calendar = this.calendar(target.calendarId)
    const paused = this.pauses(row, target.row, heard)
    state.cycles.push({
      metric: row.name,
      cycle: (before?.cycle ?? 0) + 1,
      application: 1,
      level: target.wording.id,
      wording: target.wording,
      row: target.row,
      calendarId: target.calendarId,
      calendar,
      targetMs: this.targetMs(target, heard.at),
      startedAt: heard.at,
      appliedAt: heard.at,
      stretches: paused ? [] : [{ from: heard.at, to: null, calendar }],
      held: false,
      manual: null,
      fired: {},
      everFired: false,
      ended: false,
      ending: null,
      endedBy: null,
      endedAt: null,
      breachedAt: null,
      dueAt: null,
      lateFrom: null,
    })
    state.cycles.sort((a, b) => (a.metric < b.metric ? -1 : 1))
  }

  private pause(cycle: Cycle, at: number): void {
    const stretch = runningOf(cycle)
    if (stretch) stretch.to = at
  }

  private resume(cycle: Cycle, at: number): void {
    if (runningOf(cycle)) return
    cycle.stretches.push({ from: at, to: null, calendar: cycle.calendar })
    if (!cycle.manual && cycle.breachedAt === null && isLate(cycle, at)) this.breachNow(cycle, at)
  }

  private end(cycle: Cycle, at: number, ending: 'fulfilled' | 'cancelled', endedBy: Cycle['endedBy']): void {
    if (!cycle.manual && cycle.breachedAt === null && isLate(cycle, at)) this.breachNow(cycle, at)
    const [dueAt, lateFrom] = [dueOf(cycle), lateFromOf(cycle)]
    this.pause(cycle, at)
    cycle.dueAt = dueAt
    cycle.lateFrom = lateFrom
    cycle.ended = true
    cycle.held = false
    cycle.ending = ending
    cycle.endedBy = endedBy
    cycle.endedAt = at
  }

  private runOrPause(row: Row, cycle: Cycle, now: { status: string; kind: Kind }, at: number): void {
    if (cycle.held || this.pauses(row, cycle.row, now)) this.pause(cycle, at)
    else this.resume(cycle, at)
  }

  // what they hear

  hear(heard: Heard): void {
    for (const row of this.rows) this.hearOne(row, heard)
  }

  private hearOne(row: Row, what: Heard): void {
    const heard: Heard = { ...what, firstIsOpen: this.cycle('firstResponse')?.ended === false }
    const { at } = heard
    const cycle = this.cycle(row.name)
    if (cycle && !cycle.ended) {
      if (heard.work === 'left' && heard.cancels && !heardAny(heard, ['opened', 'withOpening']))
        this.leaveWork(row, cycle, heard)
      else if (row.cancels?.(heard)) this.end(cycle, at, 'cancelled', 'own')
      else if (row.fulfils(heard, cycle.row)) this.end(cycle, at, 'fulfilled', 'own')
      else if (heard.work === 'left') this.leaveWork(row, cycle, heard)
    }
    if (isOut(heard.kind) && !heardAny(heard, ['opened', 'withOpening'])) return
    if (heard.work === 'again') this.reopen(row, heard)
    this.startIfAsked(row, heard)
    const open = this.cycle(row.name)
    if (!open || open.ended) return
    // set to Answered from Resolved: reopened, and answered by that
    if (heard.work === 'again' && row.fulfils({ ...heard, names: ['answeredByHand'] }, open.row)) {
      if (heardAny(heard, ['answeredByHand'])) {
        this.end(open, at, 'fulfilled', 'own')
        return
      }
    }
    open.held = isHolding(row, heard) ?? open.held
    this.runOrPause(row, open, heard, at)
  }

  private leaveWork(row: Row, cycle: Cycle, heard: Heard): void {
    const counts = row.onLeavingWork === 'fulfil' || cycle.row.resolvingCounts === true
    this.end(cycle, heard.at, counts && !heard.cancels ? 'fulfilled' : 'cancelled', 'leftWork')
  }

  private startIfAsked(row: Row, heard: Heard): void {
    const cycle = this.cycle(row.name)
    if (cycle && (!cycle.ended || !row.recurs)) return
    const target = this.target(row, this.state)
    if (!target || !row.starts(heard, target.row)) return
    if (heard.role !== null && target.row.startedBy && !target.row.startedBy.includes(heard.role)) return
    this.start(row, target, heard)
  }

  private reopen(row: Row, heard: Heard): void {
    const cycle = this.cycle(row.name)
    if (cycle && !cycle.ended) return
    const target = this.target(row, this.state)
    if (!target) return
    const resumes = cycle?.endedBy === 'leftWork' || cycle?.endedBy === 'noTarget'
    if (row.onReopen === 'continue' && cycle) {
      if (resumes && !row.met?.(heard, target.row)) this.continue(row, cycle, target, heard)
    } else if (row.onReopen === 'restart' || (row.onReopen === 'continue' && row.begins)) {
      if (row.begins?.(heard, target.row)) this.start(row, target, heard)
    }
  }

  /** Takes up again what leaving work or the want of a target had ended, with the target in force now. */
  private continue(row: Row, cycle: Cycle, target: Applied, heard: Heard): void {
    cycle.ended = false
    cycle.ending = null
    cycle.endedBy = null
    cycle.endedAt = null
    if (cycle.breachedAt === null) {
      cycle.dueAt = null
      cycle.lateFrom = null
    }
    // a promised instant that passed while it had ended is missed from now on
    if (cycle.manual && cycle.breachedAt === null)
      cycle.manual = { ...cycle.manual, lateFrom: Math.max(cycle.manual.lateFrom, heard.at) }
    this.continueUnder(cycle, target, heard.at)
    this.runOrPause(row, cycle, heard, heard.at)
  }

  // what they are measured by

  private continueUnder(cycle: Cycle, target: Applied, at: number): void {
    const { wording, row, calendarId } = target
    const stays =
      cycle.level === wording.id &&
      cycle.calendar === this.calendar(calendarId) &&
      cycle.targetMs === this.targetMs(target, cycle.startedAt)
    if (stays) Object.assign(cycle, { wording, row })
    else this.apply(cycle, target, at)
  }

  /** Another level, allowance or calendar from now on; what has accrued stays. */
  private apply(cycle: Cycle, target: Applied, at: number): void {
    const { wording, row, calendarId } = target
    const calendar = this.calendar(calendarId)
    const running = runningOf(cycle)
    if (running) {
      running.to = at
      if (running.from === at) cycle.stretches.pop()
      cycle.stretches.push({ from: at, to: null, calendar })
    }
    const targetMs = this.targetMs(target, cycle.startedAt)
    Object.assign(cycle, { level: wording.id, wording, row, calendarId, calendar, targetMs, appliedAt: at })
    cycle.application += 1
    rewindSteps(cycle, at)
    if (cycle.manual) return
    if (cycle.breachedAt !== null) {
      if (isLate(cycle, at)) return
      cycle.breachedAt = null
      cycle.dueAt = null
      cycle.lateFrom = null
    } else if (running && isLate(cycle, at)) this.breachNow(cycle, at)
  }

  private applyAndFollow(row: Row, cycle: Cycle, target: Applied, at: number): void {
    this.apply(cycle, target, at)
    this.runOrPause(row, cycle, this.now(at), at)
  }

  /** After the events of a cause: does another level, another allowance, another calendar hold now? */
  switch(before: Choice, at: number): void {
    for (const row of this.rows) this.switchOne(row, before, at)
  }

  private switchOne(row: Row, before: Choice, at: number): void {
    const target = this.target(row, this.state)
    const cycle = this.cycle(row.name)
    if (cycle && !cycle.ended) {
      if (!this.isSwitch(row, cycle, before)) return
      if (!target) this.end(cycle, at, 'cancelled', 'noTarget')
      else this.switchOpen(row, cycle, target, at)
      return
    }
    const otherLevel = before.level !== this.state.level
    const comes = this.target(row, before) === null
    if (!target || !(comes || otherLevel)) return
    if (isOut(this.state.kind)) return
    if (!cycle) this.firstTarget(row, at)
    else if (cycle.endedBy === 'noTarget' || (row.recurs && comes)) this.targetAgain(row, cycle, target, at)
  }

  /** A new level, or a change of the clock's allowance or calendar, by the words it runs under; nothing else. */
  private isSwitch(row: Row, cycle: Cycle, before: Choice): boolean {
    const { state } = this
    if (before.level !== state.level && cycle.level !== state.level) return true
    const [was, is] = [before, state].map((choice) => this.targetOf(cycle.wording, row, choice))
    if (!same(was?.allowance, is?.allowance)) return true
    return is?.calendarId !== was?.calendarId && is?.calendarId !== cycle.calendarId
  }

  private switchOpen(row: Row, cycle: Cycle, target: Applied, at: number): void {
    // a promise by hand is for this cycle; one that has just begun and fired a step would fire it again
    const stays = cycle.manual !== null || (cycle.startedAt === at && cycle.everFired)
    if (target.row.restartFrom === 'switch' && !stays) {
      const { held } = cycle
      this.end(cycle, at, 'cancelled', 'own')
      this.start(row, target, this.now(at))
      this.hold(row, held, at)
    } else this.applyAndFollow(row, cycle, target, at)
  }

  /** What a signal holds stays held, whatever is switched. */
  private hold(row: Row, held: boolean, at: number): void {
    const cycle = this.cycle(row.name)
    if (!cycle || !held) return
    cycle.held = true
    this.pause(cycle, at)
    if (cycle.stretches.at(-1)?.from === at) cycle.stretches.pop()
  }

  /** A level that came while the ticket was out of work: what has no clock yet counts the past now. */
  startMissing(at: number): void {
    for (const row of this.rows) if (!this.cycle(row.name) && this.target(row, this.state)) this.firstTarget(row, at)
  }

  private now(at: number): Heard {
    const { status, kind } = this.state
    const firstIsOpen = this.cycle('firstResponse')?.ended === false
    return { ...(this.state.heard.at(-1) as Heard), at, status, kind, names: [], work: null, firstIsOpen }
  }

  /** The present cycle of a metric, were its target in force from the beginning on. */
  private counted(row: Row): Cycle | undefined {
    const scratch: State = { ...this.state, cycles: [], past: [] }
    const clocks = new Clocks(this.definition, scratch)
    for (const heard of this.state.heard) clocks.hear(heard)
    return clocks.cycle(row.name)
  }

  /** The first target after the start signal: the past counts. */
  private firstTarget(row: Row, at: number): void {
    const cycle = this.counted(row)
    if (!cycle || this.isTooSoon(row, cycle, at)) return
    this.state.cycles = [...this.state.cycles, cycle].sort((a, b) => (a.metric < b.metric ? -1 : 1))
    this.countsNow(cycle, at)
  }

  /** Until the first response is given, the next is not owed (hazard 15). */
  private isTooSoon(row: Row, counted: Cycle, at: number): boolean {
    return row.name === 'nextResponse' && !counted.ended && !row.begins?.(this.now(at), counted.row)
  }

  /** What is late already breaches now; a paused clock when it resumes or ends. */
  private countsNow(cycle: Cycle, at: number): void {
    cycle.breachedAt = null
    cycle.appliedAt = at
    const running = runningOf(cycle)
    if (running && running.from < at) {
      running.to = at
      cycle.stretches.push({ from: at, to: null, calendar: cycle.calendar })
    }
    if (!(cycle.ended || running) || !isLate(cycle, at)) return
    this.breachNow(cycle, at)
    if (cycle.endedAt === null) return
    cycle.dueAt = cycle.endedAt
    cycle.lateFrom = cycle.endedAt
  }

  /** A target returns: whoever waits has waited since they wrote, be it without a target. */
  private targetAgain(row: Row, cycle: Cycle, target: Applied, at: number): void {
    // what the log shows as done meanwhile is done
    const counted = this.counted(row)
    if (!counted || counted.ended || this.isTooSoon(row, counted, at)) return
    // whoever waited already when the target went waits on; a wait that began later is another one (decision 023)
    const sameWait = counted.startedAt === cycle.startedAt || counted.startedAt < (cycle.endedAt as number)
    if (!row.recurs || (cycle.endedBy === 'noTarget' && sameWait)) {
      cycle.held = counted.held
      this.continue(row, cycle, target, this.now(at))
      return
    }
    counted.cycle = cycle.cycle + 1
    this.state.past.push(cycle)
    this.state.cycles = this.state.cycles.map((one) => (one === cycle ? counted : one))
    this.countsNow(counted, at)
  }

  // by hand

  setDue(cycle: Cycle, dueAt: number, at: number): void {
    cycle.manual = { dueAt, lateFrom: Math.max(cycle.calendar.nextOpening(dueAt), at) }
    cycle.application += 1
    cycle.appliedAt = at
    this.clearBreach(cycle)
    rewindSteps(cycle, at)
  }

  /** A switch back to the target. */
  clearDue(cycle: Cycle, at: number): void {
    const row = this.rows.find(({ name }) => name === cycle.metric) as Row
    const target = this.target(row, this.state)
    if (!target) {
      this.end(cycle, at, 'cancelled', 'noTarget')
      return
    }
    cycle.manual = null
    this.clearBreach(cycle)
    this.applyAndFollow(row, cycle, target, at)
  }

  private clearBreach(cycle: Cycle): void {
    cycle.breachedAt = null
    cycle.dueAt = null
    cycle.lateFrom = null
  }

  /**
   * Open clocks counted anew from the log, as if the definition had always been this one. True when something moved.
   */
  reapply(at: number): boolean {
    return this.rows.map((row) => this.countAnew(row, at)).includes(true)
  }

  private countAnew(row: Row, at: number): boolean {
    const target = this.target(row, this.state)
    const cycle = this.cycle(row.name)
    if (!cycle) {
      if (target) this.firstTarget(row, at)
      return this.cycle(row.name) !== undefined
    }
    if (cycle.ended) return false
    const counted = target ? this.counted(row) : undefined
    if (!target || !counted) {
      this.end(cycle, at, 'cancelled', target ? 'own' : 'noTarget')
      return true
    }
    const sameTerms = same(cycle.wording, target.wording) && cycle.calendar === this.calendar(target.calendarId)
    if (counted.ended) {
      this.takeCount(cycle, counted)
      this.apply(cycle, target, at)
      this.end(cycle, at, counted.ending ?? 'cancelled', counted.endedBy)
      return true
    }
    // what a switch began anew counts from there
    if (target.row.restartFrom === 'switch' && counted.startedAt < cycle.startedAt) {
      if (!sameTerms) this.applyAndFollow(row, cycle, target, at)
      return !sameTerms
    }
    if (sameTerms && standAlike(cycle, counted, at)) return false
    this.takeCount(cycle, counted)
    this.applyAndFollow(row, cycle, target, at)
    return true
  }

  private takeCount(cycle: Cycle, { stretches, startedAt, held }: Cycle): void {
    Object.assign(cycle, { stretches, startedAt, held })
  }
}

const standAlike = (a: Cycle, b: Cycle, at: number): boolean =>
  a.held === b.held &&
  a.startedAt === b.startedAt &&
  a.targetMs === b.targetMs &&
  (runningOf(a) === undefined) === (runningOf(b) === undefined) &&
  elapsedOf(a, at) === elapsedOf(b, at)

/** The metrics of SEMANTICS §5, row by row, and those an application says itself. */
import type { Kind, OwnMetric, PlainTarget } from './definition.ts'
import type { Heard } from './state.ts'

export interface Row {
  readonly name: string
  starts(heard: Heard, target: PlainTarget): boolean
  fulfils(heard: Heard, target: PlainTarget): boolean
  cancels?(heard: Heard): boolean
  readonly pausedIn: readonly string[]
  readonly pausedBy?: readonly string[]
  readonly resumedBy?: readonly string[]
  readonly onLeavingWork: 'fulfil' | 'cancel'
  readonly onReopen: 'continue' | 'restart' | 'ignore'
  /** On reopening: done meanwhile, nothing to continue. */
  met?(heard: Heard, target: PlainTarget): boolean
  /** On reopening: a cycle begins (the next one, or the first if none began). */
  begins?(heard: Heard, target: PlainTarget): boolean
  readonly recurs: boolean
  readonly calendarOf: 'requester' | 'department'
}

const postponed: readonly Kind[] = ['postponed']
const waiting: readonly Kind[] = ['answered', 'postponed']
export const heardAny = (heard: Heard, names: readonly string[] = []) =>
  names.some((name) => heard.names.includes(name))

/** An agent wrote to the requester, or a bot that counts. */
const replied = (heard: Heard, { botsCount }: PlainTarget): boolean =>
  heardAny(heard, botsCount === true ? ['agentReply', 'botReply'] : ['agentReply'])

const answers = (heard: Heard, target: PlainTarget): boolean =>
  replied(heard, target) || (target.answeringCounts === true && heardAny(heard, ['answeredByHand']))

/** A first response was given, by the measure of a target. */
const responded = (heard: Heard, { botsCount, answeringCounts, resolvingCounts }: PlainTarget): boolean =>
  heard.responded ||
  (heard.firstIsOpen !== true &&
    ((botsCount === true && heard.botResponded) ||
      (answeringCounts === true && heard.answeredByHand) ||
      (resolvingCounts === true && heard.resolvedOnce)))

const builtIn: readonly Row[] = [
  {
    name: 'firstResponse',
    starts: (heard) => heardAny(heard, [heard.outbound ? 'requesterMessage' : 'opened']),
    fulfils: answers,
    pausedIn: postponed,
    onLeavingWork: 'cancel',
    onReopen: 'continue',
    met: (heard, { botsCount }) => heard.responded || (botsCount === true && heard.botResponded),
    begins: (heard) => heard.outbound && heard.waiting,
    recurs: false,
    calendarOf: 'requester',
  },
  {
    name: 'nextResponse',
    starts: (heard, target) => heardAny(heard, ['requesterMessage']) && responded(heard, target),
    fulfils: answers,
    pausedIn: postponed,
    onLeavingWork: 'cancel',
    onReopen: 'restart',
    begins: (heard, target) => heard.waiting && responded(heard, target),
    recurs: true,
    calendarOf: 'requester',
  },
  {
    name: 'resolution',
    starts: (heard) => heardAny(heard, ['opened']),
    fulfils: () => false,
    pausedIn: waiting,
    onLeavingWork: 'fulfil',
    onReopen: 'continue',
    recurs: false,
    calendarOf: 'requester',
  },
  {
    name: 'firstResolution',
    starts: (heard) => heardAny(heard, ['opened']),
    fulfils: () => false,
    pausedIn: waiting,
    onLeavingWork: 'fulfil',
    onReopen: 'ignore',
    recurs: false,
    calendarOf: 'requester',
  },
  {
    name: 'firstAssignment',
    starts: (heard) => heardAny(heard, ['opened']),
    fulfils: (heard) => heardAny(heard, ['assigned']),
    pausedIn: [],
    onLeavingWork: 'cancel',
    onReopen: 'continue',
    met: (heard) => heard.everAssigned,
    recurs: false,
    calendarOf: 'requester',
  },
  {
    name: 'periodicUpdate',
    starts: replied,
    fulfils: replied,
    pausedIn: [],
    onLeavingWork: 'cancel',
    onReopen: 'restart',
    begins: (heard, { botsCount }) => heard.replied || (botsCount === true && heard.botResponded),
    recurs: true,
    calendarOf: 'requester',
  },
  {
    name: 'handling',
    starts: (heard) => heardAny(heard, ['departmentTaken']),
    fulfils: (heard) => heardAny(heard, ['departmentLeft']),
    pausedIn: postponed,
    onLeavingWork: 'fulfil',
    onReopen: 'restart',
    begins: (heard) => heard.department !== null,
    recurs: true,
    calendarOf: 'department',
  },
]

const ownRow = (metric: OwnMetric): Row => ({
  name: metric.name,
  starts: (heard) => metric.starts.some(({ on }) => heard.names.includes(on)),
  fulfils: (heard) => heardAny(heard, metric.fulfilledBy),
  cancels: (heard) => heardAny(heard, metric.cancelledBy),
  pausedIn: metric.pausedIn ?? [],
  ...(metric.pausedBy && { pausedBy: metric.pausedBy }),
  ...(metric.resumedBy && { resumedBy: metric.resumedBy }),
  onLeavingWork: metric.onLeavingWork ?? 'cancel',
  onReopen: metric.onReopen?.mode ?? 'ignore',
  begins: () => metric.onReopen?.mode === 'restart',
  recurs: metric.recurs ?? false,
  calendarOf: metric.calendarOf ?? 'requester',
})

/** By name, as ties are broken. */
export const rowsOf = (own: readonly OwnMetric[] = []): readonly Row[] =>
  [...builtIn, ...own.map(ownRow)].sort((a, b) => (a.name < b.name ? -1 : 1))

export const isHolding = (row: Row, heard: Heard): boolean | undefined =>
  heardAny(heard, row.pausedBy) ? true : heardAny(heard, row.resumedBy) ? false : undefined

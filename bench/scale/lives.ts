import type { Commit } from '../../src/store.ts'
import { type Ask, decideAll } from '../stores/case.ts'

const day = 86_400_000
const minute = 60_000

/**
 * All instants of the models lie in these eleven and a half days: they begin with the same four digits, so that a copy
 * is moved through time by writing others.
 */
export const windowFrom = 1_764_000_000_000
export const windowMs = 1_000_000_000
/** As the instants of a text are found. */
export const instantMark = '":1764'

/** What stands in the models for what each copy has of its own, as long as that. */
export const marks = {
  id: (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  reference: (n: number) => `T-${String(n).padStart(8, '0')}`,
  requester: 'r000000000',
} as const

type Request = Ask['request']
const answer = 'Please try again with the password that we have just sent you. '.repeat(4)

const steps = {
  assign: (n: number): Request => ({ type: 'assign', agent: `agent-${n % 40}` }),
  reply: (): Request => ({ type: 'reply', body: answer }),
  message: (n: number): Request => ({
    type: 'message',
    body: 'It works on one machine and not on the other. '.repeat(3),
    externalId: `<again-${marks.id(n)}@example.com>`,
  }),
  resolve: (): Request => ({ type: 'resolve' }),
  close: (): Request => ({ type: 'close' }),
} as const

/** Lives that tickets have had, of a thousand how many, and how many models of each there are. */
const lives: readonly (readonly [
  of1000: number,
  models: number,
  closed: boolean,
  story: readonly (keyof typeof steps)[],
])[] = [
  [5, 100, false, []],
  [5, 100, false, ['assign', 'reply', 'message']],
  [70, 200, false, ['assign', 'reply']],
  [20, 100, false, ['reply', 'resolve']],
  [600, 300, true, ['resolve', 'close']],
  [300, 200, true, ['assign', 'reply', 'resolve', 'close']],
]

const opening = (n: number): Request => ({
  type: 'open',
  subject: `${marks.requester} cannot log in since this morning`,
  body: 'I have tried three times. '.repeat(8),
  reference: marks.reference(n),
  requester: { id: marks.requester, name: `Requester ${marks.requester}`, email: `${marks.requester}@example.com` },
  externalId: `<mail-${marks.id(n)}@example.com>`,
  tags: [`tag-${n % 12}`, ...(n === 7 || n === 600 ? ['rare'] : [])],
  priority: ['Low', 'Medium', 'High', 'Urgent'][(n * 7) % 4] as string,
  department: `department-${n % 8}`,
})

/** Which models the tickets of a thousand are copies of, in turn; closed ones lie in the past. */
export interface Slot {
  readonly slot: number
  readonly first: number
  readonly count: number
  readonly closed: boolean
}

export function slots(): readonly Slot[] {
  let first = 0
  const all: Omit<Slot, 'slot'>[] = []
  for (const [of1000, count, closed] of lives) {
    for (let i = 0; i < of1000; i++) all.push({ first, count, closed })
    first += count
  }
  return all.map((one, slot) => ({ slot, ...one }))
}

/** Commits that the models came about by, those of each in order: decided by the engine. */
export function modelCommits(): readonly (readonly Commit[])[] {
  const all: Ask[] = []
  let n = 0
  for (const [, models, , story] of lives)
    for (let i = 0; i < models; i++, n++) {
      const openedAt = windowFrom + day / 2 + ((n * 7919) % 4_320) * minute
      for (const [step, request] of [opening(n), ...story.map((what) => steps[what](n))].entries()) {
        const ticketId = marks.id(n)
        all.push({
          ticketId,
          at: openedAt + step * (90 + (n % 300)) * minute,
          commandId: `${ticketId}-${step}`,
          request,
        })
      }
    }
  const byTicket = new Map<string, Commit[]>()
  decideAll(all, (commit) => {
    checkInstants(commit)
    const id = commit.changes[0]?.ticketId ?? ''
    byTicket.set(id, [...(byTicket.get(id) ?? []), commit])
  })
  return [...byTicket.values()]
}

/** What could not be moved through time with the rest. */
function checkInstants({ changes, effects, receipt }: Commit): void {
  const text = JSON.stringify([changes.map(({ ticket, events }) => [ticket, events]), effects, receipt])
  for (const { index } of text.matchAll(/(?<!\d)1[67]\d{11}(?!\d)/g))
    if (text.slice(index - 2, index + 4) !== instantMark)
      throw new Error(`an instant beyond the models' window: …${text.slice(index - 40, index + 20)}…`)
}

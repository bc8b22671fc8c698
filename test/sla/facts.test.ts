import { readFileSync } from 'node:fs'
import { defineDesk, type SlaClock, toInstant } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, mari, minute, type Story, second, story } from '../story.ts'

// What other helpdesks' own tests expect, each with its source; see test/data/README.md.
interface Fact {
  readonly source: string
  readonly calendar: object
  readonly targets: Readonly<
    Record<'firstResponseMin' | 'nextResponseMin' | 'updateMin' | 'resolutionMin', number | null>
  >
  readonly events: readonly { at: string; type: string; by?: string; to?: string; seconds?: number }[]
  readonly expected: Readonly<Record<string, unknown>>
  readonly disputed?: Readonly<Record<string, string>>
}

const facts: readonly Fact[] = JSON.parse(readFileSync(new URL('../data/sla-facts.json', import.meta.url), 'utf8'))

/** Zammad’s resolution clock runs on while the requester has the answer. */
const pausesOf = ({ source }: Fact) => (source.startsWith('zammad') ? { pauses: ['postponed'] } : {})

function deskOf(fact: Fact) {
  const minutes = {
    firstResponse: fact.targets.firstResponseMin,
    nextResponse: fact.targets.nextResponseMin,
    periodicUpdate: fact.targets.updateMin,
    resolution: fact.targets.resolutionMin,
  }
  return defineDesk({
    calendars: [{ id: 'theirs', ...fact.calendar }],
    calendar: 'theirs',
    levels: [
      {
        id: 'theirs',
        targets: Object.entries(minutes).flatMap(([metric, min]) =>
          min === null ? [] : [{ metric, within: min * minute, ...(metric === 'resolution' ? pausesOf(fact) : {}) }],
        ),
      },
    ],
    slaRules: [{ level: 'theirs' }],
  } as never)
}

const statusOf: Readonly<Record<string, string>> = {
  pending: 'Postponed',
  open: 'Open',
  Open: 'Open',
  closed: 'Closed',
  Closed: 'Closed',
  Resolved: 'Resolved',
}

function tell(fact: Fact): Story {
  const told = story(deskOf(fact))
  for (const { at, type, by, to, seconds } of fact.events) {
    if (type === 'created' && by === 'agent') told.open(at, { visibility: 'public' }, ana)
    else if (type === 'created') told.open(at)
    else if (type === 'agentReply') told.do(at, ana, { type: 'reply', body: 'x' })
    else if (type === 'customerReply') told.do(at, mari, { type: 'message', body: 'x' })
    else if (type === 'resolved') told.do(at, ana, { type: 'resolve' })
    else if (type === 'closed') told.do(at, ana, { type: 'close' })
    else if (type === 'statusChange') told.do(at, ana, { type: 'setStatus', status: statusOf[to ?? ''] })
    else if (type === 'evaluate') told.until(at)
    else if (type === 'holdTimeAccrued') {
      told.do(at, ana, { type: 'setStatus', status: 'Postponed' })
      told.do(toInstant(at) + (seconds ?? 0) * second, ana, { type: 'setStatus', status: 'Open' })
    } else throw new Error(`no counterpart for ${type}`)
  }
  return told
}

const clocksOf = ({ ticket }: Story): SlaClock[] => Object.values(ticket.clocks).filter((clock) => clock !== undefined)
const open = (clock: SlaClock | undefined) => (clock && clock.state !== 'ended' ? clock : undefined)
const iso = (at: number | null | undefined) => (at == null ? null : new Date(at).toISOString().replace('.000', ''))
const misses = (told: Story) => clocksOf(told).filter((clock) => clock.breachedAt !== null)

/** How this library says what a source expects; ended clocks have no due in the sources. */
const answers: Readonly<Record<string, (told: Story) => unknown>> = {
  slaStatus: (told) =>
    told.ticket.kind === 'resolved'
      ? misses(told).length > 0
        ? 'missed'
        : 'hit'
      : misses(told).length > 0
        ? 'active_with_misses'
        : 'active',
  events: (told) => {
    const count = (metric: string) => told.ledger(metric).filter((entry) => entry.endsWith('breached')).length
    return { frt: count('firstResponse'), nrt: count('nextResponse'), rt: count('resolution') }
  },
  agreementStatus: (told) => {
    const { firstResponse, resolution } = told.ticket.clocks
    if (open(firstResponse)) return 'First Response Due'
    return resolution?.state === 'paused'
      ? 'Paused'
      : resolution?.ending === 'fulfilled'
        ? 'Fulfilled'
        : 'Resolution Due'
  },
  firstResponseDueAt: (told) => iso(open(told.ticket.clocks.firstResponse)?.dueAt),
  nextResponseDueAt: (told) => iso(open(told.ticket.clocks.nextResponse)?.dueAt),
  updateDueAt: (told) => iso(open(told.ticket.clocks.periodicUpdate)?.dueAt),
  resolutionDueAt: (told) => iso(open(told.ticket.clocks.resolution)?.dueAt),
  nextEscalationAt: (told) => {
    const dues = clocksOf(told).flatMap((clock) => (open(clock)?.dueAt != null ? [clock.dueAt as number] : []))
    return dues.length === 0 ? null : iso(Math.min(...dues))
  },
  resolutionDueAtAfterReopen: (told) =>
    iso(
      told.events
        .flatMap((event) =>
          event.type === 'sla_resumed' && event.data.clock.metric === 'resolution' ? [event.data.clock.dueAt] : [],
        )
        .at(-1),
    ),
  firstResponseElapsedMin: (told) => told.clock('firstResponse').elapsedMs / minute,
  firstResponseRemainingMin: (told) =>
    (told.clock('firstResponse').targetMs - told.clock('firstResponse').elapsedMs) / minute,
  resolutionElapsedMin: (told) => told.clock('resolution').elapsedMs / minute,
  resolutionRemainingMin: (told) => (told.clock('resolution').targetMs - told.clock('resolution').elapsedMs) / minute,
  resolutionBreached: (told) => told.clock('resolution').breachedAt !== null,
}

/** Keys asked of a function this library has not: each told as a story below. */
const left: Readonly<Record<string, string>> = {
  workingMinutesWholeLife: 'asked of a function over a whole life; see below',
  'dueFromCreation+30min': 'asked of a function from any start; see below',
  'dueFrom(created+75min)+30min': 'asked of a function from any start; see below',
  'dueFrom(now=close)+30min': 'asked of a function from any start; see below',
}

/** Disputed keys, with this library’s answer: by fact and key. */
const ours: Readonly<Record<string, unknown>> = {
  '5 resolutionDueAt': '2024-01-19T10:00:01Z', // read as a pause of that length, the source is right
  '10 agreementStatus': 'Fulfilled', // as far as the resolution goes
  '10 firstResponseAt': null,
  '11 nextResponseDueAt': null,
  '12 nextResponseElapsedMin': null,
  '12 nextResponseRemainingMin': null,
  // counted from the last public agent reply, and there is none
  '17 updateDueAt': null,
  '18 updateDueAt': null,
  '23 nextResponseDueAt': null,
}
const disputedAnswers: typeof answers = {
  ...answers,
  firstResponseAt: (told) => iso(told.ticket.firstRespondedAt),
  nextResponseElapsedMin: (told) => told.ticket.clocks.nextResponse?.elapsedMs ?? null,
  nextResponseRemainingMin: (told) => told.ticket.clocks.nextResponse?.elapsedMs ?? null,
}

describe('facts from other helpdesks', () => {
  it('there are 25', () => expect(facts).toHaveLength(25))

  it.each(facts.map((fact, i) => ({ i, fact, source: fact.source })))('$i $source', ({ i, fact }) => {
    const told = tell(fact)
    for (const [key, expected] of Object.entries(fact.expected)) {
      if (Object.hasOwn(left, key)) continue
      const disputed = fact.disputed?.[key] ?? fact.disputed?.['*']
      const answer = disputed === undefined ? answers[key] : disputedAnswers[key]
      expect(answer, `${key} has an answer`).toBeDefined()
      expect(answer?.(told), key).toEqual(disputed === undefined ? expected : ours[`${i} ${key}`])
    }
  })

  it('19: new 60 + open 30, pending and closed not counted: 90 minutes', () => {
    const fact = facts[19] as Fact
    const told = tell({ ...fact, targets: { ...fact.targets, resolutionMin: 600 } })
    expect(told.clock('resolution').elapsedMs / minute).toBe(fact.expected.workingMinutesWholeLife)
  })

  it('24: due 30 minutes from creation', () => {
    const fact = facts[24] as Fact
    expect(iso(tell({ ...fact, events: fact.events.slice(0, 1) }).clock('firstResponse').dueAt)).toBe(
      fact.expected['dueFromCreation+30min'],
    )
  })

  const from = (fact: Fact, at: string) =>
    tell({
      ...fact,
      events: [{ at, type: 'created', by: 'customer' }, ...fact.events.filter((event) => event.at > at)],
    })

  it('24: due from 11:15: 15 minutes until pending, 15 more after it', () => {
    const fact = facts[24] as Fact
    const told = from({ ...fact, events: fact.events.slice(0, 3) }, '2024-01-15T11:15:00Z')
    told.do('2024-01-15T12:00:00Z', ana, { type: 'setStatus', status: 'Open' })
    expect(iso(told.clock('firstResponse').dueAt)).toBe(fact.expected['dueFrom(created+75min)+30min'])
  })

  it('24: due from 12:00; closing ends the clock, and nothing is due any more', () => {
    const fact = facts[24] as Fact
    const at = '2024-01-15T12:00:00Z'
    expect(iso(from({ ...fact, events: [] }, at).clock('firstResponse').dueAt)).toBe(
      fact.expected['dueFrom(now=close)+30min'],
    )
    expect(open(tell(fact).clock('firstResponse'))).toBeUndefined()
  })

  it.each([17, 18])('%s: an agent’s reply starts the periodic update', (i) => {
    const fact = facts[i] as Fact
    const told = tell(fact)
    const at = told.ticket.openedAt + 3_600_000
    told.do(at, ana, { type: 'reply', body: 'x' })
    expect(told.clock('periodicUpdate')).toMatchObject({
      state: 'running',
      startedAt: at,
      targetMs: (fact.targets.updateMin as number) * minute,
    })
  })

  it('10: resolving without a reply is no first response', () => {
    expect(tell(facts[10] as Fact).clock('firstResponse')).toMatchObject({ ending: 'cancelled', endedBy: 'resolved' })
  })
})

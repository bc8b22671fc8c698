import fc from 'fast-check'
import {
  type Actor,
  type AnyTicketEvent,
  type ClockExplanation,
  type Decision,
  decide,
  explainClock,
  parseCommand,
  type Ticket,
  unwrap,
} from 'ticketwright'
import { explanationText, slaTimeline } from 'ticketwright/render'
import { describe, expect, it } from 'vitest'
import { placeLabels } from '../../src/render/label.ts'
import { durationText } from '../../src/render/words.ts'
import { desk, nineToFive } from '../sla/level.ts'
import { ana, day, hour, mari, minute, story, when } from '../story.ts'
import { crowded, isWellFormed, textsOf } from './drawing.ts'

const holidays = [
  { date: '2024-01-18', name: 'Founders’ <Day> & "friends"' },
  { date: '2024-01-19', name: '建国記念の日' },
]
const office = desk({ resolution: '8h', firstResponse: '45m' }, 'office', { calendars: [{ ...nineToFive, holidays }] })

/** Talk, pauses and reopening, `step` apart, as often as said. */
function talk(step: number, times: number): ClockExplanation {
  const events: AnyTicketEvent[] = []
  let ticket: Ticket | null = null
  let at = when('Mon 09:00')
  const act = (after: number, actor: Actor, request: { readonly type: string; readonly [field: string]: unknown }) => {
    at += Math.floor(after)
    const command = unwrap(parseCommand(request, { id: `c${events.length}`, ticketId: 't1', actor }))
    const decided: Decision = unwrap(decide(office, ticket, command, at))
    ticket = decided.ticket
    events.push(...decided.events)
  }
  act(0, mari, { type: 'open', subject: 'x', body: 'x', reference: 't1' })
  for (let i = 0; i < times; i++) {
    act(step, ana, { type: 'reply', body: '?' })
    act(step / 3, mari, { type: 'message', body: '!' })
    if (i % 5 === 2) {
      act(step / 5, ana, { type: 'resolve' })
      act(step, ana, { type: 'reopen' })
    }
    if (i % 7 === 3) act(step / 9, ana, { type: 'setPriority', priority: i % 2 ? 'High' : 'Low' })
    if (i % 3 === 1) {
      act(step / 2, ana, { type: 'postpone' })
      act(3 * step, ana, { type: 'wake' })
    }
  }
  return explainClock(office, events, 'resolution', undefined, { now: at + step })
}

const lengths: readonly (readonly [string, () => ClockExplanation])[] = [
  ['a second', () => talk(90, 2)],
  ['an hour', () => talk(6 * minute, 4)],
  ['a day', () => talk(90 * minute, 5)],
  ['a week', () => talk(4 * hour, 12)],
  ['two months', () => talk(9 * hour, 50)],
  ['a year', () => talk(15 * hour, 190)],
  ['three years', () => talk(2 * day, 180)],
  ['eight years', () => talk(4 * day, 220)],
]

describe('the timeline of a clock', { timeout: 60_000 }, () => {
  it.each(lengths)('of %s: nothing lies over anything, well formed, titled, without scripts', (_length, made) => {
    const explanation = made()
    for (const width of [480, 800, 1600]) {
      const svg = slaTimeline(explanation, { width })
      expect(crowded(svg)).toEqual([])
      expect(isWellFormed(svg)).toBe(true)
      expect(svg).toMatch(/<title id="[\w-]+-title">t1 · resolution, cycle 1<\/title>/)
      expect(svg).toMatch(/<desc id="[\w-]+-desc">From Mon 2024-01-15 09:00:00 \+00:00 to /)
      expect(svg).toContain('@media (prefers-color-scheme: dark)')
      expect(svg).not.toMatch(/<script|\son\w+=|href|url\(|NaN|undefined/)
    }
    expect(slaTimeline(explanation)).toBe(slaTimeline(JSON.parse(JSON.stringify(explanation))))
  })

  it('shows open hours, pauses by status, holidays by name, messages, the due time and the breach', () => {
    const ticket = story(office).open('Mon 09:00').do('Mon 10:00', ana, { type: 'reply', body: '?' })
    ticket
      .do('Mon 16:00', mari, { type: 'message', body: '!' })
      .do('Wed 10:00', ana, { type: 'setPriority', priority: 'High' })
    const svg = slaTimeline(explainClock(office, ticket.events, 'resolution', undefined, { now: when('Sat 12:00') }))
    const texts = textsOf(svg).map(({ text }) => text)
    for (const said of [
      'start 09:00',
      'Answered',
      'due 15:00',
      'breached 15:00',
      'so far 12:00',
      'Sat 20 Jan',
      ...holidays.map(({ name }) => name),
    ])
      expect(texts).toContain(said)
    expect(texts).toContain('counted 8h')
    expect(texts).toContain('counted, late 10h')
    expect(texts).toContain('paused in Answered 6h')
    expect(svg.match(/<rect class="late"/g)).toHaveLength(3) // two days, and the legend
    expect(svg).toContain('Founders’ &lt;Day&gt; &amp; &quot;friends&quot;')
  })

  it('a day that lost an hour is an hour shorter, and says so', () => {
    const newYork = { ...nineToFive, id: 'ny', zone: 'America/New_York' }
    const definition = desk({ resolution: { within: '80h', calendar: 'ny' } }, 'office', {
      calendars: [nineToFive, newYork],
    })
    const ticket = story(definition).open('2024-03-08T15:00:00Z')
    const svg = slaTimeline(
      explainClock(definition, ticket.events, 'resolution', undefined, { now: Date.parse('2024-03-11T20:00:00Z') }),
    )
    expect(textsOf(svg).map(({ text }) => text)).toContain('Sun 10 Mar (23 h)')
  })

  it('a due time far ahead does not press the rest together', () => {
    const ticket = story(office).open('Mon 09:00').do('Mon 09:30', ana, { type: 'resolve' })
    const texts = textsOf(slaTimeline(explainClock(office, ticket.events, 'resolution'))).map(({ text }) => text)
    expect(texts).toContain('fulfilled 09:30')
    expect(texts.join()).toContain('due Mon 2024-01-15 17:00:00 +00:00')
    expect(texts).not.toContain('due 17:00')
  })

  it('a cycle that took no time is drawn', () => {
    const ticket = story(office).open('Mon 09:00')
    expect(crowded(slaTimeline(explainClock(office, ticket.events, 'resolution')))).toEqual([])
  })

  it('names of people are text, whatever they are', () => {
    const statuses = [
      { name: 'New', kind: 'new' },
      { name: 'Open', kind: 'open' },
      { name: '</text><script>alert(1)</script>', kind: 'postponed' },
      { name: 'Resolved', kind: 'resolved' },
    ]
    const definition = desk({ resolution: '8h' }, 'office', { workflow: { statuses } })
    const ticket = story(definition)
      .open('Mon 09:00', { reference: 'T"<&>' })
      .do('Mon 10:00', ana, { type: 'postpone' })
    const svg = slaTimeline(
      explainClock(definition, ticket.events, 'resolution', undefined, { now: when('Mon 16:00') }),
    )
    expect(isWellFormed(svg)).toBe(true)
    expect(svg).not.toContain('<script')
    expect(svg).toContain('&lt;script&gt;')
  })

  it.each([[479], [4_001], [640.5], ['800'], [Number.NaN]])('a width of %s is refused', (width) => {
    const explanation = talk(6 * minute, 1)
    const draw = () => slaTimeline(explanation, { width: width as number })
    expect(draw).toThrow(expect.objectContaining({ code: 'invalid_command', path: 'width' }))
  })

  it('crowded texts and torn tags would be found', () => {
    const svg = slaTimeline(talk(6 * minute, 4))
    expect(crowded(svg.replace('</svg>', '<text x="14" y="36">over the second line</text></svg>'))).not.toEqual([])
    expect(crowded(svg.replace('</svg>', '<text x="780" y="60">beyond the edge</text></svg>'))).not.toEqual([])
    expect(isWellFormed(svg.replace('</text>', ''))).toBe(false)
    expect(isWellFormed(svg.replace('</svg>', ' < </svg>'))).toBe(false)
  })
})

describe('labels', () => {
  const labels = fc.array(
    fc.record({ x: fc.integer({ min: 10, max: 790 }), width: fc.integer({ min: 5, max: 200 }) }),
    { maxLength: 40 },
  )

  it('never lie over each other, nor beyond the edges; every one is placed', () => {
    fc.assert(
      fc.property(labels, (labels) => {
        const placed = placeLabels(labels, 10, 790)
        expect(placed.length).toBe(labels.length)
        for (const [i, a] of placed.entries()) {
          expect(a.textX).toBeGreaterThanOrEqual(10)
          expect(a.textX + a.label.width).toBeLessThanOrEqual(790)
          for (const b of placed.slice(i + 1))
            expect(a.lane !== b.lane || a.textX >= b.textX + b.label.width || b.textX >= a.textX + a.label.width).toBe(
              true,
            )
        }
      }),
    )
  })

  it('stand above the stems of those that they would cover', () => {
    fc.assert(
      fc.property(labels, (labels) => {
        const fitting = labels.filter(({ x, width }) => x + width + 3 <= 790)
        for (const [i, a] of placeLabels(fitting, 10, 790).entries())
          for (const [k, b] of placeLabels(fitting, 10, 790).entries())
            if (i !== k && a.lane < b.lane)
              expect(b.label.x > a.textX && b.label.x < a.textX + a.label.width).toBe(false)
      }),
    )
  })
})

describe('an explanation in words', () => {
  it('has what was promised, every stretch, what happened, and totals', () => {
    const ticket = story(office).open('Mon 13:00').do('Mon 14:00', ana, { type: 'postpone' })
    ticket.do('Mon 15:00:30', ana, { type: 'wake' }).do('Tue 09:30', ana, { type: 'reply', body: 'x' })
    expect(explanationText(explainClock(office, ticket.events, 'firstResponse'))).toBe(
      `t1, firstResponse, cycle 1: fulfilled by agentReply, 2h 44m 30s late
Target 45m: level std, priority Low, calendar office (UTC), from Mon 2024-01-15 13:00:00 +00:00
Used 3h 29m 30s of the 20h 30m until Tue 2024-01-16 09:30:00 +00:00

From                                To                                  Length     Counted  Why
Mon 2024-01-15 13:00:00 +00:00      Mon 2024-01-15 14:00:00 +00:00          1h          1h  open hours
Mon 2024-01-15 13:00:00 +00:00                                                              · message of requester
Mon 2024-01-15 13:00:00 +00:00                                                              · started: opened
Mon 2024-01-15 13:45:00 +00:00                                                              · due
Mon 2024-01-15 13:45:00.001 +00:00                                                          · breached
Mon 2024-01-15 14:00:00 +00:00      Mon 2024-01-15 15:00:30 +00:00      1h 30s           –  paused in Postponed
Mon 2024-01-15 15:00:30 +00:00      Mon 2024-01-15 17:00:00 +00:00  1h 59m 30s  1h 59m 30s  open hours
Mon 2024-01-15 17:00:00 +00:00      Tue 2024-01-16 09:00:00 +00:00         16h           –  closed
Tue 2024-01-16 09:00:00 +00:00      Tue 2024-01-16 09:30:00 +00:00         30m         30m  open hours
Tue 2024-01-16 09:30:00 +00:00                                                              · message of agent
Tue 2024-01-16 09:30:00 +00:00                                                              · fulfilled: agentReply

Counted      3h 29m 30s  open hours
Not counted      1h 30s  paused in Postponed
Not counted         16h  closed
`,
    )
  })

  it('has times of the calendar, names of people in one line, and milliseconds', () => {
    const calendar = {
      id: 'tln',
      zone: 'Europe/Tallinn',
      hours: nineToFive.hours,
      holidays: [{ date: '2024-01-16', name: 'two\nlines' }],
    }
    const definition = desk({ resolution: { within: '8h', calendar: 'tln' } }, 'office', {
      calendars: [nineToFive, calendar],
    })
    const ticket = story(definition).open('2024-01-15T09:00:00.005+02:00')
    const text = explanationText(explainClock(definition, ticket.events, 'resolution', 1, { now: when('Wed 06:00') }))
    expect(text).toContain(
      'Mon 2024-01-15 09:00:00.005 +02:00  Mon 2024-01-15 17:00:00 +02:00  7h 59m 59.995s  7h 59m 59.995s  open hours',
    )
    expect(text).toContain('holiday: two lines\n')
  })

  it.each([
    [0, '0s'],
    [1, '0.001s'],
    [59_999, '59.999s'],
    [60_000, '1m'],
    [3_600_000, '1h'],
    [90 * 3_600_000 + 61_000, '90h 1m 1s'],
    [-90_000, '-1m 30s'],
  ])('%s ms is %s', (ms, said) => {
    expect(durationText(ms)).toBe(said)
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import { evolve, rebuild, type Ticket, type TicketEventType } from 'ticketwright'
import { describe, expect, it } from 'vitest'

interface Log {
  readonly events: readonly { readonly type: string; readonly version: number }[]
  readonly ticket: Ticket
}

const folder = new URL('../data/golden/', import.meta.url)
const releases = readdirSync(folder).map((file) => ({
  file,
  text: readFileSync(new URL(file, folder), 'utf8'),
  logs: JSON.parse(readFileSync(new URL(file, folder), 'utf8')).logs as readonly Log[],
}))

/** A new type does not compile before it stands here, and does not pass before a golden log has it. */
const everyType = {
  ticket_opened: true,
  message_added: true,
  status_changed: true,
  postponement_changed: true,
  assignee_changed: true,
  department_changed: true,
  tier_changed: true,
  priority_changed: true,
  tags_changed: true,
  fields_changed: true,
  requester_changed: true,
  people_changed: true,
  linked: true,
  unlinked: true,
  merged: true,
  merge_received: true,
  rated: true,
  signalled: true,
  personal_erased: true,
  sla_applied: true,
  sla_started: true,
  sla_paused: true,
  sla_resumed: true,
  sla_retargeted: true,
  sla_step_reached: true,
  sla_breached: true,
  sla_fulfilled: true,
  sla_cancelled: true,
  advised: true,
  rule_fired: true,
  time_rule_fired: true,
  rule_loop: true,
} as const satisfies Record<TicketEventType, true>

describe.each(releases)('the log of $file (hazard 43)', ({ logs, text }) => {
  it('replays to the equal ticket, byte for byte', () => {
    for (const { events, ticket } of logs) expect(JSON.stringify(rebuild(events))).toBe(JSON.stringify(ticket))
  })

  it('replays event by event, too', () => {
    for (const { events, ticket } of logs) {
      const last = events.reduce<Ticket | null>((before, event) => evolve(before, event), null)
      expect(JSON.stringify(last)).toBe(JSON.stringify(ticket))
    }
  })

  it('is not changed by being read: events are frozen before', () => {
    const frozen = JSON.parse(text, (_key, value) => (typeof value === 'object' ? Object.freeze(value) : value))
      .logs as readonly Log[]
    for (const { events, ticket } of frozen) {
      expect(JSON.stringify(rebuild(events))).toBe(JSON.stringify(ticket))
      expect(JSON.stringify(events.reduce<Ticket | null>(evolve, null))).toBe(JSON.stringify(ticket))
    }
    expect(JSON.stringify(frozen)).toBe(JSON.stringify(logs))
  })

  it('a planted change of an event changes the ticket', () => {
    for (const { events, ticket } of logs)
      expect(
        JSON.stringify(rebuild(events.map((event) => (event.version === 1 ? { ...event, at: 5 } : event)))),
      ).not.toBe(JSON.stringify(ticket))
  })
})

it('the newest log has every type of event', () => {
  const newest = releases.at(-1)?.logs ?? []
  expect([...new Set(newest.flatMap(({ events }) => events.map(({ type }) => type)))].sort()).toEqual(
    Object.keys(everyType).sort(),
  )
})

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnyTicketEvent } from 'ticketwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDesk } from '../../src/desk/desk.ts'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { examineBy } from './examine.ts'
import type { Tables } from './judge.ts'
import { Ledger } from './ledger.ts'
import { definition } from './lives.ts'

/** What lies in the tables after a life that nobody disturbed. Nobody was told of any of it. */
let tables: Tables
const folder = mkdtempSync(join(tmpdir(), 'ticketwright-judge-'))
afterAll(() => rmSync(folder, { recursive: true }))

beforeAll(async () => {
  const path = join(folder, 'kept.db')
  const store = sqliteStore(path)
  const desk = createDesk({ definition, store })
  const ana = desk.as({ kind: 'agent', id: 'ana' })
  for (const ticketId of ['a', 'b'])
    await ana.open(
      { ticketId, subject: `Ticket ${ticketId}`, body: 'hello', externalId: `mail-${ticketId}`, tags: ['vip'] },
      { commandId: `open-${ticketId}` },
    )
  await ana.update('a', { message: { body: 'hi' }, priority: 'High' }, { commandId: 'update-a' })
  await ana.merge('b', 'a', { commandId: 'merge-b' })
  await ana.claim('a')
  await ana.postpone('a', { until: '2099-01-01T00:00:00Z' }, { commandId: 'postpone-a' })
  await store.close()
  examineBy(path, (found) => {
    tables = found
    return []
  })
})

const judged = (found: Tables): string => new Ledger().judge(found).join('\n')
const withRow = (id: string, set: Record<string, string | number | null>): Tables => ({
  ...tables,
  tickets: tables.tickets.map((one) => (one.id === id ? { ...one, row: { ...one.row, ...set } } : one)),
})
const without = (lost: (event: AnyTicketEvent) => boolean): Tables => ({
  ...tables,
  events: tables.events.filter((event) => !lost(event)),
})
const of = (commandId: string) => (event: AnyTicketEvent) =>
  event.cause.kind === 'command' && event.cause.id === commandId
const rowOf = (id: string) => tables.tickets.find((one) => one.id === id)?.row ?? {}

it('finds nothing wrong where nothing is', () => {
  expect(judged(tables)).toBe('')
  expect(tables.receipts.map(({ commandId }) => commandId).sort()).toEqual([
    'merge-b',
    'open-a',
    'open-b',
    'postpone-a',
    'update-a',
  ])
})

// a command that nobody was told of is there with all that it wrote, or not at all
it.each<[string, () => Tables, RegExp]>([
  ['a receipt alone', () => without(of('update-a')), /update-a has a receipt for \d+ events, \d are there/],
  [
    'events without their receipt',
    () => ({ ...tables, receipts: tables.receipts.filter(({ commandId }) => commandId !== 'update-a') }),
    /is there, its receipt is not/,
  ],
  [
    'more events than the receipt has',
    () => ({
      ...tables,
      receipts: tables.receipts.map((one) =>
        one.commandId === 'update-a'
          ? { ...one, tickets: one.tickets.map((range) => ({ ...range, to: range.to - 1 })) }
          : one,
      ),
    }),
    /is there, and not of its receipt/,
  ],
  [
    'half of what it wrote to two tickets',
    () => without((event) => of('merge-b')(event) && event.ticketId === 'b'),
    /merge-b has a receipt for \d+ events, \d are there/,
  ],
  [
    'an event without its effect',
    () => ({ ...tables, effects: tables.effects.slice(1) }),
    /asked for an effect that is not in the outbox/,
  ],
  [
    'an effect without its event',
    () => ({ ...tables, effects: [...tables.effects, { id: 'made up', settled: 0 }] }),
    /effects are in the outbox, \d+ were asked for/,
  ],
  [
    'an event without its external id',
    () => ({ ...tables, externalIds: tables.externalIds.slice(1) }),
    /is not found by its id/,
  ],
  [
    'an external id without its event',
    () => ({ ...tables, externalIds: [...tables.externalIds, { externalId: 'made up', ticketId: 'a' }] }),
    /external ids are kept/,
  ],
  [
    'a ticket without its last event',
    () => without(({ ticketId, version }) => ticketId === 'a' && version === rowOf('a').version),
    /is not what its \d+ events give/,
  ],
])('finds %s', (_what, damage, sentence) => {
  expect(judged(damage())).toMatch(sentence)
})

it.each<[string, string | number | null]>([
  ['status', 'Lost'],
  ['kind', 'open'],
  ['priority', 'Low'],
  ['priority_rank', 7],
  ['assignee', 'ben'],
  ['tags', '\n'],
  ['last_at', 1],
  ['actionable', 7],
  ['version', 1],
  ['next_at', 1],
  ['planned_by', 'something else'],
])('finds that %s is not what the ticket says', (column, value) => {
  expect(judged(withRow('a', { [column]: value }))).toMatch(new RegExp(`${column} of ticket a is kept as`))
})

it('finds a token that has fallen, of a claim that was granted or seen', () => {
  const fallen = { ...tables, tokens: new Map([['a', 0]]) }
  const [granted, seen] = [new Ledger(), new Ledger()]
  granted.hear([{ claimed: 'a', token: 1 }])
  expect(granted.judge(tables)).toEqual([])
  expect(seen.judge(tables)).toEqual([])
  for (const ledger of [granted, seen])
    expect(ledger.judge(fallen)).toEqual(['a was claimed with token 1, and is at 0'])
})

it('finds that an acknowledged command is lost', () => {
  const ledger = new Ledger()
  ledger.hear([{ commandId: 'reply-a', ticketId: 'a', version: 99 }])
  expect(ledger.judge(tables).join()).toMatch(/reply-a was acknowledged and has no receipt.*behind version 99/)
})

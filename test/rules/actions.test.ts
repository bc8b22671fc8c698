import { describe, expect, it } from 'vitest'
import { macroCommands, ruleCommands } from '../../src/engine/action.ts'
import { effectKinds } from '../../src/rules/effect.ts'
import { ana, type Story, story, when } from '../story.ts'
import { deskOf, fired } from './desk.ts'

type Action = { readonly type: string; readonly [key: string]: unknown }
interface Row {
  readonly does: Action
  /** What happened before. */
  readonly after?: readonly Action[]
  readonly ticket?: object
  /** An event that it leaves, where the ticket does not tell. */
  readonly event?: object
}

const go = { field: 'event.signal', op: 'is', value: 'go' }
const urge = {
  id: 'urge',
  on: ['signalled'],
  when: { field: 'event.signal', op: 'is', value: 'urge' },
  do: [{ type: 'setPriority', priority: 'Urgent' }],
}
const closed: Action = { type: 'close' }
const rows: readonly Row[] = [
  { does: { type: 'setStatus', status: 'Answered' }, ticket: { status: 'Answered' } },
  {
    does: { type: 'postpone', until: { business: '2h', calendar: 'alwaysOpen' }, reason: 'parts' },
    ticket: { status: 'Postponed', postponedUntil: when('Mon 12:00') },
  },
  {
    does: { type: 'wake' },
    after: [{ type: 'postpone' }],
    ticket: { status: 'New', postponedUntil: null },
  },
  { does: { type: 'resolve' }, ticket: { kind: 'resolved', resolvedAt: when('Mon 10:00') } },
  { does: { type: 'close', reason: 'spam' }, ticket: { kind: 'closed', closeReason: 'spam' } },
  { does: { type: 'reopen' }, after: [{ type: 'resolve' }], ticket: { kind: 'open' } },
  { does: { type: 'setPriority', priority: 'Urgent' }, ticket: { priority: 'Urgent' } },
  { does: { type: 'unsetPriority' }, after: [{ type: 'signal', name: 'urge' }], ticket: { priority: 'Low' } },
  { does: { type: 'assign', agent: 'ben' }, ticket: { assignee: 'ben' } },
  { does: { type: 'unassign' }, after: [{ type: 'assign', agent: 'ben' }], ticket: { assignee: null } },
  { does: { type: 'transfer', department: 'billing' }, ticket: { department: 'billing' } },
  { does: { type: 'escalate', reason: 'stuck' }, ticket: { tier: 2 } },
  { does: { type: 'addFollower', person: 'cy' }, ticket: { followers: ['cy'] } },
  {
    does: { type: 'removeFollower', person: 'cy' },
    after: [{ type: 'addFollower', person: 'cy' }],
    ticket: { followers: [] },
  },
  { does: { type: 'addCollaborator', person: 'cy' }, ticket: { collaborators: ['cy'] } },
  {
    does: { type: 'removeCollaborator', person: 'cy' },
    after: [{ type: 'addCollaborator', person: 'cy' }],
    ticket: { collaborators: [] },
  },
  {
    does: { type: 'setFields', fields: { contract: { level: 'gold' } }, affected: 12 },
    ticket: { fields: { contract: { level: 'gold' } }, affected: 12 },
  },
  { does: { type: 'tag', tags: ['VIP'] }, ticket: { tagKeys: expect.arrayContaining(['vip']) } },
  { does: { type: 'untag', tags: ['vip'] }, after: [{ type: 'tag', tags: ['VIP', 'x'] }], ticket: { tags: ['x'] } },
  {
    does: { type: 'note', body: 'Look here' },
    event: { type: 'message_added', data: { message: { visibility: 'internal' } }, personal: { body: 'Look here' } },
  },
  { does: { type: 'signal', name: 'called' }, event: { type: 'signalled', data: { name: 'called' } } },
  { does: { type: 'applySla', level: 'gold' }, ticket: { sla: { level: 'gold' }, slaByHand: true } },
  {
    does: { type: 'sendCannedMessage', message: 'hello' },
    event: { data: { effects: [{ kind: 'sendCannedMessage' }] } },
  },
  { does: { type: 'notify', to: ['assignee'], text: 'Look' }, event: { data: { effects: [{ kind: 'notify' }] } } },
  { does: { type: 'webhook', hook: 'crm' }, event: { data: { effects: [{ kind: 'webhook' }] } } },
  { does: { type: 'survey', survey: 'csat' }, event: { data: { effects: [{ kind: 'survey' }] } } },
]
const ofMacros: readonly Row[] = [
  ...rows.filter(({ does }) => does.type !== 'unsetPriority'),
  // what somebody does by macro is by hand
  { does: { type: 'unsetPriority' }, after: [{ type: 'setPriority', priority: 'High' }], ticket: { priority: 'Low' } },
  { does: { type: 'reply', body: 'Try again' }, ticket: { status: 'Answered', firstRespondedAt: when('Mon 10:00') } },
  { does: { type: 'update', tags: { add: ['x'] }, status: 'Open' }, ticket: { tags: ['x'], status: 'Open' } },
]

interface Rules {
  readonly triggers?: readonly object[]
  readonly timeRules?: readonly object[]
  readonly macros?: readonly object[]
}

const desk = ({ triggers = [], ...rules }: Rules) =>
  deskOf({
    ...rules,
    triggers: [...triggers, urge],
    levels: [{ id: 'gold', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '8h' }] }],
    cannedMessages: [{ id: 'hello', body: 'Hello' }],
  })

/** A ticket opened at nine, with what happened before; at ten the rule acts. */
function lived({ after = [] }: Row, rules: Rules, act: (life: Story) => Story): Story {
  const life = story(desk(rules)).open('Mon 09:00')
  for (const one of after) life.do('Mon 09:30', ana, one)
  const done = act(life)
  expect(fired(done.events).filter((rule) => rule === 'r')).toEqual(['r'])
  return done
}

const check = (life: Story, { ticket, event }: Row) => {
  if (ticket) expect(life.ticket).toMatchObject(ticket)
  if (event) expect(life.events).toContainEqual(deeply(event))
}
/** As `toMatchObject`, within a list. */
const deeply = (one: unknown): unknown =>
  Array.isArray(one)
    ? one.map(deeply)
    : typeof one === 'object' && one !== null && !('asymmetricMatch' in one)
      ? expect.objectContaining(Object.fromEntries(Object.entries(one).map(([key, value]) => [key, deeply(value)])))
      : one

const each = (of: readonly Row[]) => of.map((row) => [row.does.type, row] as const)

describe('every action', () => {
  it.each(each(rows))('%s by a trigger', (_type, row) => {
    const rules = { triggers: [{ id: 'r', on: ['signalled'], when: go, do: [row.does] }] }
    check(
      lived(row, rules, (life) => life.do('Mon 10:00', ana, { type: 'signal', name: 'go' })),
      row,
    )
  })

  it.each(each(rows))('%s by a time rule', (_type, row) => {
    const rules = { timeRules: [{ id: 'r', since: 'openedAt', after: '1h', do: [row.does] }] }
    check(
      lived(row, rules, (life) => life.do('Mon 10:00', ana, { type: 'note', body: 'x' })),
      row,
    )
  })

  it.each(each(ofMacros))('%s by a macro', (_type, row) => {
    const rules = { macros: [{ id: 'r', do: [row.does] }] }
    check(
      lived(row, rules, (life) => life.do('Mon 10:00', ana, { type: 'applyMacro', macro: 'r' })),
      row,
    )
  })

  it('stands in this table', () => {
    const told = ofMacros.map(({ does }) => does.type)
    expect(told.sort()).toEqual([...macroCommands, ...effectKinds].sort())
    expect(rows.map(({ does }) => does.type).sort()).toEqual([...ruleCommands, ...effectKinds].sort())
  })

  it('that a closed ticket does not take is left out', () => {
    const rules = { triggers: [{ id: 'r', on: ['signalled', 'message_added'], do: [{ type: 'escalate' }] }] }
    const life = story(desk(rules)).open('Mon 09:00').do('Mon 09:30', ana, closed)
    const before = life.ticket.tier
    life.do('Mon 10:00', ana, { type: 'note', body: 'x' })
    expect(life.ticket.tier).toBe(before)
  })
})

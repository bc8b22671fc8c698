import { type Actor, defineDesk, type StatusKind } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, bot, colin, day, hour, mari, type Story, story, vendor, when } from '../story.ts'

const definition = defineDesk({})
const kinds = ['new', 'open', 'answered', 'postponed', 'resolved', 'closed'] as const
const nameOf = {
  new: 'New',
  open: 'Open',
  answered: 'Answered',
  postponed: 'Postponed',
  resolved: 'Resolved',
  closed: 'Closed',
} as const
const system = { kind: 'system', id: 'mailer' } as const

/** A ticket that has been in a kind since Mon 10:00. */
const ticketIn = (kind: StatusKind): Story => {
  const told = story(definition).open('Mon 09:00')
  return kind === 'new' ? told : told.do('Mon 10:00', ana, { type: 'setStatus', status: nameOf[kind] })
}

/** What a message leads to, by kind in the order above: a kind, or a refusal. */
const reactions: readonly [who: string, actor: Actor, request: { type: string }, after: string][] = [
  ['a public agent reply', ana, { type: 'reply' }, 'answered answered answered postponed resolved ticket_closed'],
  ['an internal agent note', ana, { type: 'note' }, 'new open answered postponed resolved closed'],
  ['a requester message', mari, { type: 'message' }, 'new open open open open open'],
  ['a requester message typed in by an agent', ana, { type: 'message' }, 'new open open open open open'],
  ['a collaborator message', colin, { type: 'message' }, 'new open open open open open'],
  ['a third-party message', vendor, { type: 'message' }, 'new open answered postponed resolved closed'],
  ['a bot reply', bot, { type: 'reply' }, 'new open answered postponed resolved ticket_closed'],
  ['a bot note', bot, { type: 'note' }, 'new open answered postponed resolved closed'],
  ['a bot message', bot, { type: 'message' }, 'new open answered postponed resolved closed'],
  ['a system note', system, { type: 'note' }, 'new open answered postponed resolved closed'],
  ['a system message', system, { type: 'message' }, 'new open answered postponed resolved closed'],
]

const rows = reactions.flatMap(([who, actor, request, after]) =>
  kinds.map((kind, i) => ({ who, actor, request, kind, after: after.split(' ')[i] as string })),
)

describe('what a message does to the status', () => {
  it.each(rows)('$who, $kind: $after', ({ actor, request, kind, after }) => {
    const told = ticketIn(kind)
    const command = { ...request, body: 'Hello' }
    if (after === 'ticket_closed')
      return expect(told.refusal('Mon 11:00', actor, command)).toEqual({
        code: 'ticket_closed',
        path: 'ticketId',
        facts: { ticketId: 't1', command: request.type },
      })
    const { revision, counts } = told.ticket
    const reopened = (kind === 'resolved' || kind === 'closed') && after === 'open'
    expect(told.do('Mon 11:00', actor, command).ticket).toMatchObject({
      kind: after,
      status: nameOf[after as StatusKind],
      revision: revision + 1,
      counts: { messages: counts.messages + 1, reopens: reopened ? 1 : 0 },
    })
  })

  const passive = [
    ['an automatic requester message', mari, { type: 'message', automatic: true }],
    ['a requester message received with reopens: false', mari, { type: 'message', reopens: false }],
    ['a collaborator message received with reopens: false', colin, { type: 'message', reopens: false }],
    ['an automatic third-party message', vendor, { type: 'message', automatic: true }],
  ] as const
  it.each(passive.flatMap(([who, actor, request]) => kinds.map((kind) => ({ who, actor, request, kind }))))(
    '$who, $kind: recorded and nothing else',
    ({ actor, request, kind }) => {
      const told = ticketIn(kind)
      const { kind: before, statusSince, waitingSince, clocks, postponedUntil, lastRequesterMessageAt } = told.ticket
      expect(told.do('Mon 11:00', actor, { ...request, body: 'Thanks!' }).ticket).toMatchObject({
        kind: before,
        statusSince,
        waitingSince,
        clocks,
        postponedUntil,
        lastRequesterMessageAt,
        counts: { messages: 2, reopens: 0 },
      })
      expect(told.lastTypes()).toEqual(['message_added'])
    },
  )

  it('an automatic agent reply changes no status and answers nobody', () => {
    const told = ticketIn('open').do('Mon 11:00', ana, { type: 'reply', body: 'Out of office', automatic: true })
    expect(told.ticket).toMatchObject({
      kind: 'open',
      waitingSince: when('Mon 09:00'),
      firstRespondedAt: null,
      lastAgentReplyAt: null,
      counts: { replies: 0, messages: 2 },
    })
  })

  it.each([
    ['reply', mari],
    ['note', mari],
    ['reply', colin],
    ['note', vendor],
  ] as const)('%s is not for %o', (type, actor) => {
    expect(ticketIn('open').refusal('Mon 11:00', actor, { type, body: 'x' })).toEqual({
      code: 'wrong_actor',
      facts: { command: type, actor: actor.kind, allowed: ['agent', 'bot', 'system'] },
    })
  })

  it('people outside write as themselves only', () => {
    expect(ticketIn('open').refusal('Mon 11:00', mari, { type: 'message', role: 'bot', body: 'x' })).toMatchObject({
      code: 'wrong_actor',
      path: 'role',
    })
  })
})

describe('who waits since when', () => {
  it('since the opening, until a public agent reply', () => {
    const told = story(definition).open('Mon 09:00')
    expect(told.ticket.waitingSince).toBe(when('Mon 09:00'))
    expect(told.do('Mon 10:00', ana, { type: 'note', body: 'x' }).ticket.waitingSince).toBe(when('Mon 09:00'))
    expect(told.do('Mon 10:01', bot, { type: 'reply', body: 'x' }).ticket.waitingSince).toBe(when('Mon 09:00'))
    expect(told.do('Mon 11:00', ana, { type: 'reply', body: 'x' }).ticket.waitingSince).toBeNull()
    expect(told.ticket).toMatchObject({ firstRespondedAt: when('Mon 11:00'), lastAgentReplyAt: when('Mon 11:00') })
  })

  it('the first unanswered message, not the last; a collaborator counts', () => {
    const told = ticketIn('new').do('Mon 10:00', ana, { type: 'reply', body: 'x' })
    told.do('Mon 11:00', colin, { type: 'message', body: 'x' }).do('Mon 12:00', mari, { type: 'message', body: 'x' })
    expect(told.ticket).toMatchObject({
      waitingSince: when('Mon 11:00'),
      lastRequesterMessageAt: when('Mon 12:00'),
    })
  })

  it.each(['resolve', 'close'])('%s ends the waiting', (type) => {
    expect(ticketIn('open').do('Mon 11:00', ana, { type }).ticket.waitingSince).toBeNull()
  })

  it.each(['resolved', 'closed'] as const)('a message that reopens a %s ticket begins it anew', (kind) => {
    const told = ticketIn(kind).do('Mon 11:00', mari, { type: 'message', body: 'Still broken' })
    expect(told.ticket.waitingSince).toBe(when('Mon 11:00'))
  })

  it('nobody waits for what an agent or an automatic message opened', () => {
    expect(story(definition).open('Mon 09:00', {}, ana).ticket.waitingSince).toBeNull()
    expect(story(definition).open('Mon 09:00', { automatic: true }).ticket.waitingSince).toBeNull()
    expect(story(definition).open('Mon 09:00', { status: 'Resolved' }).ticket.waitingSince).toBeNull()
  })

  it('an agent who types in a phone call is remembered, and the requester waits', () => {
    const told = ticketIn('answered').do('Mon 11:00', ana, { type: 'message', body: 'She called', channel: 'phone' })
    expect(told.ticket.waitingSince).toBe(when('Mon 09:00'))
    expect(told.events.at(-2)).toMatchObject({
      type: 'message_added',
      data: { message: { role: 'requester', enteredBy: 'ana', visibility: 'public', channel: 'phone' } },
    })
  })

  it('what is unspecified is internal, unless people outside write', () => {
    const visibility = (actor: Actor, type: string) => {
      const { events } = ticketIn('open').do('Mon 11:00', actor, { type, body: 'x' })
      return events.findLast((event) => event.type === 'message_added')?.data.message.visibility
    }
    expect(visibility(mari, 'message')).toBe('public')
    expect(visibility(colin, 'message')).toBe('public')
    expect(visibility(vendor, 'message')).toBe('internal')
    expect(visibility(bot, 'message')).toBe('internal')
    expect(visibility(ana, 'note')).toBe('internal')
    expect(visibility(ana, 'reply')).toBe('public')
  })
})

describe('the reopen window (hazard 24)', () => {
  const within = 30 * day
  const desk = (reopen?: { within: string | number | null }) =>
    defineDesk({
      workflow: {
        statuses: kinds.map((kind) => ({ name: nameOf[kind], kind })),
        autoClose: { after: null },
        ...(reopen && { reopen }),
      },
    })
  const resolved = (options?: { within: string | number | null }) =>
    story(desk(options)).open('Mon 09:00').do('Mon 10:00', ana, { type: 'resolve' })
  const left = when('Mon 10:00')
  const refused = (told: Story, withinMs: number) => ({
    code: 'follow_up_required',
    facts: { ticketId: told.ticket.id, leftWorkAt: left, withinMs },
  })

  it('is 30 days, the last millisecond inside', () => {
    expect(resolved().do(left + within, mari, { type: 'message', body: 'x' }).ticket).toMatchObject({
      kind: 'open',
      counts: { reopens: 1 },
      resolvedAt: null,
      closedAt: null,
      firstResolvedAt: left,
    })
  })

  it('and one millisecond later asks for a follow-up', () => {
    const told = resolved()
    expect(told.refusal(left + within + 1, mari, { type: 'message', body: 'x' })).toMatchObject(refused(told, within))
    expect(told.refusal(left + within + 1, colin, { type: 'message', body: 'x' })).toMatchObject(refused(told, within))
  })

  it('counts from Resolved also when it was closed since', () => {
    const told = resolved().do(left + 5 * day, ana, { type: 'close' })
    expect(told.refusal(left + within + 1, mari, { type: 'message', body: 'x' })).toMatchObject(refused(told, within))
    expect(told.do(left + within, mari, { type: 'message', body: 'x' }).ticket.kind).toBe('open')
  })

  it('counts from Closed when it was closed without', () => {
    const told = story(desk()).open('Mon 09:00').do(left, ana, { type: 'close' })
    expect(told.refusal(left + within + 1, mari, { type: 'message', body: 'x' })).toMatchObject(refused(told, within))
    expect(told.do(left + within, mari, { type: 'message', body: 'x' }).ticket.kind).toBe('open')
  })

  it('begins anew when it leaves work again', () => {
    const told = resolved().do(left + within, mari, { type: 'message', body: 'x' })
    told.do(left + within + hour, ana, { type: 'resolve' })
    expect(told.do(left + 2 * within + hour, mari, { type: 'message', body: 'x' }).ticket.counts.reopens).toBe(2)
  })

  it.each([
    ['null: for ever', null, 3_000 * day],
    ['two hours', '2h', 2 * hour],
  ])('%s', (_name, value, last) => {
    expect(resolved({ within: value }).do(left + last, mari, { type: 'message', body: 'x' }).ticket.kind).toBe('open')
  })

  it.each([
    ['two hours', '2h', 2 * hour + 1, 2 * hour],
    ['0: never, not even in the same instant', 0, 0, 0],
  ])('%s', (_name, value, after, withinMs) => {
    const told = resolved({ within: value })
    expect(told.refusal(left + after, mari, { type: 'message', body: 'x' })).toMatchObject(refused(told, withinMs))
  })

  const ways: readonly { type: string }[] = [
    { type: 'reopen' },
    { type: 'setStatus', status: 'Open' } as never,
    { type: 'confirmSolution', solved: false } as never,
    { type: 'update', status: 'Open' } as never,
  ]
  it.each(ways)('holds for the requester’s $type, and not for an agent’s', (request) => {
    const told = resolved()
    expect(told.refusal(left + within + 1, mari, request)).toMatchObject({ code: 'follow_up_required' })
    expect(told.do(left + within + 1, ana, request).ticket.kind).toBe('open')
  })

  it('a message that does not reopen is recorded outside it, on a resolved and on a closed ticket', () => {
    const told = resolved()
    told.do(left + within + 1, mari, { type: 'message', body: 'Thanks!', reopens: false })
    told.do(left + within + 2, ana, { type: 'close' })
    told.do(left + within + 3, mari, { type: 'message', body: 'I am away', automatic: true })
    expect(told.ticket).toMatchObject({ kind: 'closed', waitingSince: null, counts: { messages: 3, reopens: 0 } })
  })

  it('a note and a third party’s message are recorded outside it', () => {
    const told = resolved().do(left + within + 1, ana, { type: 'close' })
    told.do(left + within + 2, ana, { type: 'note', body: 'x' }).do(left + within + 3, vendor, { type: 'message' })
    expect(told.ticket).toMatchObject({ kind: 'closed', counts: { messages: 3 } })
  })
})

describe('what a closed ticket takes', () => {
  const closed = () =>
    story(definition)
      .open('Mon 09:00', { tags: ['old'] })
      .do('Mon 10:00', ana, { type: 'close' })
  const taken: readonly { type: string; [field: string]: unknown }[] = [
    { type: 'note', body: 'x' },
    { type: 'tag', tags: ['new'] },
    { type: 'untag', tags: ['old'] },
    { type: 'link', to: 't9' },
    { type: 'rate', score: 5 },
    { type: 'setFields', fields: { a: 1 } },
    { type: 'reopen' },
    { type: 'setStatus', status: 'Open' },
    { type: 'update', fields: { a: 1 }, tags: { add: ['new'] }, message: { body: 'internal' } },
    { type: 'update', priority: 'High', assignee: 'ana', message: { body: 'x', visibility: 'public' }, status: 'Open' },
  ]
  it.each(taken)('takes $type', (command) => {
    expect(closed().do('Mon 11:00', ana, command).ticket.revision).toBe(3)
  })

  it('and a requester message within the window', () => {
    expect(closed().do('Mon 11:00', mari, { type: 'message', body: 'x' }).ticket.kind).toBe('open')
  })

  const refused: readonly [{ type: string; [field: string]: unknown }, command?: string][] = [
    [{ type: 'reply', body: 'x' }],
    [{ type: 'postpone' }],
    [{ type: 'wake' }],
    [{ type: 'resolve' }],
    [{ type: 'confirmSolution', solved: true }],
    [{ type: 'setPriority', priority: 'High' }],
    [{ type: 'unsetPriority' }],
    [{ type: 'assign', agent: 'ana' }],
    [{ type: 'unassign' }],
    [{ type: 'transfer', department: 'Billing' }],
    [{ type: 'escalate' }],
    [{ type: 'setRequester', requester: null }],
    [{ type: 'addFollower', person: 'x' }],
    [{ type: 'removeFollower', person: 'x' }],
    [{ type: 'addCollaborator', person: 'x' }],
    [{ type: 'removeCollaborator', person: 'x' }],
    [{ type: 'signal', name: 'x' }],
    [{ type: 'merge', into: 't2' }],
    [{ type: 'update', priority: 'High' }, 'update of priority'],
    [{ type: 'update', department: 'Billing' }, 'update of department'],
    [{ type: 'update', assignee: 'ana' }, 'update of assignee'],
    [{ type: 'update', message: { body: 'x', visibility: 'public' } }, 'message'],
    [{ type: 'update', message: { body: 'x', visibility: 'public' }, status: 'Closed' }, 'update of message'],
  ]
  it.each(refused)('refuses %o', (request, command = request.type) => {
    expect(closed().refusal('Mon 11:00', ana, request)).toMatchObject({
      code: 'ticket_closed',
      facts: { ticketId: 't1', command },
    })
  })

  it('closing it again changes nothing, with whatever reason', () => {
    expect(closed().attempt('Mon 11:00', ana, { type: 'close', reason: 'spam' })).toMatchObject({
      value: { unchanged: true, ticket: { closeReason: null } },
    })
  })
})

describe('automatic closing', () => {
  const after = 5 * day
  const resolved = () => story(definition).open('Mon 09:00').do('Mon 10:00', ana, { type: 'resolve' })
  const closing = when('Mon 10:00') + after

  it('closes exactly 5 days after Resolved, not a millisecond earlier', () => {
    expect(resolved().until(closing - 1).ticket).toMatchObject({ kind: 'resolved', version: 3 })
    expect(resolved().until(closing).ticket).toMatchObject({
      kind: 'closed',
      statusSince: closing,
      closedAt: closing,
      resolvedAt: when('Mon 10:00'),
      closeReason: null,
      lastAt: closing,
      revision: 2,
    })
  })

  it('is a fact of its instant, found whenever somebody looks', () => {
    const late = resolved().until(closing + 300 * day)
    expect(late.ticket.lastAt).toBe(closing)
    expect(late.events.at(-1)).toMatchObject({
      type: 'status_changed',
      at: closing,
      actor: { kind: 'system', id: 'time' },
      cause: { kind: 'time', fact: 'auto_close' },
      data: { because: 'auto_close' },
    })
  })

  it('comes before a command of the same instant', () => {
    expect(resolved().refusal(closing, ana, { type: 'reply', body: 'x' })).toMatchObject({ code: 'ticket_closed' })
    expect(resolved().do(closing - 1, ana, { type: 'reply', body: 'x' }).ticket.kind).toBe('resolved')
  })

  it('is not put off by a message that does not reopen, nor by an agent’s reply', () => {
    const told = resolved().do('Tue 09:00', mari, { type: 'message', body: 'Thanks!', reopens: false })
    told.do('Wed 09:00', ana, { type: 'reply', body: 'Welcome' })
    expect(told.until(closing).ticket.closedAt).toBe(closing)
  })

  it('falls away when it is reopened', () => {
    const told = resolved().do('Tue 09:00', mari, { type: 'message', body: 'x' })
    expect(told.until(closing + 100 * day).ticket.kind).toBe('open')
  })

  it.each([
    ['null: never', null, 'resolved'],
    ['at once', 0, 'closed'],
  ] as const)('after %s', (_name, value, kind) => {
    const desk = defineDesk({
      workflow: { statuses: kinds.map((k) => ({ name: nameOf[k], kind: k })), autoClose: { after: value } },
    })
    const told = story(desk).open('Mon 09:00').do('Mon 10:00', ana, { type: 'resolve' })
    expect(told.until(when('Mon 10:00') + (value ?? 3_000 * day)).ticket.kind).toBe(kind)
  })

  it('holds for a ticket opened in Resolved', () => {
    const told = story(definition).open('Mon 10:00', { status: 'Resolved' })
    expect(told.until(closing).ticket.closedAt).toBe(closing)
  })
})

describe('confirmSolution', () => {
  const resolved = () => story(definition).open('Mon 09:00').do('Mon 10:00', ana, { type: 'resolve' })

  it('true closes, false reopens', () => {
    expect(resolved().do('Mon 11:00', mari, { type: 'confirmSolution', solved: true }).ticket).toMatchObject({
      kind: 'closed',
      closeReason: 'confirmed',
      resolvedAt: when('Mon 10:00'),
    })
    expect(resolved().do('Mon 11:00', mari, { type: 'confirmSolution', solved: false }).ticket).toMatchObject({
      kind: 'open',
      counts: { reopens: 1 },
    })
  })

  it('is for resolved tickets', () => {
    expect(ticketIn('open').refusal('Mon 11:00', mari, { type: 'confirmSolution', solved: true })).toMatchObject({
      code: 'move_not_allowed',
      facts: { from: 'Open' },
    })
  })
})

describe('close', () => {
  it.each(['spam', 'duplicate', 'tenant left'])('with the reason %s', (reason) => {
    expect(ticketIn('open').do('Mon 11:00', ana, { type: 'close', reason }).ticket).toMatchObject({
      kind: 'closed',
      closeReason: reason,
      closedAt: when('Mon 11:00'),
      resolvedAt: null,
      firstResolvedAt: null,
    })
  })

  it('forgets the reason when it is reopened', () => {
    const told = ticketIn('open').do('Mon 11:00', ana, { type: 'close', reason: 'spam' })
    expect(told.do('Mon 12:00', ana, { type: 'reopen' }).ticket).toMatchObject({
      kind: 'open',
      closeReason: null,
      closedAt: null,
      counts: { reopens: 1 },
    })
  })
})

describe('reopen', () => {
  it.each(['new', 'open', 'answered', 'postponed'] as const)('changes nothing on a ticket in work: %s', (kind) => {
    expect(ticketIn(kind).attempt('Mon 11:00', ana, { type: 'reopen' })).toMatchObject({ value: { unchanged: true } })
  })

  it.each(['answered', 'postponed'] as const)('Resolved → %s is a reopen', (kind) => {
    const told = ticketIn('resolved').do('Mon 11:00', ana, { type: 'setStatus', status: nameOf[kind] })
    expect(told.ticket.counts.reopens).toBe(1)
  })

  it('closing a resolved ticket is none, and keeps when it left work', () => {
    const told = ticketIn('resolved').do('Mon 11:00', ana, { type: 'close' })
    expect(told.ticket).toMatchObject({
      counts: { reopens: 0 },
      resolvedAt: when('Mon 10:00'),
      closedAt: when('Mon 11:00'),
    })
  })
})

import { defineDesk } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, ben, mari, story, when } from '../story.ts'

const definition = defineDesk({
  tags: [{ name: 'VIP', visibility: 'public' }, { name: 'Straße' }, { name: 'legacy', archived: true }],
})
const open = () => story(definition).open('Mon 09:00')
const unchanged = { ok: true, value: { unchanged: true, events: [] } }

describe('update: one submit of a form', () => {
  const everything = {
    type: 'update',
    status: 'Postponed',
    message: { body: 'We look into it', visibility: 'public' },
    assignee: 'ana',
    department: 'Billing',
    priority: 'High',
    tags: { add: ['vip'], remove: [] },
    fields: { contract: 7 },
    subject: 'Cannot log in at all',
    until: when('Tue 09:00'),
    reason: 'Waits for a part',
  }

  it('is applied in one order, however it was written, as one revision', () => {
    const told = open().do('Mon 10:00', ana, everything)
    expect(told.lastTypes()).toEqual([
      'fields_changed',
      'tags_changed',
      'priority_changed',
      'department_changed',
      'assignee_changed',
      'message_added',
      'status_changed',
    ])
    expect(told.ticket).toMatchObject({
      revision: 2,
      version: 9,
      subject: 'Cannot log in at all',
      fields: { contract: 7 },
      tags: ['VIP'],
      priority: 'High',
      department: 'Billing',
      assignee: 'ana',
      assignedSince: when('Mon 10:00'),
      departmentSince: when('Mon 10:00'),
      status: 'Postponed',
      postponedUntil: when('Tue 09:00'),
      postponeReason: 'Waits for a part',
      wakesTo: 'new',
      counts: { messages: 2, replies: 1 },
    })
    expect(new Set(told.events.slice(2).map(({ revision }) => revision))).toEqual(new Set([2]))
  })

  it('changes nothing at all when one part is refused', () => {
    const told = open()
    expect(told.refusal('Mon 10:00', ana, { ...everything, status: 'Opn' })).toMatchObject({
      code: 'unknown_name',
      path: 'status',
    })
    expect(told.refusal('Mon 10:00', ana, { ...everything, priority: 'Hgh' })).toMatchObject({
      code: 'unknown_name',
      path: 'priority',
    })
    expect(told.refusal('Mon 10:00', ana, { ...everything, tags: { add: ['legacy'] } })).toMatchObject({
      code: 'tag_archived',
      path: 'tags.add[0]',
    })
    expect(told.ticket).toMatchObject({ revision: 1, version: 2 })
  })

  it('a status given with a message replaces the reaction: one status event', () => {
    const told = open().do('Mon 10:00', ana, {
      type: 'update',
      message: { body: 'x', visibility: 'public' },
      status: 'Open',
    })
    expect(told.events.filter(({ type }) => type === 'status_changed')).toHaveLength(1)
    expect(told.ticket).toMatchObject({ status: 'Open', waitingSince: null })
  })

  it('without a status the message reacts', () => {
    const reply = { type: 'update', message: { body: 'x', visibility: 'public' } }
    expect(open().do('Mon 10:00', ana, reply).ticket.status).toBe('Answered')
    expect(open().do('Mon 10:00', ana, { type: 'update', message: { body: 'x' } }).ticket.status).toBe('New')
  })

  it('the status is checked from the one before the message: New → New stays, although a reply would answer', () => {
    const told = open().do('Mon 10:00', ana, {
      type: 'update',
      message: { body: 'x', visibility: 'public' },
      status: 'New',
    })
    expect(told.ticket).toMatchObject({
      status: 'New',
      firstRespondedAt: when('Mon 10:00'),
      statusSince: when('Mon 09:00'),
    })
  })

  it('Answered → New is refused, although the requester’s message would open it', () => {
    const told = open().do('Mon 10:00', ana, { type: 'reply', body: 'x' })
    const request = { type: 'update', message: { body: 'x', role: 'requester' }, status: 'New' }
    expect(told.refusal('Mon 11:00', ana, request)).toMatchObject({
      code: 'move_not_allowed',
      facts: { from: 'Answered' },
    })
  })

  it('priority null returns to the automatic one', () => {
    const told = open()
      .do('Mon 10:00', ana, { type: 'update', priority: 'High' })
      .do('Mon 11:00', ana, { type: 'update', priority: null })
    expect(told.ticket).toMatchObject({ priority: 'Low', prioritySources: {} })
  })

  it('assignee and department null take away', () => {
    const told = open().do('Mon 10:00', ana, { type: 'update', assignee: 'ana', department: 'Billing' })
    told.do('Mon 11:00', ana, { type: 'update', assignee: null, department: null })
    expect(told.ticket).toMatchObject({ assignee: null, assignedSince: null, department: null, departmentSince: null })
  })
})

describe('what changes nothing says so and stores nothing', () => {
  const full = () =>
    open().do('Mon 10:00', ana, {
      type: 'update',
      priority: 'High',
      tags: { add: ['VIP'] },
      assignee: 'ana',
      department: 'Billing',
      fields: { a: { b: [1, 2] } },
      category: 'hardware',
    })
  it.each([
    { type: 'setPriority', priority: 'High' },
    { type: 'tag', tags: ['vip', 'ＶＩＰ'] },
    { type: 'untag', tags: ['other'] },
    { type: 'tag', tags: [] },
    { type: 'assign', agent: 'ana' },
    { type: 'transfer', department: 'Billing' },
    { type: 'setFields', fields: { a: { b: [1, 2] } } },
    { type: 'setFields', category: 'hardware', subject: 'Cannot log in' },
    { type: 'setFields', fields: { missing: null } },
    { type: 'setFields' },
    { type: 'setStatus', status: 'New' },
    { type: 'wake' },
    { type: 'reopen' },
    { type: 'removeFollower', person: 'x' },
    { type: 'unlink', to: 't2' },
    { type: 'update' },
    { type: 'update', priority: 'High', status: 'New', tags: { add: ['VIP'], remove: ['x'] } },
    { type: 'setRequester', requester: { id: 'mari' } },
  ])('%o', (request) => {
    const told = full()
    const { ticket } = told
    expect(told.attempt('Mon 11:00', ana, request)).toMatchObject(unchanged)
    expect(told.ticket).toBe(ticket)
  })
})

describe('people', () => {
  it('a reassignment is one from an agent to another', () => {
    const told = open().do('Mon 10:00', ana, { type: 'assign', agent: 'ana' })
    expect(told.ticket.counts.reassignments).toBe(0)
    expect(told.do('Mon 11:00', ben, { type: 'assign', agent: 'ben' }).ticket.counts.reassignments).toBe(1)
    told.do('Mon 12:00', ben, { type: 'unassign' }).do('Mon 13:00', ben, { type: 'assign', agent: 'ana' })
    expect(told.ticket).toMatchObject({ counts: { reassignments: 1 }, assignedSince: when('Mon 13:00') })
  })

  it('a transfer takes the ticket from whoever had it, unless an agent is named', () => {
    const told = open().do('Mon 10:00', ana, { type: 'assign', agent: 'ana' })
    told.do('Mon 11:00', ana, { type: 'transfer', department: 'Billing' })
    expect(told.ticket).toMatchObject({ department: 'Billing', departmentSince: when('Mon 11:00'), assignee: null })
    told.do('Mon 12:00', ana, { type: 'transfer', department: 'Legal', agent: 'ben' })
    expect(told.ticket).toMatchObject({ department: 'Legal', assignee: 'ben' })
  })

  it('what of a requester is personal stands apart in the event', () => {
    const requester = { id: 'mari', name: 'Mari', email: 'm@example.org', phone: '+372', plan: 'gold', vip: true }
    const told = story(definition).open('Mon 09:00', { requester })
    expect(told.ticket.requester).toEqual(requester)
    expect(told.events[0]).toMatchObject({
      data: { requester: { id: 'mari', plan: 'gold', vip: true } },
      personal: { requester: { name: 'Mari', email: 'm@example.org', phone: '+372' } },
    })
    expect(JSON.stringify(told.events[0]?.data)).not.toContain('example.org')
  })

  it('followers and collaborators are sets, at most 50', () => {
    const told = open().do('Mon 10:00', ana, { type: 'addFollower', person: 'a' })
    expect(told.attempt('Mon 10:01', ana, { type: 'addFollower', person: 'a' })).toMatchObject(unchanged)
    for (let i = 1; i < 50; i++) told.do('Mon 10:02', ana, { type: 'addFollower', person: `p${i}` })
    expect(told.refusal('Mon 10:03', ana, { type: 'addFollower', person: 'z' })).toEqual({
      code: 'too_large',
      path: 'person',
      facts: { limit: 50, actual: 51, unit: 'entries' },
    })
    told
      .do('Mon 10:04', ana, { type: 'removeFollower', person: 'a' })
      .do('Mon 10:05', ana, { type: 'addCollaborator', person: 'z' })
    expect(told.ticket.followers).toHaveLength(49)
    expect(told.ticket.collaborators).toEqual(['z'])
  })

  it('escalate goes to the next tier, or the one named', () => {
    const told = open().do('Mon 10:00', ana, { type: 'escalate' })
    expect(told.ticket.tier).toBe(2)
    expect(told.do('Mon 10:00', ana, { type: 'escalate', tier: 5, reason: 'Database' }).ticket.tier).toBe(5)
  })
})

describe('priority (§4)', () => {
  it('a ticket nobody marked is the default: the lowest unless named', () => {
    expect(open().ticket).toMatchObject({ priority: 'Low', priorityRank: 1, prioritySources: {} })
    const named = defineDesk({
      priorities: [
        { name: 'a', rank: 9 },
        { name: 'b', rank: 3 },
      ],
      defaultPriority: 'a',
    })
    expect(story(named).open('Mon 09:00').ticket.priority).toBe('a')
    expect(
      story(
        defineDesk({
          priorities: [
            { name: 'a', rank: 9 },
            { name: 'b', rank: 3 },
          ],
        }),
      ).open('Mon 09:00').ticket.priority,
    ).toBe('b')
  })

  it('by hand, until unset; each change records source and reason', () => {
    const told = open().do('Mon 10:00', ana, { type: 'setPriority', priority: 'Urgent', reason: 'Production is down' })
    expect(told.events.at(-1)).toMatchObject({
      type: 'priority_changed',
      data: {
        from: 'Low',
        priority: 'Urgent',
        priorityRank: 4,
        source: 'manual',
        prioritySources: { manual: 'Urgent' },
      },
      personal: { reason: 'Production is down' },
    })
    expect(told.do('Mon 11:00', ana, { type: 'unsetPriority' }).ticket).toMatchObject({
      priority: 'Low',
      prioritySources: {},
    })
  })

  it('set by hand to what it is already: recorded, since it now holds against every source', () => {
    const told = open().do('Mon 10:00', ana, { type: 'setPriority', priority: 'Low' })
    expect(told.ticket).toMatchObject({ priority: 'Low', prioritySources: { manual: 'Low' }, revision: 2 })
  })
})

describe('tags (§4, hazard 33)', () => {
  const tagged = (...tags: string[]) => open().do('Mon 10:00', ana, { type: 'tag', tags }).ticket.tags

  it.each([
    ['as registered', ['vip'], ['VIP']],
    ['sharp s', ['STRASSE'], ['Straße']],
    ['full width', ['ＶＩＰ'], ['VIP']],
    ['as first written, if not registered', ['New Tag', 'NEW TAG'], ['New Tag']],
    ['composed and decomposed', ['caf\u00e9', 'cafe\u0301'], ['café']],
    ['final sigma', ['ΟΔΟΣ', 'οδος'], ['ΟΔΟΣ']],
    ['dotless i is another letter', ['ı', 'i'], ['ı', 'i']],
    ['confusables are not merged', ['paypal', 'pаypal'], ['paypal', 'pаypal']],
  ])('one tag: %s', (_name, tags, expected) => {
    expect(tagged(...tags)).toEqual(expected)
  })

  it.each([
    ['a zero-width space', 'v\u200Bip'],
    ['a bidi mark', '\u202Evip'],
    ['a control character', 'v\u0007ip'],
    ['nothing but spaces', '  '],
    ['nothing', ''],
    ['a line break', 'a\nb'],
  ])('%s is refused', (_name, tag) => {
    expect(open().refusal('Mon 10:00', ana, { type: 'tag', tags: ['ok', tag] })).toMatchObject({
      code: 'invalid_text',
      path: 'tags[1]',
    })
  })

  it('an archived tag stays on old tickets and cannot be added', () => {
    expect(open().refusal('Mon 10:00', ana, { type: 'tag', tags: ['LEGACY'] })).toEqual({
      code: 'tag_archived',
      path: 'tags[0]',
      facts: { tag: 'legacy' },
    })
    const before = defineDesk({ tags: [{ name: 'legacy' }] })
    const after = defineDesk({ since: when('Mon 12:00'), tags: [{ name: 'legacy', archived: true }] })
    const told = story([before, after])
      .open('Mon 09:00', { tags: ['legacy'] })
      .do('Mon 13:00', ana, { type: 'tag', tags: ['x', 'legacy'] })
    expect(told.ticket.tags).toEqual(['legacy', 'x'])
    expect(told.do('Mon 13:00', ana, { type: 'untag', tags: ['LEGACY'] }).ticket.tags).toEqual(['x'])
  })

  it('newTags: false keeps to the registry, and says what is in it', () => {
    const told = story(defineDesk({ tags: [{ name: 'VIP' }, { name: 'old', archived: true }], newTags: false })).open(
      'Mon 09:00',
    )
    expect(told.refusal('Mon 10:00', ana, { type: 'tag', tags: ['vip', 'other'] })).toEqual({
      code: 'unknown_name',
      path: 'tags[1]',
      facts: { what: 'tag', name: 'other', known: ['VIP'] },
    })
  })

  it('at most 50 on a ticket', () => {
    const told = open().do('Mon 10:00', ana, { type: 'tag', tags: Array.from({ length: 50 }, (_, i) => `t${i}`) })
    expect(told.refusal('Mon 10:00', ana, { type: 'tag', tags: ['one more'] })).toEqual({
      code: 'too_large',
      path: 'tags',
      facts: { limit: 50, actual: 51, unit: 'entries' },
    })
    expect(
      told.do('Mon 10:00', ana, { type: 'update', tags: { add: ['one more'], remove: ['t0'] } }).ticket.tags,
    ).toHaveLength(50)
  })
})

describe('fields', () => {
  it('are the application’s own JSON; null removes', () => {
    const told = open().do('Mon 10:00', mari, {
      type: 'setFields',
      fields: { a: 1, b: [true, { c: 'x' }], 'with space': null },
    })
    expect(told.ticket.fields).toEqual({ a: 1, b: [true, { c: 'x' }] })
    expect(told.do('Mon 11:00', mari, { type: 'setFields', fields: { a: null, b: 2 } }).ticket.fields).toEqual({ b: 2 })
  })

  it('at most 100', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, i]))
    const told = open().do('Mon 10:00', ana, { type: 'setFields', fields: many })
    expect(told.refusal('Mon 11:00', ana, { type: 'setFields', fields: { more: 1 } })).toMatchObject({
      code: 'too_large',
      path: 'fields',
      facts: { limit: 100, actual: 101 },
    })
    expect(
      Object.keys(told.do('Mon 11:00', ana, { type: 'setFields', fields: { more: 1, f0: null } }).ticket.fields),
    ).toHaveLength(100)
  })
})

describe('an answer given while a ticket stays out of work (found in review)', () => {
  it.each(['Resolved', 'Closed'])('counts as one beside the status %s', (status) => {
    const told = open().do('Mon 10:00', ana, { type: 'resolve' })
    told.do('Mon 11:00', ana, { type: 'update', status, message: { body: 'Done', visibility: 'public' } })
    expect(told.ticket).toMatchObject({ firstRespondedAt: when('Mon 11:00'), counts: { replies: 1 } })
  })
})

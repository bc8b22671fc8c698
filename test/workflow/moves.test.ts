import { type DeskError, defineDesk, defineWorkflow, type StatusKind, standardWorkflow } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, mari, type Story, story } from '../story.ts'

const kinds = ['new', 'open', 'answered', 'postponed', 'resolved', 'closed'] as const

/** SEMANTICS §3: rows from, columns to, in the order of `kinds`. `·` is the present one, `-` not allowed. */
const table: Readonly<Record<StatusKind, string>> = {
  new: '· ✓ ✓ ✓ ✓ ✓',
  open: '✓ · ✓ ✓ ✓ ✓',
  answered: '- ✓ · ✓ ✓ ✓',
  postponed: '✓ ✓ ✓ · ✓ ✓',
  resolved: '- ✓ ✓ ✓ · ✓',
  closed: '- ✓ - - - ·',
}

const rows = kinds.flatMap((from) =>
  kinds.map((to, i) => ({ from, to, cell: table[from].split(' ')[i] as '·' | '✓' | '-' })),
)

/** Standard names, and free ones: two statuses of each kind, with the second the default. */
const workflows = {
  standard: {
    names: {
      new: 'New',
      open: 'Open',
      answered: 'Answered',
      postponed: 'Postponed',
      resolved: 'Resolved',
      closed: 'Closed',
    },
  },
  Estonian: {
    names: {
      new: 'Uus',
      open: 'Töös',
      answered: 'Vastatud',
      postponed: 'Ootel',
      resolved: 'Lahendatud',
      closed: 'Suletud',
    },
  },
  'named like properties': {
    names: {
      new: 'constructor',
      open: 'toString',
      answered: 'valueOf',
      postponed: '__proto__',
      resolved: 'hasOwnProperty',
      closed: 'prototype',
    },
  },
} as const

const definitionOf = (names: Readonly<Record<StatusKind, string>>) =>
  defineDesk({ workflow: { statuses: kinds.map((kind) => ({ name: names[kind], kind })), autoClose: { after: null } } })

/** A ticket in a status, reached by moves that the table allows from New. */
const ticketIn = (definition: ReturnType<typeof definitionOf>, status: string): Story => {
  const told = story(definition).open('Mon 09:00')
  return told.ticket.status === status ? told : told.do('Mon 09:01', ana, { type: 'setStatus', status })
}

describe.each(Object.entries(workflows))('moves of the %s workflow, by kind', (_name, { names }) => {
  const definition = definitionOf(names)

  it.each(rows.filter(({ cell }) => cell === '✓'))('$from → $to is allowed', ({ from, to }) => {
    const told = ticketIn(definition, names[from]).do('Mon 10:00', ana, { type: 'setStatus', status: names[to] })
    expect(told.ticket).toMatchObject({ status: names[to], kind: to })
    expect(told.lastTypes().filter((type) => type === 'status_changed')).toHaveLength(1)
  })

  it.each(rows.filter(({ cell }) => cell === '-'))(
    '$from → $to is refused, and says where it can go',
    ({ from, to }) => {
      const told = ticketIn(definition, names[from])
      const allowed = kinds.filter((_, i) => table[from].split(' ')[i] === '✓').map((kind) => names[kind])
      expect(told.refusal('Mon 10:00', ana, { type: 'setStatus', status: names[to] })).toEqual({
        code: 'move_not_allowed',
        path: 'status',
        facts: { from: names[from], to: names[to], allowed },
      })
    },
  )

  it.each(rows.filter(({ cell }) => cell === '·'))('$from → $to is a no-op', ({ from }) => {
    const told = ticketIn(definition, names[from])
    const { ticket } = told
    const result = told.attempt('Mon 10:00', ana, { type: 'setStatus', status: names[from] })
    expect(result).toMatchObject({ ok: true, value: { unchanged: true, events: [] } })
    expect(told.ticket).toBe(ticket)
  })
})

describe('several statuses of one kind', () => {
  const workflow = defineWorkflow({
    statuses: [
      { name: 'Triage', kind: 'new' },
      { name: 'New', kind: 'new', default: true },
      { name: 'In work', kind: 'open' },
      { name: 'Waiting', kind: 'postponed' },
      { name: 'Vendor', kind: 'postponed', default: true },
      { name: 'Answered', kind: 'answered' },
      { name: 'Fixed', kind: 'resolved' },
      { name: 'No fault', kind: 'resolved' },
      { name: 'Closed', kind: 'closed' },
      { name: 'Archive', kind: 'closed' },
    ],
    moves: { Fixed: ['In work', 'Closed', 'Archive'] },
  })
  const definition = defineDesk({ workflow })
  const open = () => story(definition).open('Mon 09:00')

  it('lets them follow each other', () => {
    const told = open().do('Mon 10:00', ana, { type: 'setStatus', status: 'No fault' })
    expect(told.do('Mon 11:00', ana, { type: 'setStatus', status: 'Fixed' }).ticket.status).toBe('Fixed')
  })

  it('except closed ones', () => {
    const told = open().do('Mon 10:00', ana, { type: 'close' })
    expect(told.refusal('Mon 11:00', ana, { type: 'setStatus', status: 'Archive' })).toMatchObject({
      code: 'move_not_allowed',
      facts: { allowed: ['In work'] },
    })
  })

  it('goes to the default one where only a kind is said', () => {
    expect(open().ticket.status).toBe('New')
    expect(open().do('Mon 10:00', ana, { type: 'postpone' }).ticket.status).toBe('Vendor')
    expect(open().do('Mon 10:00', ana, { type: 'resolve' }).ticket.status).toBe('Fixed')
    expect(open().do('Mon 10:00', ana, { type: 'resolve', status: 'No fault' }).ticket.status).toBe('No fault')
  })

  it('refuses a status of another kind, naming those that fit', () => {
    expect(open().refusal('Mon 10:00', ana, { type: 'resolve', status: 'Closed' })).toEqual({
      code: 'unknown_name',
      path: 'status',
      facts: { what: 'status of kind resolved', name: 'Closed', known: ['Fixed', 'No fault'] },
    })
  })

  it('keeps to moves of its own where a status has them', () => {
    const told = open().do('Mon 10:00', ana, { type: 'resolve' })
    expect(told.refusal('Mon 11:00', ana, { type: 'setStatus', status: 'Waiting' })).toMatchObject({
      code: 'move_not_allowed',
      facts: { allowed: ['In work', 'Closed', 'Archive'] },
    })
  })
})

describe('a workflow is checked when it is defined', () => {
  const fine = [
    { name: 'New', kind: 'new' },
    { name: 'Open', kind: 'open' },
    { name: 'Resolved', kind: 'resolved' },
    { name: 'Closed', kind: 'closed' },
  ]
  it.each<[promise: string, definition: object, code: string, path: string, facts: object]>([
    ['a kind is missing', { statuses: fine.slice(1) }, 'missing_kind', 'workflow.statuses', { kind: 'new' }],
    ['a kind is missing', { statuses: [fine[0], fine[2]] }, 'missing_kind', 'workflow.statuses', { kind: 'open' }],
    ['a kind is missing', { statuses: [fine[0], fine[1]] }, 'missing_kind', 'workflow.statuses', { kind: 'resolved' }],
    [
      'a name is given twice',
      { statuses: [...fine, { name: 'Open', kind: 'answered' }] },
      'duplicate_name',
      'workflow.statuses[4].name',
      { what: 'status', name: 'Open' },
    ],
    [
      'a kind has two defaults',
      { statuses: [{ ...fine[0], default: true }, ...fine.slice(1), { name: 'N2', kind: 'new', default: true }] },
      'duplicate_name',
      'workflow.statuses[4].default',
      { name: 'new' },
    ],
    [
      'an initial status is unknown',
      { statuses: fine, initial: ['New', 'Opn'] },
      'unknown_name',
      'workflow.initial[1]',
      { what: 'status', name: 'Opn', known: ['New', 'Open', 'Resolved', 'Closed'] },
    ],
    [
      'a move starts nowhere',
      { statuses: fine, moves: { Opn: ['New'] } },
      'unknown_name',
      'workflow.moves.Opn',
      { name: 'Opn' },
    ],
    [
      'a move leads nowhere',
      { statuses: fine, moves: { Open: ['New', 'Resolved', 'Clsd'] } },
      'unknown_name',
      'workflow.moves.Open[2]',
      { name: 'Clsd' },
    ],
    [
      'a reaction starts nowhere',
      { statuses: fine, reactions: { agentReply: { Nw: 'Open' } } },
      'unknown_name',
      'workflow.reactions.agentReply.Nw',
      { name: 'Nw' },
    ],
    [
      'a reaction leads nowhere',
      { statuses: fine, reactions: { requesterMessage: { 'In work': 'Open', Open: 'Answerd' } } },
      'unknown_name',
      'workflow.reactions.requesterMessage["In work"]',
      { name: 'In work' },
    ],
    [
      'no ticket can reach a status',
      {
        statuses: [...fine, { name: 'Limbo', kind: 'answered' }],
        moves: { New: ['Open'], Open: ['Resolved'], Resolved: ['Open'], Closed: ['Open'] },
        reactions: { agentReply: { New: 'Open', Open: 'Open' } },
      },
      'unreachable_status',
      'workflow.statuses[4]',
      { status: 'Limbo' },
    ],
    [
      'a kind is unknown',
      { statuses: [{ name: 'New', kind: 'fresh' }] },
      'invalid_definition',
      'workflow.statuses[0].kind',
      {},
    ],
    ['there are no statuses', { statuses: [] }, 'invalid_definition', 'workflow.statuses', {}],
    ['a key is unknown', { statuses: fine, reopens: 1 }, 'invalid_definition', 'workflow.reopens', {}],
    ['a list stands for an object', { statuses: fine, reopen: [] }, 'invalid_definition', 'workflow.reopen', {}],
    [
      'a duration is ambiguous',
      { statuses: fine, autoClose: { after: '5 days' } },
      'invalid_duration',
      'workflow.autoClose.after',
      {},
    ],
  ])('%s: %o', (_promise, workflow, code, path, facts) => {
    let error: DeskError | undefined
    try {
      defineDesk({ workflow } as never)
    } catch (thrown) {
      error = thrown as DeskError
    }
    expect(error?.issues).toContainEqual(expect.objectContaining({ code, path, facts: expect.objectContaining(facts) }))
    try {
      defineWorkflow(workflow as never)
    } catch (thrown) {
      expect((thrown as DeskError).issues.map((issue) => issue.path)).toContain(path.replace('workflow.', ''))
    }
  })

  it('lets a closed status be a dead end', () => {
    const definition = defineDesk({ workflow: { statuses: fine as never, moves: { Closed: [] } } } as never)
    const told = story(definition as never)
      .open('Mon 09:00')
      .do('Mon 09:01', ana, { type: 'close' })
    expect(told.refusal('Mon 09:02', ana, { type: 'reopen' })).toMatchObject({
      code: 'move_not_allowed',
      facts: { allowed: [] },
    })
  })

  it('needs neither Answered nor Postponed: reactions towards a kind that is absent fall away', () => {
    const definition = defineDesk({ workflow: { statuses: fine as never } } as never)
    const told = story(definition as never)
      .open('Mon 09:00')
      .do('Mon 09:01', ana, { type: 'reply', body: 'Hello' })
    expect(told.ticket.status).toBe('New')
    expect(told.refusal('Mon 09:02', ana, { type: 'postpone' })).toMatchObject({
      code: 'unknown_name',
      path: 'status',
      facts: { what: 'status of kind postponed', known: [] },
    })
  })

  it('has the standard statuses in LiveAgent’s order', () => {
    expect(standardWorkflow.statuses.map(({ name }) => name)).toEqual([
      'New',
      'Answered',
      'Open',
      'Postponed',
      'Resolved',
      'Closed',
    ])
  })
})

describe('initial', () => {
  it.each(['New', 'Open', 'Resolved', 'Closed'])('a ticket may be opened in %s', (status) => {
    expect(story(defineDesk({})).open('Mon 09:00', { status }).ticket).toMatchObject({
      status,
      statusSince: expect.any(Number),
    })
  })

  it.each(['Answered', 'Postponed', 'Opn'])('but not in %s', (status) => {
    const told = story(defineDesk({}))
    expect(told.refusal('Mon 09:00', mari, { type: 'open', subject: 's', status })).toEqual({
      code: 'unknown_name',
      path: 'status',
      facts: { what: 'initial status', name: status, known: ['New', 'Open', 'Resolved', 'Closed'] },
    })
  })
})

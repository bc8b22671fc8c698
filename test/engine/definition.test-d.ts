import {
  compileDefinition,
  createDesk,
  type Definition,
  type Desk,
  defineDesk,
  defineWorkflow,
  memoryStore,
  type Names,
  orderBy,
  standardWorkflow,
  type Ticket,
} from 'ticketwright'
import { assertType, describe, expectTypeOf, it } from 'vitest'

const store = memoryStore()
const ana = { kind: 'agent', id: 'ana' } as const
const hours = { mon: [['09:00', '17:00']] } as const

const standard = createDesk({ definition: defineDesk({}), store })
const definition = defineDesk({
  workflow: {
    statuses: [
      { name: 'Uus', kind: 'new' },
      { name: 'Töös', kind: 'open' },
      { name: 'Valmis', kind: 'resolved' },
    ],
    autoClose: { after: null },
  },
  priorities: [
    { name: 'calm', rank: 1 },
    { name: 'loud', rank: 2 },
  ],
  calendars: [{ id: 'office', zone: 'Europe/Tallinn', hours }],
  levels: [
    {
      id: 'gold',
      calendar: 'office',
      targets: [{ metric: 'resolution', within: { loud: '1h', default: '4h' }, pauses: ['Töös', 'postponed'] }],
    },
  ],
  slaRules: [{ level: 'gold' }],
  views: [{ id: 'todo', order: 'slaDue' }],
})
const own = createDesk({ definition, store })

describe('names are inferred', () => {
  it('the standard ones when nothing is given', () => {
    type Standard = Awaited<ReturnType<typeof standard.get>>
    expectTypeOf<Standard['status']>().toEqualTypeOf<
      'New' | 'Open' | 'Answered' | 'Postponed' | 'Resolved' | 'Closed'
    >()
    expectTypeOf<Standard['priority']>().toEqualTypeOf<'Low' | 'Medium' | 'High' | 'Urgent'>()
    expectTypeOf<keyof Standard['clocks']>().toEqualTypeOf<
      | 'firstResponse'
      | 'nextResponse'
      | 'resolution'
      | 'firstResolution'
      | 'firstAssignment'
      | 'periodicUpdate'
      | 'handling'
    >()
  })

  it('one’s own from the definition', () => {
    type Own = Awaited<ReturnType<typeof own.get>>
    expectTypeOf<Own['status']>().toEqualTypeOf<'Uus' | 'Töös' | 'Valmis'>()
    expectTypeOf<Own['priority']>().toEqualTypeOf<'calm' | 'loud'>()
    expectTypeOf<NonNullable<Own['sla']>['level']>().toEqualTypeOf<'gold'>()
    expectTypeOf<Parameters<typeof own.view>[0]>().toEqualTypeOf<'todo'>()
  })

  it('from a workflow made apart', () => {
    const workflow = defineWorkflow({
      statuses: [
        { name: 'A', kind: 'new' },
        { name: 'B', kind: 'open' },
        { name: 'C', kind: 'resolved' },
      ],
    })
    expectTypeOf(workflow.initial).toEqualTypeOf<readonly ('A' | 'B' | 'C')[]>()
    const desk = createDesk({ definition: defineDesk({ workflow }), store })
    expectTypeOf<Awaited<ReturnType<typeof desk.get>>['status']>().toEqualTypeOf<'A' | 'B' | 'C'>()
    assertType<'New' | 'Open' | 'Answered' | 'Postponed' | 'Resolved' | 'Closed'>(
      standardWorkflow.statuses[0]?.name ?? 'New',
    )
  })

  it('a definition from JSON gives plain strings', () => {
    const found = compileDefinition(JSON.parse('{}'))
    if ('refusals' in found) return
    expectTypeOf(found.value).toEqualTypeOf<Definition<Names>>()
    const desk = createDesk({ definition: found.value, store })
    expectTypeOf<Awaited<ReturnType<typeof desk.get>>['status']>().toEqualTypeOf<string>()
    assertType(desk.as(ana).setStatus('t', 'anything'))
  })
})

describe('a misspelt name does not compile', () => {
  const agent = own.as(ana)
  it('in commands', () => {
    agent.setStatus('t', 'Töös')
    // @ts-expect-error there is no such status
    agent.setStatus('t', 'Toos')
    // @ts-expect-error nor a standard one: this workflow has its own
    agent.setStatus('t', 'Open')
    // @ts-expect-error there is no such status
    agent.update('t', { status: 'Toos' })
    // @ts-expect-error there is no such status
    agent.resolve('t', { status: 'Done' })
    agent.setPriority('t', 'loud')
    // @ts-expect-error there is no such priority
    agent.setPriority('t', 'lud')
    agent.update('t', { priority: null })
    // @ts-expect-error there is no such priority
    agent.update('t', { priority: 'lud' })
    // @ts-expect-error there is no such priority
    agent.open({ subject: 's', priority: 'Urgent' })
    // @ts-expect-error there is no such status
    agent.perform('t', { type: 'setStatus', status: 'Toos' })
    // @ts-expect-error there is no such command
    agent.perform('t', { type: 'setSttus', status: 'Töös' })
    // @ts-expect-error a subject is needed
    agent.open({ body: 'x' })
    // @ts-expect-error the key is body
    agent.reply('t', { bdy: 'x' })
    // @ts-expect-error there is no such actor
    own.as({ kind: 'agnt', id: 'ana' })
  })

  it('in views and clocks', async () => {
    own.view('todo')
    // @ts-expect-error there is no such view
    own.view('tod')
    // @ts-expect-error there is no such view
    own.count('tod')
    // @ts-expect-error there is no such view
    agent.next('tod')
    // @ts-expect-error without views there is none to ask for
    standard.view('todo')
    const ticket = await own.get('t')
    assertType<number | null | undefined>(ticket.clocks.resolution?.dueAt)
    // @ts-expect-error there is no such metric
    ticket.clocks.resoluton
    // @ts-expect-error a ticket cannot be changed in place
    ticket.status = 'Valmis'
    // @ts-expect-error there is no such ordering
    orderBy('slaDu')
  })

  it('in definitions', () => {
    // @ts-expect-error there is no such kind
    defineDesk({ workflow: { statuses: [{ name: 'Uus', kind: 'fresh' }] } })
    // @ts-expect-error a reaction leads to no status there is
    defineWorkflow({ statuses: [{ name: 'A', kind: 'new' }], reactions: { agentReply: { A: 'B' } } })
    // @ts-expect-error a move leads to no status there is
    defineWorkflow({ statuses: [{ name: 'A', kind: 'new' }], moves: { A: ['B'] } })
    // @ts-expect-error an initial status there is not
    defineWorkflow({ statuses: [{ name: 'A', kind: 'new' }], initial: ['B'] })
    const calendars = [{ id: 'office', zone: 'UTC', hours }] as const
    // @ts-expect-error there is no such calendar
    defineDesk({ calendars, calendar: 'offce' })
    // @ts-expect-error there is no such calendar
    defineDesk({ calendars, levels: [{ id: 'l', calendar: 'offce', targets: [] }] })
    // @ts-expect-error there is no such level
    defineDesk({ levels: [{ id: 'gold', targets: [] }], slaRules: [{ level: 'gld' }] })
    // @ts-expect-error there is no such metric
    defineDesk({ calendar: 'alwaysOpen', levels: [{ id: 'l', targets: [{ metric: 'resoluton', within: '1h' }] }] })
    // @ts-expect-error there is no such priority
    defineDesk({ levels: [{ id: 'l', targets: [{ metric: 'resolution', within: { Hgh: '1h' } }] }] })
    // @ts-expect-error there is no such status to pause in
    defineDesk({ levels: [{ id: 'l', targets: [{ metric: 'resolution', within: '1h', pauses: ['Opn'] }] }] })
    // @ts-expect-error there is no such default
    defineDesk({ priorities: [{ name: 'a', rank: 1 }], defaultPriority: 'b' })
    // @ts-expect-error there is no such operator
    defineDesk({ views: [{ id: 'v', when: { field: 'status', op: 'equals', value: 'x' } }] })
    // @ts-expect-error there is no such ordering
    defineDesk({ views: [{ id: 'v', order: 'slaDu' }] })
    defineDesk({
      calendar: 'alwaysOpen',
      levels: [{ id: 'l', targets: [{ metric: 'resolution', within: { hours: 4 } }] }],
    })
  })
})

describe('a desk of one’s own is a desk', () => {
  const anyDesk = (desk: Desk): Desk => desk
  const anyTicket = (ticket: Ticket): string => ticket.status
  it('where any desk, definition or ticket is expected', async () => {
    assertType<Desk>(anyDesk(own))
    assertType<Desk>(anyDesk(standard))
    assertType<Definition>(definition)
    assertType<string>(anyTicket(await own.get('t')))
    assertType<string>(anyTicket((await own.as(ana).resolve('t')).ticket))
  })
})

describe('guards narrow what comes from outside', () => {
  it('isStatus, isPriority, isView', () => {
    const body: unknown = JSON.parse('"Töös"')
    if (definition.isStatus(body)) {
      expectTypeOf(body).toEqualTypeOf<'Uus' | 'Töös' | 'Valmis'>()
      own.as(ana).setStatus('t', body)
    }
    if (definition.isPriority(body)) expectTypeOf(body).toEqualTypeOf<'calm' | 'loud'>()
    if (definition.isView(body)) expectTypeOf(body).toEqualTypeOf<'todo'>()
    // @ts-expect-error not checked yet
    own.as(ana).setStatus('t', body)
  })
})

import fc from 'fast-check'
import {
  compileDefinition,
  DeskError,
  defineDesk,
  explainOrder,
  namedOrderings,
  type Ordering,
  orderBy,
  type SortValue,
  type Ticket,
} from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { ana, day, hour, minute, story, when } from '../story.ts'

const definition = defineDesk({
  levels: [
    {
      id: 'std',
      calendar: 'alwaysOpen',
      targets: [{ metric: 'resolution', within: { Urgent: '1h', High: '8h', default: null } }],
    },
  ],
  slaRules: [{ when: { field: 'priority', op: 'oneOf', value: ['Urgent', 'High'] }, level: 'std' }],
})

/** A ticket by name, opened so many minutes after Mon 09:00, and what was done with it. */
const ticket = (
  id: string,
  after: number,
  opening: object = {},
  ...then: readonly { type: string; [field: string]: unknown }[]
): Ticket => {
  const told = story(definition).open(when('Mon 09:00') + after * minute, opening)
  for (const request of then) told.do(when('Mon 12:00'), ana, request)
  return { ...told.ticket, id }
}
const order = (ordering: Ordering, tickets: readonly Ticket[]) =>
  tickets.toSorted(orderBy(ordering)).map(({ id }) => id)

const among = (field: string, names: readonly (string | number | boolean)[]) =>
  [{ by: { among: { field, names } }, direction: 'ascending', nulls: 'last' }] as const
const pick = (field: string, values: Record<string, number>) =>
  [{ by: { pick: { field, values, otherwise: null } }, direction: 'ascending', nulls: 'last' }] as const

const reply = { type: 'reply', body: 'x' }
const postpone = { type: 'postpone' }

describe('the named orderings', () => {
  it('fifo: first opened first', () => {
    expect(order('fifo', [ticket('c', 3), ticket('a', 1), ticket('b', 2)])).toEqual(['a', 'b', 'c'])
  })

  it.each(Object.keys(namedOrderings) as (keyof typeof namedOrderings)[])(
    '%s: new and open come before the rest',
    (name) => {
      const tickets = [
        ticket('answered', 0, {}, reply),
        ticket('postponed', 0, {}, postpone),
        ticket('resolved', 0, {}, { type: 'resolve' }),
        ticket('open', 5, {}, { type: 'setStatus', status: 'Open' }),
        ticket('new', 5),
      ]
      expect(order(name, tickets).slice(0, 2).sort()).toEqual(['new', 'open'])
    },
  )

  it('priority: rank, then fifo', () => {
    const tickets = [
      ticket('low', 0),
      ticket('high 2', 2, { priority: 'High' }),
      ticket('high 1', 1, { priority: 'High' }),
      ticket('urgent', 3, { priority: 'Urgent' }),
    ]
    expect(order('priority', tickets)).toEqual(['urgent', 'high 1', 'high 2', 'low'])
  })

  it('easiestFirst: effort, without one last, then fifo', () => {
    const tickets = [
      ticket('none', 0),
      ticket('hard', 1, { effortMinutes: 60 }),
      ticket('easy 2', 3, { effortMinutes: 5 }),
      ticket('easy 1', 2, { effortMinutes: 5 }),
      ticket('no effort', 4, { effortMinutes: 0 }),
    ]
    expect(order('easiestFirst', tickets)).toEqual(['no effort', 'easy 1', 'easy 2', 'hard', 'none'])
  })

  it('longestUnanswered: who waits longest; nobody waits: last', () => {
    const tickets = [
      ticket('answered by hand', 0, {}, reply, { type: 'setStatus', status: 'Open' }),
      ticket('second', 2),
      ticket('first', 1),
    ]
    expect(order('longestUnanswered', tickets)).toEqual(['first', 'second', 'answered by hand'])
  })

  it('value: plans as ranked, then revenue, then fifo', () => {
    const worth = (id: string, plan?: string, revenue?: number) =>
      ticket(id, 0, { requester: { id: 'm', ...(plan && { plan }), ...(revenue === undefined ? {} : { revenue }) } })
    const tickets = [
      worth('free', 'Free', 900),
      worth('unknown plan', 'Old', 5_000),
      worth('no plan'),
      worth('pro 1', 'Pro', 100),
      worth('pro 2', 'Pro', 200),
    ]
    expect(order({ by: 'value', plans: ['Free', 'Pro'] }, tickets)).toEqual([
      'pro 2',
      'pro 1',
      'free',
      'unknown plan',
      'no plan',
    ])
    expect(order('value', tickets)).toEqual(['unknown plan', 'free', 'pro 2', 'pro 1', 'no plan'])
  })

  it('firstContact: who never wrote before, then fifo; an unknown past is not a first contact', () => {
    const past = (id: string, after: number, previousTickets?: number) =>
      ticket(id, after, { requester: { id: 'm', ...(previousTickets === undefined ? {} : { previousTickets }) } })
    const tickets = [past('unknown', 0), past('regular', 1, 7), past('first 2', 3, 0), past('first 1', 2, 0)]
    expect(order('firstContact', tickets)).toEqual(['first 1', 'first 2', 'unknown', 'regular'])
  })

  it('leastSlack: due time less effort; unknown effort is none', () => {
    const tickets = [
      ticket('urgent', 0, { priority: 'Urgent' }), // due 10:00
      ticket('big', 0, { priority: 'High', effortMinutes: 8 * 60 - 30 }), // due 17:00, to be begun by 09:30
      ticket('small', 0, { priority: 'High', effortMinutes: 10 }), // by 16:50
      ticket('no effort', 0, { priority: 'High' }),
    ]
    expect(order('leastSlack', tickets)).toEqual(['big', 'urgent', 'small', 'no effort'])
  })

  describe('aging', () => {
    const at = (id: string, hours: number, priority: string) => ticket(id, hours * 60, { priority })

    it('a rank of priority is worth a day of waiting', () => {
      const tickets = [at('low', 0, 'Low'), at('urgent in time', 71, 'Urgent'), at('urgent too late', 73, 'Urgent')]
      expect(order('aging', tickets)).toEqual(['urgent in time', 'low', 'urgent too late'])
    })

    it('or what it is said to be worth', () => {
      const tickets = [at('low', 0, 'Low'), at('high', 3, 'High'), at('urgent', 5, 'Urgent')]
      expect(order({ by: 'aging', boost: '1h' }, tickets)).toEqual(['low', 'high', 'urgent'])
      expect(order({ by: 'aging', boost: { Urgent: '6h', High: '2h', default: '0h' } }, tickets)).toEqual([
        'urgent',
        'low',
        'high',
      ])
    })

    describe('nobody starves', () => {
      const boost = { Urgent: 5 * hour, High: 2 * hour, default: 0 }
      const arrivals = fc.array(
        fc.record({ gap: fc.integer({ min: 0, max: hour }), priority: fc.constantFrom('Low', 'High', 'Urgent') }),
        { minLength: 2, maxLength: 60 },
      )
      const made = new Map(['Low', 'High', 'Urgent'].map((priority) => [priority, ticket('x', 0, { priority })]))
      const cameIn = (list: readonly { gap: number; priority: string }[]) => {
        let now = when('Mon 09:00')
        return list.map(({ gap, priority }, i) => {
          now += gap
          return { ...(made.get(priority) as Ticket), id: `t${i}`, waitingSince: now, openedAt: now }
        })
      }

      /** Overtaken by somebody who came later than the longest boost after it. */
      const overtakenLate = (compare: Compare) =>
        fc.property(arrivals, (list) => {
          const tickets = cameIn(list)
          for (const one of tickets)
            for (const other of tickets)
              if (compare(other, one) < 0) expect(other.openedAt - one.openedAt).toBeLessThanOrEqual(boost.Urgent)
        })

      /**
       * Work is done at the pace at which it comes in, one ticket an hour with the next urgent one always at hand: how
       * many hours the first ticket of low priority waits.
       */
      function waits(compare: Compare, limit: number): number {
        let queue = [{ ...(made.get('Low') as Ticket), id: 'low' }]
        for (let served = 0; served < limit; served++) {
          const at = when('Mon 09:00') + served * hour
          const urgent = { ...(made.get('Urgent') as Ticket), id: `u${served}`, waitingSince: at, openedAt: at }
          queue = [...queue, urgent].sort(compare)
          if (queue.shift()?.id === 'low') return served
        }
        return limit
      }
      type Compare = ReturnType<typeof orderBy>
      const aging = orderBy({ by: 'aging', boost })

      it('a ticket is overtaken only by those who come within the longest boost', () => {
        fc.assert(overtakenLate(aging), { numRuns: 300 })
      })

      it('and is served when it has waited that long, however many urgent ones come', () => {
        expect(waits(aging, 1_000)).toBe(5)
      })

      it('neither holds for `priority`, and both are found out', () => {
        expect(fc.check(overtakenLate(orderBy('priority')), { numRuns: 300 }).failed).toBe(true)
        expect(waits(orderBy('priority'), 1_000)).toBe(1_000)
      })
    })
  })

  describe('slaDue', () => {
    const urgent = { priority: 'Urgent' }
    const high = { priority: 'High' }

    it('breached ones lead, by their own due; then by due', () => {
      const late = (id: string, after: number) => {
        const told = story(definition)
          .open(when('Mon 09:00') + after * minute, high)
          .until('Mon 23:00')
        return { ...told.ticket, id }
      }
      const tickets = [ticket('urgent', 0, urgent), late('late 2', 2), ticket('high', 1, high), late('late 1', 1)]
      expect(order('slaDue', tickets)).toEqual(['late 1', 'late 2', 'urgent', 'high'])
    })

    it('without a running clock it counts as due 168 h after somebody began to wait', () => {
      const waits = ticket('waits', 0)
      const due = (at: number): Ticket => ({
        ...ticket(`due ${at}`, 0, high),
        clocks: { resolution: { ...(ticket('x', 0, high).clocks.resolution as never as object), dueAt: at } as never },
      })
      const internal = when('Mon 09:00') + 168 * hour
      expect(order('slaDue', [waits, due(internal - 1), due(internal + 1)])).toEqual([
        `due ${internal - 1}`,
        'waits',
        `due ${internal + 1}`,
      ])
    })

    it('or, when nobody waits, after it was opened', () => {
      const nobody = ticket('nobody waits', 1, { automatic: true })
      expect(nobody.waitingSince).toBeNull()
      expect(order('slaDue', [ticket('later', 2), nobody, ticket('earlier', 0)])).toEqual([
        'earlier',
        'nobody waits',
        'later',
      ])
    })

    it('so long after as it is told', () => {
      const waits = ticket('waits', 0)
      const urgent = ticket('urgent', 120, { priority: 'Urgent' }) // due at 12:00
      expect(order({ by: 'slaDue', internalDue: '4h' }, [waits, urgent])).toEqual(['urgent', 'waits'])
      expect(order({ by: 'slaDue', internalDue: { hours: 2 } }, [waits, urgent])).toEqual(['waits', 'urgent'])
    })

    it('paused ones come after', () => {
      const paused = defineDesk({
        levels: [
          { id: 'std', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '1h', pauses: ['open'] }] },
        ],
        slaRules: [{ level: 'std' }],
      })
      const told = story(paused).open('Mon 09:00').do('Mon 09:01', ana, { type: 'setStatus', status: 'Open' })
      expect(
        order('slaDue', [{ ...told.ticket, id: 'paused' }, ticket('none', 600), ticket('urgent', 600, urgent)]),
      ).toEqual(['urgent', 'none', 'paused'])
    })

    it('stands still while nothing happens', () => {
      const told = story(definition).open('Mon 09:00', high)
      const before = { ...told.ticket }
      told.until('Mon 16:59')
      expect(told.ticket).toEqual(before)
    })
  })
})

describe('orderings of one’s own', () => {
  const byRevenue: Ordering = [{ by: { field: 'requester.revenue' }, direction: 'descending', nulls: 'last' }, 'fifo']
  const rich = (id: string, revenue?: number) =>
    ticket(id, 0, { requester: { id: 'm', ...(revenue === undefined ? {} : { revenue }) } })

  it('new and open come before the rest in any of them, unless other kinds are named', () => {
    const tickets = [ticket('answered', 0, {}, reply), ticket('new', 5), ticket('postponed', 1, {}, postpone)]
    const opened: Ordering = [{ by: { field: 'openedAt' }, direction: 'ascending', nulls: 'last' }]
    expect(order(opened, tickets)).toEqual(['new', 'answered', 'postponed'])
    expect(order({ kinds: ['postponed'], keys: opened }, tickets)).toEqual(['postponed', 'answered', 'new'])
    expect(order({ kinds: [], keys: ['fifo'] }, tickets)).toEqual(['answered', 'postponed', 'new'])
  })

  it('sums, products and tables of numbers', () => {
    const by = (value: SortValue) => order([{ by: value, direction: 'ascending', nulls: 'last' }], tickets)
    const tickets = [
      ticket('a', 0, { affected: 3, effortMinutes: 1, language: 'et' }),
      ticket('b', 1, { affected: 1, effortMinutes: 5, language: 'fi' }),
      ticket('c', 2, { affected: 2 }),
    ]
    const affected = { field: 'affected' }
    expect(by({ plus: [affected, { field: 'effortMinutes' }] })).toEqual(['a', 'b', 'c'])
    expect(by({ times: [affected, -1] })).toEqual(['a', 'c', 'b'])
    expect(by({ pick: { field: 'language', values: { fi: 1, et: 2 }, otherwise: null } })).toEqual(['b', 'a', 'c'])
    expect(by({ pick: { field: 'language', values: { fi: 1, et: 2 }, otherwise: 0 } })).toEqual(['c', 'b', 'a'])
    expect(by({ among: { field: 'affected', names: [2] } })).toEqual(['c', 'a', 'b'])
  })

  it('a value that is true, or a number, is picked as it is written', () => {
    const by = (value: SortValue) => order([{ by: value, direction: 'ascending', nulls: 'last' }], tickets)
    const of = (id: string, vip: boolean | undefined, affected: number, weight: unknown) =>
      ticket(id, 0, { requester: { id: 'm', ...(vip === undefined ? {} : { vip }) }, affected, fields: { weight } })
    const tickets = [of('a', false, 1, '2'), of('b', true, 2, 2), of('c', undefined, 3, true)]
    expect(by({ among: { field: 'requester.vip', names: [true] } })).toEqual(['b', 'a', 'c'])
    expect(by({ pick: { field: 'requester.vip', values: { true: 1, false: 3 }, otherwise: 2 } })).toEqual([
      'b',
      'c',
      'a',
    ])
    expect(by({ pick: { field: 'affected', values: { 3: 1, 1: 2 }, otherwise: null } })).toEqual(['c', 'a', 'b'])
    expect(by({ pick: { field: 'fields.weight', values: { true: 1, 2: 2 }, otherwise: 3 } })).toEqual(['c', 'a', 'b'])
    expect(by({ among: { field: 'fields.weight', names: [true, 2] } })).toEqual(['b', 'c', 'a'])
  })

  it('a number past all bounds stays one', () => {
    const rich = ticket('rich', 0, { requester: { id: 'm', revenue: 1e308 } })
    const poor = ticket('poor', 0, { requester: { id: 'm', revenue: -1e308 } })
    const ordering: Ordering = [
      { by: { times: [{ field: 'requester.revenue' }, 1e15] }, direction: 'descending', nulls: 'last' },
    ]
    expect(order(ordering, [poor, rich])).toEqual(['rich', 'poor'])
    expect(explainOrder(ordering, poor, rich).values).toEqual([-Number.MAX_VALUE, Number.MAX_VALUE])
  })

  it('a list of keys and names, strongest first', () => {
    expect(order(byRevenue, [rich('none'), rich('10', 10), rich('20', 20), rich('0', 0)])).toEqual([
      '20',
      '10',
      '0',
      'none',
    ])
  })

  it.each([
    ['first', ['none', '1', '2']],
    ['last', ['1', '2', 'none']],
  ] as const)('nulls %s', (nulls, expected) => {
    const ordering: Ordering = [{ by: { field: 'requester.revenue' }, direction: 'ascending', nulls }]
    expect(order(ordering, [rich('2', 2), rich('none'), rich('1', 1)])).toEqual(expected)
  })

  it('a custom field that holds numbers', () => {
    const tickets = [
      ticket('b', 0, { fields: { weight: 2 } }),
      ticket('a', 0, { fields: { weight: 1 } }),
      ticket('c', 0, { fields: { weight: 'x' } }),
    ]
    expect(order([{ by: { field: 'fields.weight' }, direction: 'ascending', nulls: 'last' }], tickets)).toEqual([
      'a',
      'b',
      'c',
    ])
  })

  it.each<[what: string, order: unknown, code: string, path: string]>([
    ['an unknown name', 'slaDu', 'invalid_definition', 'views[0].order'],
    [
      'a field there is not',
      [{ by: { field: 'sttus' }, direction: 'ascending', nulls: 'last' }],
      'unknown_name',
      'views[0].order[0].by.field',
    ],
    [
      'a field that is no number',
      [{ by: { field: 'subject' }, direction: 'ascending', nulls: 'last' }],
      'unknown_name',
      'views[0].order[0].by.field',
    ],
    [
      'a direction there is not',
      [{ by: { field: 'openedAt' }, direction: 'up', nulls: 'last' }],
      'invalid_definition',
      'views[0].order[0].direction',
    ],
    [
      'nulls left out',
      ['fifo', { by: { field: 'openedAt' }, direction: 'ascending' }],
      'invalid_definition',
      'views[0].order[1].nulls',
    ],
    ['no keys', [], 'invalid_definition', 'views[0].order'],
    ['a name there is not, with options', { by: 'slaDu' }, 'invalid_definition', 'views[0].order.by'],
    ['an option of another', { by: 'fifo', boost: '1h' }, 'invalid_definition', 'views[0].order.boost'],
    [
      'an option that is no duration',
      { by: 'slaDue', internalDue: '1 day' },
      'invalid_duration',
      'views[0].order.internalDue',
    ],
    ['a kind there is not', { kinds: ['nwe'], keys: ['fifo'] }, 'invalid_definition', 'views[0].order.kinds[0]'],
    [
      'a constant past its bound',
      ['fifo', { by: { times: [{ field: 'tier' }, 1e16] }, direction: 'ascending', nulls: 'last' }],
      'invalid_definition',
      'views[0].order[1].by.times[1]',
    ],
    [
      'a field there is not, deep inside',
      {
        kinds: [],
        keys: [{ by: { plus: [{ field: 'tier' }, { field: 'teir' }] }, direction: 'ascending', nulls: 'last' }],
      },
      'unknown_name',
      'views[0].order.keys[0].by.plus[1].field',
    ],
    [
      'a kind there is not, among',
      among('kind', ['new', 'opne']),
      'unknown_name',
      'views[0].order[0].by.among.names[1]',
    ],
    ['a kind there is not, picked', pick('kind', { opne: 1 }), 'unknown_name', 'views[0].order[0].by.pick.values.opne'],
    [
      'a state there is not',
      among('sla.resolution.state', ['runs']),
      'unknown_name',
      'views[0].order[0].by.among.names[0]',
    ],
    ['a set', among('tags', ['vip']), 'unknown_name', 'views[0].order[0].by.among.field'],
    ['a set, picked', pick('followers', { ana: 1 }), 'unknown_name', 'views[0].order[0].by.pick.field'],
    ['a text for a number', among('tier', [1, '2']), 'invalid_definition', 'views[0].order[0].by.among.names[1]'],
    ['a number for a name', among('language', [1]), 'invalid_definition', 'views[0].order[0].by.among.names[0]'],
    [
      'a text for a truth',
      among('requester.vip', ['true']),
      'invalid_definition',
      'views[0].order[0].by.among.names[0]',
    ],
    ['a truth for a number', among('tier', [true]), 'invalid_definition', 'views[0].order[0].by.among.names[0]'],
    [
      'an instant in words',
      among('openedAt', ['2026-01-01T00:00:00Z']),
      'invalid_definition',
      'views[0].order[0].by.among.names[0]',
    ],
    ['no truth', pick('requester.vip', { yes: 1 }), 'invalid_definition', 'views[0].order[0].by.pick.values.yes'],
    ['no number', pick('tier', { two: 1 }), 'invalid_definition', 'views[0].order[0].by.pick.values.two'],
    [
      'a number as none is written',
      pick('tier', { '01': 1 }),
      'invalid_definition',
      'views[0].order[0].by.pick.values.01',
    ],
    [
      'a name deep inside',
      [{ by: { coalesce: [{ times: [among('kind', ['x'])[0]?.by, 2] }] }, direction: 'ascending', nulls: 'last' }],
      'unknown_name',
      'views[0].order[0].by.coalesce[0].times[0].among.names[0]',
    ],
  ])('%s is refused', (_what, ordering, code, path) => {
    const found = compileDefinition({ views: [{ id: 'v', order: ordering }] })
    expect('refusals' in found && found.refusals[0]).toMatchObject({ code, path })
    expect(() => orderBy(ordering as Ordering)).toThrow(DeskError)
  })
})

describe('names that the definition knows', () => {
  const plans = [{ name: 'Free' }, { name: 'Pro' }]
  it.each<[what: string, order: unknown, path: string, name: string]>([
    ['a priority', pick('priority', { High: 1, Urgnet: 0 }), 'views[0].order[0].by.pick.values.Urgnet', 'Urgnet'],
    ['a status', among('status', ['Opne']), 'views[0].order[0].by.among.names[0]', 'Opne'],
    ['a level', among('sla.level', ['glod']), 'views[0].order[0].by.among.names[0]', 'glod'],
    ['a plan', among('requester.plan', ['Pro', 'nope']), 'views[0].order[0].by.among.names[1]', 'nope'],
    ['a plan to rank', { by: 'value', plans: ['Free', 'nope'] }, 'views[0].order.plans[1]', 'nope'],
  ])('%s there is not is refused', (_what, order, path, name) => {
    const found = compileDefinition({ plans, views: [{ id: 'v', order }] })
    expect('refusals' in found && found.refusals).toMatchObject([{ code: 'unknown_name', path, facts: { name } }])
    expect(() => orderBy(order as Ordering)).not.toThrow() // without a definition nobody knows
  })

  it('plans are free names where the definition has none', () => {
    const views = [{ id: 'v', order: { by: 'value', plans: ['Free', 'nope'] } }]
    expect(compileDefinition({ views })).toHaveProperty('value')
  })
})

it('a boost of a priority there is not is refused where priorities are known', () => {
  const found = compileDefinition({ views: [{ id: 'v', order: ['fifo', { by: 'aging', boost: { Hgh: '1h' } }] }] })
  expect('refusals' in found && found.refusals).toMatchObject([
    { code: 'unknown_name', path: 'views[0].order[1].boost.Hgh', facts: { what: 'priority', name: 'Hgh' } },
  ])
})

describe('an ordering is total', () => {
  const anyTicket = fc
    .record({
      id: fc.uuid(),
      kind: fc.constantFrom('new', 'open', 'answered', 'postponed', 'resolved', 'closed'),
      openedAt: fc.integer({ min: 0, max: 3 }),
      waitingSince: fc.option(fc.integer({ min: 0, max: 3 }), { nil: null }),
      effortMinutes: fc.option(fc.integer({ min: 0, max: 2 }), { nil: null }),
      priorityRank: fc.integer({ min: 1, max: 3 }),
      clock: fc.option(
        fc.record({
          state: fc.constantFrom('running', 'paused', 'ended'),
          dueAt: fc.option(fc.integer({ min: 0, max: day }), { nil: null }),
          breachedAt: fc.option(fc.constant(1), { nil: null }),
        }),
      ),
    })
    .map(
      ({ clock, ...facts }) =>
        ({ ...ticket('x', 0), ...facts, clocks: clock ? { resolution: clock } : {} }) as unknown as Ticket,
    )

  const ofOnesOwn = {
    'a list': ['firstContact', { by: { field: 'priorityRank' }, direction: 'descending', nulls: 'first' }],
    'sums of fields': [
      {
        by: { plus: [{ field: 'effortMinutes' }, { field: 'waitingSince' }] },
        direction: 'descending',
        nulls: 'first',
      },
      {
        by: { pick: { field: 'kind', values: { open: 1, closed: 2 }, otherwise: null } },
        direction: 'ascending',
        nulls: 'first',
      },
    ],
    'no kinds first': { kinds: [], keys: ['leastSlack'] },
  } as const satisfies Record<string, Ordering>

  it.each([...Object.keys(namedOrderings).map((name) => [name, name] as const), ...Object.entries(ofOnesOwn)])(
    '%s: the same order whatever order it began in; equal only to itself',
    (_what, ordering) => {
      const name = ordering as Ordering
      const compare = orderBy(name)
      fc.assert(
        fc.property(
          fc.uniqueArray(anyTicket, { selector: ({ id }) => id, maxLength: 12 }),
          fc.infiniteStream(fc.nat()),
          (tickets, noise) => {
            const shuffled = tickets
              .map((one) => ({ one, by: noise.next().value as number }))
              .sort((a, b) => a.by - b.by)
            const ids = tickets.toSorted(compare).map(({ id }) => id)
            expect(
              shuffled
                .map(({ one }) => one)
                .sort(compare)
                .map(({ id }) => id),
            ).toEqual(ids)
            const [x, y] = tickets
            if (x && y) {
              const { first, key, values } = explainOrder(name, x, y)
              expect(first).toBe(compare(x, y) < 0 ? x.id : y.id)
              expect(values[0]).not.toBe(values[1])
              if (key === null) expect(values).toEqual([x.id, y.id])
            }
            for (const a of tickets)
              for (const b of tickets) {
                expect(Math.sign(compare(a, b))).toBe(-Math.sign(compare(b, a)) + 0)
                if (a !== b) expect(compare(a, b)).not.toBe(0)
              }
          },
        ),
        { numRuns: 50 },
      )
    },
  )
})

it('the named orderings cannot be changed, at no depth', () => {
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen))
  expect(frozen(namedOrderings)).toBe(true)
  expect(frozen(Object.freeze([[1]]))).toBe(false)
})

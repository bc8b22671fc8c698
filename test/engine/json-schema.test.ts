import { Ajv2020 } from 'ajv/dist/2020.js'
import { compileDefinition, type DeskDefinition, definitionJsonSchema, standardWorkflow } from 'ticketwright'
import { sampleDefinition } from 'ticketwright/testing'
import { describe, expect, it } from 'vitest'
import { definition as replayed } from '../../examples/replay-incidents/definition.ts'
import { checkCondition } from '../../src/condition/condition.ts'
import { operators } from '../../src/condition/operator.ts'
import { fields } from '../../src/engine/field.ts'
import { randomCondition } from '../condition/oracle/generate.ts'
import { Random } from '../condition/oracle/random.ts'

const schema = definitionJsonSchema()
const ajv = new Ajv2020({ strict: true, strictTuples: false, allowUnionTypes: true, validateFormats: false })
const validate = ajv.compile(schema)
const accepts = (definition: unknown): boolean => validate(JSON.parse(JSON.stringify(definition)))

/** A definition with something of everything. */
const whole = {
  since: '2026-01-01T00:00Z',
  workflow: standardWorkflow.definition,
  priorities: [
    { name: 'calm', rank: 1, label: 'Calm', color: '#fff' },
    { name: 'loud', rank: 2 },
  ],
  defaultPriority: 'calm',
  tags: [{ name: 'vip', color: '#000', background: '#fff', visibility: 'public', archived: false }],
  newTags: false,
  calendars: [
    {
      id: 'office',
      zone: 'Europe/Tallinn',
      hours: { mon: [['09:00', '17:00']], fri: [['22:00', '06:00']] },
      specialHours: { '2026-12-24': [['09:00', '12:00']], '2026-12-26': [] },
      closures: { '2026-06-01': [['12:00', '13:00:30']] },
      holidays: ['12-25', '2027-01-01', { date: '02-24', name: 'Independence' }],
    },
    { id: 'both', zone: 'UTC', union: ['office', 'alwaysOpen'] },
    { id: 'each', zone: 'UTC', intersection: ['office', 'both'] },
  ],
  calendar: 'office',
  levels: [
    {
      id: 'gold',
      targets: [
        {
          metric: 'resolution',
          within: { loud: '1h', calm: { businessDays: 2 }, default: null },
          pauses: ['answered'],
          restartFrom: 'switch',
          steps: [
            { id: 'warn', share: 800 },
            { id: 'soon', before: 'PT30M' },
            { id: 'late', afterDue: 0, every: { hours: 1 }, times: 3 },
          ],
        },
        { metric: 'firstResponse', within: 3_600_000 },
        { metric: 'nextResponse', within: null },
      ],
    },
  ],
  slaRules: [{ when: { field: 'requester.plan', op: 'is', value: 'gold' }, level: 'gold' }, { level: null }],
  views: [
    {
      id: 'todo',
      when: {
        all: [
          { field: 'kind', op: 'oneOf', value: ['new', 'open'] },
          { none: [{ field: 'sla.resolution.breached', op: 'is', value: true }] },
        ],
      },
      order: 'slaDue',
      limit: 10,
    },
    { id: 'own', order: [{ by: { field: 'openedAt' }, direction: 'ascending', nulls: 'last' }, 'fifo'] },
  ],
  triggers: [
    {
      id: 'shout',
      on: ['ticket_opened', 'message_added'],
      when: {
        any: [
          { field: 'message.body', op: 'containsAny', value: ['urgent', '紧急'] },
          { field: 'status', op: 'changedTo', value: 'Open' },
        ],
      },
      do: [
        { type: 'setPriority', priority: 'loud', force: true },
        { type: 'tag', tags: ['vip'] },
        { type: 'note', canned: 'hello' },
        {
          type: 'notify',
          to: ['assignee', { agent: 'ana' }],
          text: 'Look',
          when: { field: 'hoursSince.openedAt', op: 'lt', value: 4 },
        },
      ],
      stop: true,
    },
  ],
  timeRules: [
    {
      id: 'remind',
      since: { dueAt: 'resolution' },
      after: '-1h',
      calendar: 'office',
      when: { field: 'weekday.Europe/Tallinn', op: 'noneOf', value: ['sat', 'sun'] },
      do: [{ type: 'escalate' }],
      catchUp: true,
    },
  ],
  macros: [
    {
      id: 'thanks',
      when: { field: 'inBusinessHours.office', op: 'is', value: true },
      do: [
        { type: 'reply', body: 'Thank you' },
        { type: 'postpone', until: { nextOpening: 'office' } },
      ],
    },
  ],
  cannedMessages: [{ id: 'hello', body: 'Hello {{requester.name}}' }],
}

describe('the JSON Schema of a definition', () => {
  it('is one that an independent validator takes as it is, strictly', () => {
    expect(ajv.validateSchema(schema)).toBe(true)
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema)
  })

  it('takes what compileDefinition takes', () => {
    expect(compileDefinition(whole)).toHaveProperty('value')
    expect(accepts(whole), JSON.stringify(validate.errors?.slice(0, 5))).toBe(true)
    expect(accepts({})).toBe(true)
  })

  it('takes the definitions of the examples, and of the sample', () => {
    for (const { json } of [replayed, sampleDefinition] as readonly { readonly json: DeskDefinition }[])
      expect(accepts(json), JSON.stringify(validate.errors?.slice(0, 5))).toBe(true)
  })

  it.each(['fields.a\nb', 'fields.a\u2028b', 'fields.a.b', 'fields.töö', 'hoursSince.openedAt'])(
    'takes the field %j, as compileDefinition does',
    (field) => {
      const timeRules = [
        { id: 'r', since: 'openedAt', after: 1, when: { field, op: 'present' }, do: [{ type: 'wake' }] },
      ]
      expect(compileDefinition({ timeRules })).toHaveProperty('value')
      expect(accepts({ timeRules }), JSON.stringify(validate.errors?.slice(0, 5))).toBe(true)
    },
  )

  /** The whole with another value at a path. */
  function changed(path: string, value: unknown): unknown {
    const draft = structuredClone(whole) as unknown as Record<string, unknown>
    const steps = path.split('.')
    const holder = steps.slice(0, -1).reduce((inner, step) => inner[step] as Record<string, unknown>, draft)
    holder[steps.at(-1) as string] = value
    return draft
  }
  const leaf = (field: string, op: string, value?: unknown) => ({
    field,
    op,
    ...(value === undefined ? {} : { value }),
  })

  it.each<[what: string, path: string, value: unknown]>([
    ['an unknown key', 'veiws', []],
    ['an unknown key deep inside', 'levels.0.targets.0.wihtin', 1],
    ['a number for a text', 'views.0.id', 1],
    ['an unknown kind', 'workflow', { statuses: [{ name: 'A', kind: 'fresh' }] }],
    ['an unknown field', 'views.0.when', leaf('sttus', 'is', 'x')],
    ['an operator that does not fit', 'views.0.when', leaf('status', 'gt', 1)],
    ['a value that does not fit', 'views.0.when', leaf('affected', 'gt', '1')],
    ['a kind that is none', 'views.0.when', leaf('kind', 'is', 'Open')],
    ['an event in a view', 'views.0.when', leaf('event.type', 'is', 'rated')],
    ['a change in a view', 'views.0.when', leaf('status', 'changed')],
    ['a clock in an SLA rule', 'slaRules.0.when', leaf('sla.level', 'present')],
    ['time in a trigger', 'triggers.0.when', leaf('hoursSince.openedAt', 'gt', 1)],
    ['an event in a time rule', 'timeRules.0.when', leaf('actor.id', 'present')],
    ['two groups', 'views.0.when', { all: [], any: [] }],
    ['a reply by a trigger', 'triggers.0.do.0', { type: 'reply', body: 'x' }],
    ['an unknown action', 'macros.0.do.0', { type: 'explode' }],
    ['an action without what it needs', 'macros.0.do.0', { type: 'setStatus' }],
    ['a day that is none', 'calendars.0.hours.monday', []],
    ['a time that is none', 'calendars.0.hours.tue', [['9', '17']]],
    ['a negative duration', 'levels.0.targets.1.within', -1],
  ])('refuses %s, as compileDefinition does', (_what, path, value) => {
    const wrong = changed(path, value)
    expect(accepts(wrong)).toBe(false)
    expect(compileDefinition(wrong)).toHaveProperty('refusals')
  })
})

describe('the grammar of conditions in it', () => {
  const view = { name: 'a view', classes: ['stored' as const] }

  it('takes every generated condition that the check takes', () => {
    const random = new Random(31)
    for (let i = 0; i < 1_000; i++) {
      const when = randomCondition(random)
      expect(accepts({ views: [{ id: 'v', when }] }), JSON.stringify(when)).toBe(true)
    }
  })

  it('refuses what the check refuses for its form, on every field and operator with values of all sorts', () => {
    const values = [undefined, null, '', 'x', 0, 1.5, true, [], ['x'], [1], [1, 2], [2, 1], [true], {}, 'x'.repeat(501)]
    const names = Object.keys(fields).filter((name) => !name.includes('<'))
    let [refused, differing] = [0, 0]
    for (const field of [...names, 'fields.own', 'sla.resolution.state', 'nonsense'])
      for (const op of [...Object.keys(operators), 'equals'])
        for (const value of values) {
          const when = value === undefined ? { field, op } : { field, op, value }
          const found = checkCondition(when, fields, view)[0]
          if (!found) expect(accepts({ views: [{ id: 'v', when }] }), JSON.stringify(when)).toBe(true)
          else {
            refused++
            if (!accepts({ views: [{ id: 'v', when }] })) continue
            differing++
            // what a schema cannot say
            expect(found.facts).toMatchObject({ reason: expect.stringMatching(/^the range is empty/) })
          }
        }
    expect(refused).toBeGreaterThan(10_000)
    expect(differing).toBeLessThan(refused / 100)
  })
})

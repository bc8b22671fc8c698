import { type Condition, compileDefinition } from 'ticketwright'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Leaf } from '../../src/condition/condition.ts'
import { type Field, fieldNamed } from '../../src/condition/field.ts'
import { misfit, operatorNamed, operators } from '../../src/condition/operator.ts'
import { fields as everyField } from '../../src/engine/field.ts'
import { takenByCompiler } from './compiler.ts'

/** The same names for the compiler and at run time. */
const definition = {
  calendars: [{ id: 'office', zone: 'UTC', hours: { mon: [['09:00', '17:00']] } }],
  levels: [{ id: 'gold', calendar: 'office', targets: [] }],
}
const head = `
import type { DeskDefinition, Operator, StandardPriority, StandardStatus } from 'ticketwright'
type D = DeskDefinition<StandardStatus, StandardPriority, 'office', 'gold', 'v', never, never, 'm'>
type One<K extends keyof D> = NonNullable<D[K]> extends readonly (infer T)[] ? T : never
type When<T> = T extends { readonly when?: infer W } ? NonNullable<W> : never
type Effect<T> = T extends { readonly do: readonly (infer A)[] } ? When<Extract<A, { readonly type: 'survey' }>> : never
type Skill = NonNullable<NonNullable<D['routing']>['skills']>[number]
`

/** Every place of a definition that takes a condition: its type, and how a definition with some of them is written. */
const act = { do: [{ type: 'escalate' }] }
const places: Readonly<
  Record<string, { readonly type: string; readonly put: (when: readonly Condition[]) => object }>
> = {
  views: { type: `When<One<'views'>>`, put: (all) => ({ views: all.map((when, i) => ({ id: `v${i}`, when })) }) },
  slaRules: {
    type: `When<One<'slaRules'>>`,
    put: (all) => ({ slaRules: all.map((when) => ({ when, level: 'gold' })) }),
  },
  triggers: {
    type: `When<One<'triggers'>>`,
    put: (all) => ({ triggers: all.map((when, i) => ({ id: `t${i}`, on: ['ticket_opened'], when, ...act })) }),
  },
  timeRules: {
    type: `When<One<'timeRules'>>`,
    put: (all) => ({
      timeRules: all.map((when, i) => ({ id: `t${i}`, since: 'openedAt', after: '1h', when, ...act })),
    }),
  },
  macros: {
    type: `When<One<'macros'>>`,
    put: (all) => ({ macros: all.map((when, i) => ({ id: `m${i}`, when, ...act })) }),
  },
  effects: {
    type: `Effect<One<'triggers'>>`,
    put: (all) => ({
      triggers: all.map((when, i) => ({
        id: `t${i}`,
        on: ['ticket_opened'],
        do: [{ type: 'survey', survey: 's', when }],
      })),
    }),
  },
  routing: { type: 'When<Skill>', put: (all) => ({ routing: { skills: all.map((when) => ({ when })) } }) },
}
/** Beside the types of the places, two with an error each. */
const planted = {
  wider: `When<One<'views'>> | { readonly field: 'status'; readonly op: 'gt'; readonly value: number }`,
  narrower: `When<One<'views'>> & { readonly op: Exclude<Operator, 'glob'> }`,
}

/** Every row of the table, families with every kind of part, and names that are none. */
const fieldNames = Object.keys(everyField).flatMap((row) => {
  const parts: Readonly<Record<string, readonly string[]>> = {
    '<metric>': ['resolution', 'resoluton'],
    '<calendar>': ['office', 'alwaysOpen', 'offce'],
    '<zone>': ['Europe/Tallinn'],
    '<path>': ['plan', 'contract.level'],
    '<instant>': ['openedAt', 'sla.dueAt', 'sla.resolution.dueAt', 'status', 'now'],
  }
  const part = /<.*>/.exec(row)?.[0]
  return part === undefined ? [row] : (parts[part] as readonly string[]).map((one) => row.replace(part, one))
})
const wrongNames = ['sttus', 'sla.resolution.nope', 'requester', 'fields', 'toString', 'event.at.x']

/** A name that fits the field where only some do. */
function nameFor(field: Field | undefined): string {
  const named = { status: 'Open', priority: 'High', level: 'gold', calendar: 'office', metric: 'resolution' }
  if (field?.known?.[0] !== undefined) return field.known[0]
  if (field?.names === 'event') return 'rated'
  return named[field?.names as keyof typeof named] ?? 'x'
}

/**
 * Values of every form; what no type tells, such as an empty text or a range that ends before it begins, is left out.
 */
function valuesFor(field: Field | undefined): readonly unknown[] {
  const [name, iso] = [nameFor(field), '2026-01-01T00:00:00Z']
  const values = [undefined, null, true, 3, [true], [1, 2], { a: 1 }]
  // any text may be an instant to the compiler
  return field?.type === 'instant' ? [...values, iso, [5, iso]] : [...values, name, [name], 'nope', ['nope']]
}

const byShape = { nothing: undefined, number: 3, range: [1, 2], text: 'x', texts: ['x'], pattern: 'x*', keys: ['x'] }

/** Every form of value for the first field of a kind; for those like it the one that each operator takes. */
const seen = new Set<string>()
const leaves: readonly Leaf[] = [...fieldNames, ...wrongNames].flatMap((field) => {
  const found = fieldNamed(everyField, field)
  const kind = JSON.stringify([found?.type, found?.class, found?.known, found?.names])
  const values = seen.has(kind) ? undefined : valuesFor(found)
  seen.add(kind)
  return [...Object.keys(operators), 'equals'].flatMap((op) =>
    (values ?? [rightValue(op, found)]).map(
      (value) => ({ field, op, ...(value === undefined ? {} : { value }) }) as Leaf,
    ),
  )
})

function rightValue(op: string, field: Field | undefined): unknown {
  const one = valuesFor(field).find((value) => misfit(operators.is, value, field?.type ?? 'any') === undefined)
  const takes = operatorNamed(op)?.takes ?? 'one'
  return { ...byShape, one, oneOrNull: one, many: [one] }[takes]
}

const answers = new Map<string, readonly boolean[]>()
function atRunTime(place: string): readonly boolean[] {
  const taken = answers.get(place) ?? takenAtRunTime(place)
  answers.set(place, taken)
  return taken
}

/** Which of many conditions a definition takes in a place. */
function takenAtRunTime(place: string): readonly boolean[] {
  const { put } = places[place] as (typeof places)[string]
  const taken: boolean[] = []
  for (let from = 0; from < leaves.length; from += 100) {
    const some = leaves.slice(from, from + 100)
    const found = compileDefinition({ ...definition, ...put(some) })
    const refused = 'refusals' in found ? found.refusals : []
    const at = new Set(refused.map(({ path = '' }) => Number(/\[(\d+)\]/.exec(path)?.[1])))
    taken.push(...some.map((_, i) => !at.has(i)))
  }
  return taken
}

const shown = (leaf: Leaf) => `${leaf.field} ${leaf.op} ${JSON.stringify(leaf.value)}`

describe('the compiler and the check of a definition', { timeout: 180_000 }, () => {
  const typesOf = Object.fromEntries(Object.entries(places).map(([name, { type }]) => [name, type]))
  let compiled: ReturnType<typeof takenByCompiler> = {}
  beforeAll(() => {
    compiled = takenByCompiler(head, { ...typesOf, ...planted }, leaves)
  }, 600_000)

  const differing = (type: string, place: string): string[] => {
    const taken = atRunTime(place)
    return leaves.flatMap((leaf, i) =>
      compiled[type]?.[i] === taken[i] ? [] : [`${shown(leaf)}: ${taken[i] ? 'only accepted' : 'only compiles'}`],
    )
  }

  it.each(Object.keys(places))('agree on every field, operator and form of value in %s', (place) => {
    expect(differing(place, place)).toEqual([])
    const taken = compiled[place]?.filter(Boolean).length ?? 0
    expect(taken).toBeGreaterThan(400)
    expect(taken).toBeLessThan(leaves.length / 2)
  })

  it.each(Object.keys(planted))('and this finds a type that is %s', (type) => {
    expect(differing(type, 'views')).not.toEqual([])
  })
})

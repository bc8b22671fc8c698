import { type Condition, defineDesk, type Ticket } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { compileCondition, type Predicate } from '../../src/condition/compile.ts'
import type { Leaf } from '../../src/condition/condition.ts'
import { fieldNamed } from '../../src/condition/field.ts'
import { indexConditions } from '../../src/condition/rule-index.ts'
import { compileVerdict } from '../../src/condition/verdict.ts'
import { fields } from '../../src/engine/field.ts'
import { story } from '../story.ts'
import { randomCondition, randomTicket } from './oracle/generate.ts'
import { type NaiveSubject, naive } from './oracle/naive.ts'
import { Random } from './oracle/random.ts'

const base = story(defineDesk({})).open('Mon 09:00', {}).ticket

/** Subjects with a ticket as it was before, in four of five. */
function subjects(random: Random, count: number): NaiveSubject[] {
  const tickets = Array.from({ length: count + 1 }, (_, i) => randomTicket(random, base, `t${i}`))
  return tickets.slice(1).map((ticket, i) => {
    const sort = random.below(5)
    const before = sort === 0 ? undefined : sort === 1 ? null : partly(random, ticket, tickets[i] as Ticket)
    return { ticket, before }
  })
}

/** Some facts of another ticket, so that others stay as they are. */
function partly(random: Random, ticket: Ticket, other: Ticket): Ticket {
  const entries = Object.entries(ticket).map(([key, value]) => [
    key,
    random.chance(0.5) ? value : other[key as keyof Ticket],
  ])
  return Object.fromEntries(entries) as Ticket
}

type Compile = (condition: Condition) => Predicate
const compiled: Compile = (condition) => compileCondition(condition, fields)

/** Compares an evaluator with the naive one: how many pairs, and the first that differ. */
function compare(evaluator: Compile, seed: number, conditions: number, tickets: number) {
  const random = new Random(seed)
  const asked = subjects(random, tickets)
  let [pairs, held] = [0, 0]
  for (let i = 0; i < conditions; i++) {
    const condition = randomCondition(random, ['stored', 'event'])
    const asks = evaluator(condition)
    for (const subject of asked) {
      const expected = naive(condition, subject)
      if (asks(subject) !== expected) return { pairs, held, differs: { condition, subject, expected } }
      pairs++
      if (expected) held++
    }
  }
  return { pairs, held, differs: undefined }
}

describe('compiled conditions', () => {
  it('equal a naive interpreter on 250,000 generated pairs', { timeout: 120_000 }, () => {
    const { pairs, held, differs } = compare(compiled, 1, 2_500, 100)
    expect(differs).toBeUndefined()
    expect(pairs).toBe(250_000)
    // neither nearly always true nor nearly always false
    expect(held / pairs).toBeGreaterThan(0.25)
    expect(held / pairs).toBeLessThan(0.75)
  })

  it('explain themselves by an answer that is the same, and by leaves that decide it', { timeout: 60_000 }, () => {
    const random = new Random(2)
    const asked = subjects(random, 20)
    for (let i = 0; i < 1_000; i++) {
      const condition = randomCondition(random, ['stored', 'event'])
      const judge = compileVerdict(condition, fields)
      for (const subject of asked) {
        const { holds, decidedBy } = judge(subject)
        expect(holds).toBe(naive(condition, subject))
        for (const leaf of decidedBy) expect(leaf.holds).toBe(naive(leaf.leaf, subject))
        // whatever the other leaves said, the answer would be the same
        const answers = new Map(decidedBy.map(({ path, holds }) => [path, holds]))
        for (const other of [true, false])
          expect(settled(condition, '', (path) => answers.get(path) ?? other)).toBe(holds)
      }
    }
  })

  it('indexed give what asking one by one gives, in order', { timeout: 120_000 }, () => {
    const random = new Random(3)
    const asked = subjects(random, 50)
    for (let round = 0; round < 40; round++) {
      const conditions = Array.from({ length: random.pick([0, 1, 7, 8, 40, 150]) }, () =>
        random.chance(0.05)
          ? undefined
          : random.chance(0.5)
            ? randomCondition(random, ['stored', 'event'])
            : {
                all: Array.from({ length: 3 }, () =>
                  randomCondition(
                    random,
                    ['stored'],
                    ['category', 'status', 'kind', 'requester.plan', 'fields.plan', 'subject', 'tier'],
                    1,
                  ),
                ),
              },
      )
      const index = indexConditions(
        conditions.map((when, item) => ({ when, item })),
        fields,
      )
      for (const subject of asked) {
        const expected = conditions.flatMap((when, i) => (when === undefined || naive(when, subject) ? [i] : []))
        expect(index.matching(subject)).toEqual(expected)
        expect(index.first(subject)).toBe(expected[0])
      }
    }
  })

  /** Evaluators with one error each. */
  const rewritten =
    (change: (leaf: Leaf) => Condition): Compile =>
    (condition) => {
      const walk = (node: Condition): Condition =>
        'field' in node
          ? change(node)
          : 'all' in node
            ? { all: node.all.map(walk) }
            : 'any' in node
              ? { any: node.any.map(walk) }
              : { none: node.none.map(walk) }
      return compiled(walk(condition))
    }
  const on = (op: string, change: (leaf: Leaf) => Condition) =>
    rewritten((leaf) => (leaf.op === op ? change(leaf) : leaf))
  const planted: readonly [string, Compile][] = [
    ['isNot needs a fact', on('isNot', (leaf) => ({ all: [leaf, { field: leaf.field, op: 'present' }] }))],
    ['hasNone needs a set', on('hasNone', (leaf) => ({ all: [leaf, { field: leaf.field, op: 'present' }] }))],
    [
      'between holds its end',
      on('between', (leaf) => ({ any: [leaf, { ...leaf, op: 'is', value: (leaf.value as number[])[1] }] })),
    ],
    ['lt holds its end', on('lt', (leaf) => ({ ...leaf, op: 'lte' }))],
    ['present takes an empty text', on('present', (leaf) => (leaf.field === 'subject' ? { all: [] } : leaf))],
    ['startsWith is contains', on('startsWith', (leaf) => ({ ...leaf, op: 'contains' }))],
    ['glob is contains', on('glob', (leaf) => ({ ...leaf, op: 'contains' }))],
    ['changedTo forgets what was', on('changedTo', (leaf) => (leaf.value === null ? leaf : { ...leaf, op: 'is' }))],
    ['changed is present', on('changed', (leaf) => ({ ...leaf, op: 'present' }))],
    [
      'names are folded',
      rewritten((leaf) =>
        leaf.op === 'is' && fieldNamed(fields, leaf.field)?.type === 'name' && typeof leaf.value === 'string'
          ? { ...leaf, value: leaf.value.toLowerCase() }
          : leaf,
      ),
    ],
    [
      'none of several is none of the first',
      (condition) => {
        const walk = (node: Condition): Condition =>
          'field' in node
            ? node
            : 'all' in node
              ? { all: node.all.map(walk) }
              : 'any' in node
                ? { any: node.any.map(walk) }
                : { none: node.none.slice(0, 1).map(walk) }
        return compiled(walk(condition))
      },
    ],
    [
      'nothing in any',
      (condition) => ('any' in condition && condition.any.length === 0 ? () => true : compiled(condition)),
    ],
  ]
  it.each(planted)('the comparison finds: %s', (_what, broken) => {
    expect(compare(broken, 1, 2_500, 30).differs).toBeDefined()
  })
})

function settled(condition: Condition, path: string, leaf: (path: string) => boolean): boolean {
  if ('field' in condition) return leaf(path)
  const group = 'all' in condition ? 'all' : 'any' in condition ? 'any' : 'none'
  const parts = Object.values(condition)[0] as readonly Condition[]
  const answers = parts.map((part, i) => settled(part, `${path === '' ? '' : `${path}.`}${group}[${i}]`, leaf))
  return group === 'all' ? answers.every(Boolean) : group === 'any' ? answers.some(Boolean) : !answers.some(Boolean)
}

import { type Condition, type Definition, defineDesk, type Ticket } from '../../src/index.ts'
import { randomInputs } from '../measure.ts'
import { from, opening, tell } from '../sla/case.ts'

/** What the peers are given: the facts flat, as they like them best. */
export interface Facts {
  readonly category: string
  readonly plan: string
  readonly channel: string
  readonly language: string
  readonly status: string
  readonly vip: boolean
  readonly affected: number
  readonly revenue: number
  readonly tags: readonly string[]
}

/** A rule in a form that every engine's own is made from: three questions, all of which must hold. */
export type Question =
  | { readonly fact: 'category' | 'plan' | 'channel' | 'language' | 'status'; readonly is: string }
  | { readonly fact: 'vip'; readonly is: boolean }
  | { readonly fact: 'affected' | 'revenue'; readonly atLeast: number }
  | { readonly fact: 'tags'; readonly holds: string }
export type Rule = readonly Question[]

const numbers = randomInputs(1 << 20, 0, 1 << 24)
let drawn = 0
const below = (limit: number): number => (numbers[drawn++ % numbers.length] as number) % limit
const one = (of: string, values: number): string => `${of}${below(values)}`

export const facts: readonly Facts[] = Array.from({ length: 10_000 }, () => ({
  category: one('category', 100),
  plan: one('plan', 10),
  channel: one('channel', 6),
  language: one('language', 12),
  status: one('status', 6),
  vip: below(10) === 0,
  affected: below(100),
  revenue: below(100_000),
  tags: [...new Set([one('tag', 40), one('tag', 40), one('tag', 40)])],
}))

const { ticket: opened } = tell(defineDesk({}) as unknown as Definition, 't', from, [opening])

/** The same as tickets. */
export const tickets: readonly Ticket[] = facts.map(({ plan, vip, revenue, tags, ...own }, i) => ({
  ...opened,
  id: `t${i}`,
  ...own,
  tags,
  tagKeys: tags,
  requester: { id: 'mari', plan, vip, revenue },
}))

/** Rules of three shapes, as desks have them. */
export const mixedRules = (count: number): readonly Rule[] =>
  Array.from({ length: count }, (_, i): Rule => {
    if (i % 3 === 0)
      return [
        { fact: 'category', is: one('category', 100) },
        { fact: 'plan', is: one('plan', 10) },
        { fact: 'affected', atLeast: below(100) },
      ]
    if (i % 3 === 1)
      return [
        { fact: 'tags', holds: one('tag', 40) },
        { fact: 'channel', is: one('channel', 6) },
        { fact: 'vip', is: below(2) === 0 },
      ]
    return [
      { fact: 'status', is: one('status', 6) },
      { fact: 'language', is: one('language', 12) },
      { fact: 'revenue', atLeast: below(100_000) },
    ]
  })

/** Rules that compare three names each. */
export const equalityRules = (count: number): readonly Rule[] =>
  Array.from({ length: count }, () => [
    { fact: 'category', is: one('category', 100) },
    { fact: 'plan', is: one('plan', 10) },
    { fact: 'channel', is: one('channel', 6) },
  ])

const fieldOf = (fact: Question['fact']): string =>
  fact === 'plan' || fact === 'vip' || fact === 'revenue' ? `requester.${fact}` : fact

export const conditionOf = (rule: Rule): Condition => ({
  all: rule.map((question) =>
    'is' in question
      ? { field: fieldOf(question.fact), op: 'is', value: question.is }
      : 'atLeast' in question
        ? { field: fieldOf(question.fact), op: 'gte', value: question.atLeast }
        : { field: 'tags', op: 'hasAny', value: [question.holds] },
  ),
})

/** A desk whose triggers ask of each message whether their rule holds, and then mark the ticket. */
export const deskWith = (rules: readonly Rule[]): Definition =>
  defineDesk({
    triggers: rules.map((rule, i) => ({
      id: `r${i}`,
      on: ['message_added'],
      when: conditionOf(rule) as never,
      do: [{ type: 'addFollower', person: `agent${i}` }],
    })),
  }) as unknown as Definition

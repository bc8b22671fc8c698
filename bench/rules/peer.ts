import { createRequire } from 'node:module'
import { compileCondition } from '../../src/condition/compile.ts'
import { fields } from '../../src/engine/field.ts'
import { conditionIndex } from '../../src/index.ts'
import { conditionOf, type Facts, facts, type Question, type Rule, tickets } from './case.ts'

const require = createRequire(import.meta.url)

/** Numbers of the rules that hold for the n-th ticket, ascending. */
export type Ask = (n: number) => readonly number[] | Promise<readonly number[]>

const factsOf = (n: number) => facts[n] as Facts

const logicOf = (rule: Rule) => ({
  and: rule.map((question: Question) => {
    const fact = { var: question.fact }
    if ('is' in question) return { '===': [fact, question.is] }
    return 'atLeast' in question ? { '>=': [fact, question.atLeast] } : { in: [question.holds, fact] }
  }),
})

const holding =
  (asks: readonly ((n: number) => unknown)[]): Ask =>
  (n) => {
    const found: number[] = []
    for (let i = 0; i < asks.length; i++) if ((asks[i] as (n: number) => unknown)(n)) found.push(i)
    return found
  }

/** What somebody would write by hand: one function a rule. */
function closureOf(rule: Rule): (facts: Facts) => boolean {
  const [a, b, c] = rule.map((question): ((facts: Facts) => boolean) => {
    if ('is' in question) {
      const { fact, is } = question
      return (facts) => facts[fact] === is
    }
    if ('atLeast' in question) {
      const { fact, atLeast } = question
      return (facts) => facts[fact] >= atLeast
    }
    return ({ tags }) => tags.includes(question.holds)
  }) as [(facts: Facts) => boolean, (facts: Facts) => boolean, (facts: Facts) => boolean]
  return (facts) => a(facts) && b(facts) && c(facts)
}

export const peers: Readonly<Record<string, (rules: readonly Rule[]) => Ask>> = {
  'ticketwright, indexed': (rules) => {
    const { matching } = conditionIndex(rules.map((rule, item) => ({ when: conditionOf(rule), item })))
    return (n) => matching({ ticket: tickets[n] as (typeof tickets)[number] })
  },
  'ticketwright, one by one': (rules) => {
    const predicates = rules.map((rule) => compileCondition(conditionOf(rule), fields))
    return holding(predicates.map((holds) => (n) => holds({ ticket: tickets[n] as (typeof tickets)[number] })))
  },
  'plain closures': (rules) => holding(rules.map(closureOf).map((holds) => (n) => holds(factsOf(n)))),
  'json-logic-engine, compiled': (rules) => {
    const { LogicEngine } = require('json-logic-engine')
    const engine = new LogicEngine()
    return holding(
      rules
        .map(logicOf)
        .map((logic) => engine.build(logic))
        .map((holds) => (n) => holds(factsOf(n))),
    )
  },
  'json-logic-js': (rules) => {
    const { apply } = require('json-logic-js')
    return holding(rules.map(logicOf).map((logic) => (n) => apply(logic, factsOf(n))))
  },
  'zen-engine': (rules) => {
    const { ZenEngine } = require('@gorules/zen-engine')
    const names = ['category', 'plan', 'channel', 'language', 'status', 'vip', 'affected', 'revenue', 'tags']
    const cell = (question: Question | undefined): string => {
      if (!question) return ''
      if ('is' in question) return JSON.stringify(question.is)
      return 'atLeast' in question ? `>= ${question.atLeast}` : `some($, # == ${JSON.stringify(question.holds)})`
    }
    const table = {
      hitPolicy: 'collect',
      inputs: names.map((name) => ({ id: name, name, field: name })),
      outputs: [{ id: 'rule', name: 'rule', field: 'rule' }],
      rules: rules.map((rule, i) => ({
        _id: `r${i}`,
        ...Object.fromEntries(names.map((name) => [name, cell(rule.find(({ fact }) => fact === name))])),
        rule: String(i),
      })),
    }
    const node = (id: string, type: string, content = {}) => ({ id, type, name: id, content, position: { x: 0, y: 0 } })
    const decision = new ZenEngine().createDecision({
      nodes: [node('in', 'inputNode'), node('table', 'decisionTableNode', table), node('out', 'outputNode')],
      edges: [
        { id: 'a', type: 'edge', sourceId: 'in', targetId: 'table' },
        { id: 'b', type: 'edge', sourceId: 'table', targetId: 'out' },
      ],
    })
    return async (n) => (await decision.evaluate(factsOf(n))).result.map(({ rule }: { rule: number }) => rule)
  },
  'json-rules-engine': (rules) => {
    const { Engine } = require('json-rules-engine')
    const engine = new Engine(
      rules.map((rule, i) => ({
        conditions: {
          all: rule.map((question) =>
            'is' in question
              ? { fact: question.fact, operator: 'equal', value: question.is }
              : 'atLeast' in question
                ? { fact: question.fact, operator: 'greaterThanInclusive', value: question.atLeast }
                : { fact: question.fact, operator: 'contains', value: question.holds },
          ),
        },
        event: { type: 'rule', params: { i } },
      })),
    )
    return async (n) => {
      const { events } = await engine.run(factsOf(n))
      return events.map(({ params }: { params: { i: number } }) => params.i).sort((a: number, b: number) => a - b)
    }
  },
}

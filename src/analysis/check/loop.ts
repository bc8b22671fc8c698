import { type Condition, fieldsRead } from '../../condition/condition.ts'
import { ruleActor } from '../../model/actor.ts'
import { maxTimeRulesInARow } from '../../model/bounds.ts'
import { clockEvents } from '../clock-event.ts'
import { countedFrom } from '../counted-from.ts'
import type { Check, Finding, Linted } from '../finding.ts'
import { canHold } from '../satisfiable.ts'
import { differ, statusFields, type WritesTogether, writesOfAll } from '../writes.ts'
import { activeTriggers } from './shadowed.ts'

interface Node {
  readonly id: string
  readonly path: string
  readonly kind: 'trigger' | 'time rule'
  /** Of a trigger. */
  readonly on: readonly string[]
  /** Of a time rule: the instant from which it counts. */
  readonly since: string | null
  readonly when: Condition
  readonly writes: WritesTogether
}

const always: Condition = { all: [] }

/**
 * Rules that may keep each other going: each wakes the next by what it does, at once or when time has passed, and
 * something in the circle never comes to rest: it adds to what is there, time undoes it,
 * or two of them undo each other.
 */
export const loops: Check = (linted) =>
  circles(nodesOf(linted), (a, b) => wakes(a, b, linted))
    .filter((circle) => restless(circle))
    .map((circle): Finding => {
      const [first] = circle
      return { code: 'loop', path: first?.path ?? '', sentence: sentenceOf(circle) }
    })

function nodesOf(linted: Linted): Node[] {
  const { json, definition } = linted
  const written = (does: readonly unknown[]): WritesTogether => {
    const writes = writesOfAll(does, definition)
    const each = writes.each.map((one) => ({ ...one, events: [...one.events, ...clockEvents(one, json)] }))
    return { ...writes, each, events: [...new Set(each.flatMap(({ events }) => events))] }
  }
  const triggers = activeTriggers(linted).map(
    ({ id, path, on, when, do: does }): Node => ({
      ...{ id, path, on, kind: 'trigger', since: null },
      when: (when ?? always) as Condition,
      writes: written(does),
    }),
  )
  const timeRules = (json.timeRules ?? []).flatMap(({ id, active, since, when, do: does }, i): Node[] =>
    active === false
      ? []
      : [
          {
            ...{ id, path: `timeRules[${i}]`, on: [], kind: 'time rule' },
            since: typeof since === 'string' ? since : ofClock,
            when: { all: [(when ?? always) as Condition, ...countedFrom(since)] },
            writes: written(does),
          },
        ],
  )
  return [...triggers, ...timeRules]
}

function sentenceOf(circle: readonly Node[]): string {
  const names = circle.map(({ id }) => id)
  const [{ kind = 'trigger' } = {}] = circle
  if (circle.some((node) => node.kind === 'time rule'))
    return `rules ${names.join(', ')} set each other's time anew in a circle: they go on until ${maxTimeRulesInARow} have fired and nobody has done anything, and then the log says rule_loop; let one of them leave a mark that the others ask for`
  return names.length === 1
    ? `${kind} ${names[0]} wakes itself: each time it acts, an event follows that it waits for; take that event from \`on\`, or ask in \`when\` whether it has been done`
    : `triggers ${names.join(', ')} wake each other in a circle; each fires once, and then the log says rule_loop`
}

function wakes(a: Node, b: Node, { fields }: Linted): boolean {
  if (a.writes.passes && b.since !== null && setsAnew(b, statusFields)) return true
  return a.writes.each.some(({ events, fields: written, holds, facts }) =>
    b.since === null
      ? b.on.some((type) => events.includes(type)) && canHold({ all: [b.when, byRule, ...holds, ...facts] }, fields)
      : setsAnew(b, written) && canHold({ all: [b.when, ...holds] }, fields),
  )
}

/** Who makes the events of rules. */
const byRule: Condition = { field: 'actor.kind', op: 'is', value: ruleActor.kind }

/** Is a time rule set by a change: from another instant, or because its condition may hold now? */
function setsAnew({ since, when }: Node, written: readonly string[]): boolean {
  const asked = [...fieldsRead(when)].map((name) => name.replace(/^hoursSince\./, ''))
  return written.some(
    (field) => since === field || asked.includes(field) || (since === ofClock && movesClocks.includes(field)),
  )
}

/** The due time of a clock, which moves with these. */
const ofClock = 'dueAt'
const movesClocks = ['status', 'priority', 'sla.level']

const restless = (circle: readonly Node[]): boolean =>
  circle.some(({ writes }) => writes.repeats) ||
  (circle.some(({ writes }) => writes.passes) && circle.some(({ since }) => since !== null)) ||
  circle.some((a, i) => circle.slice(i + 1).some((b) => differ(a.writes, b.writes) !== undefined))

/** Sets of nodes that lead to each other (Tarjan), in the order of their first member. */
function circles(nodes: readonly Node[], leads: (a: Node, b: Node) => boolean): Node[][] {
  const timed = nodes.filter(({ since }) => since !== null)
  const byEvent = Map.groupBy(
    nodes.flatMap((node) => [...new Set(node.on)].map((type) => ({ type, node }))),
    ({ type }) => type,
  )
  const next = new Map(
    nodes.map((node) => {
      const woken = node.writes.events.flatMap((type) => (byEvent.get(type) ?? []).map((one) => one.node))
      return [node, [...new Set([...woken, ...timed])].filter((other) => leads(node, other))]
    }),
  )
  const index = new Map<Node, number>()
  const low = new Map<Node, number>()
  const open: Node[] = []
  const found: Node[][] = []
  const enter = (node: Node) => {
    index.set(node, index.size)
    low.set(node, index.get(node) as number)
    open.push(node)
    return { node, rest: [...(next.get(node) ?? [])] }
  }
  const lower = (node: Node, to: number) => low.set(node, Math.min(low.get(node) as number, to))
  for (const root of nodes) {
    if (index.has(root)) continue
    const path = [enter(root)]
    for (let at = path.at(-1); at; at = path.at(-1)) {
      const child = at.rest.shift()
      if (child && !index.has(child)) path.push(enter(child))
      else if (child) {
        if (open.includes(child)) lower(at.node, index.get(child) as number)
      } else {
        path.pop()
        const above = path.at(-1)
        if (above) lower(above.node, low.get(at.node) as number)
        if (low.get(at.node) === index.get(at.node)) {
          const members = open.splice(open.indexOf(at.node))
          if (members.length > 1 || next.get(at.node)?.includes(at.node))
            found.push(members.sort((a, b) => nodes.indexOf(a) - nodes.indexOf(b)))
        }
      }
    }
  }
  return found.sort(([a], [b]) => nodes.indexOf(a as Node) - nodes.indexOf(b as Node))
}

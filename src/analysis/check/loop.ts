import type { Condition } from '../../condition/condition.ts'
import type { Check, Finding, Linted } from '../finding.ts'
import { canHold } from '../satisfiable.ts'
import { differ, type Writes, writesOfAll } from '../writes.ts'
import { activeTriggers } from './shadowed.ts'

interface Node {
  readonly id: string
  readonly path: string
  readonly on: readonly string[]
  readonly when: Condition | undefined
  readonly writes: Writes
}

/**
 * Triggers that may keep each other going: each wakes the next by what it does, and something in the circle never
 * comes to rest, because it adds to what is there or because two of them undo each other.
 */
export const loops: Check = (linted) => {
  const nodes = activeTriggers(linted).map(
    ({ id, path, on, when, do: does }): Node => ({
      id,
      path,
      on,
      when: when as Condition | undefined,
      writes: writesOfAll(does, linted.definition),
    }),
  )
  return circles(nodes, (a, b) => wakes(a, b, linted))
    .filter((circle) => restless(circle))
    .map((circle): Finding => {
      const names = circle.map(({ id }) => id)
      const [first] = circle
      return {
        code: 'loop',
        path: first?.path ?? '',
        sentence:
          names.length === 1
            ? `trigger ${names[0]} wakes itself: each time it acts, an event follows that it waits for; take that event from \`on\`, or ask in \`when\` whether it has been done`
            : `triggers ${names.join(', ')} wake each other in a circle; each fires once, and then the log says rule_loop`,
      }
    })
}

function wakes(a: Node, b: Node, { fields }: Linted): boolean {
  if (!b.on.some((type) => a.writes.events.includes(type))) return false
  return b.when === undefined || canHold({ all: [b.when, ...a.writes.holds] }, fields)
}

const restless = (circle: readonly Node[]): boolean =>
  circle.some(({ writes }) => writes.repeats) ||
  circle.some((a, i) => circle.slice(i + 1).some((b) => differ(a.writes, b.writes) !== undefined))

/** Sets of nodes that lead to each other (Tarjan), in the order of their first member. */
function circles(nodes: readonly Node[], leads: (a: Node, b: Node) => boolean): Node[][] {
  const byEvent = new Map<string, Node[]>()
  for (const node of nodes) for (const type of new Set(node.on)) byEvent.set(type, [...(byEvent.get(type) ?? []), node])
  const next = new Map(
    nodes.map((node) => [
      node,
      [...new Set(node.writes.events.flatMap((type) => byEvent.get(type) ?? []))].filter((other) => leads(node, other)),
    ]),
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

import { type Definition, decide, type Ticket, unwrap } from '../../src/index.ts'
import { perCall } from '../measure.ts'
import { asks, commandOf, minute } from '../sla/case.ts'
import { deskWith, facts, type Rule, tickets } from './case.ts'
import { peers } from './peer.ts'

export interface Through {
  readonly rules: number
  /** Time of one command, with everything it leads to. */
  readonly ns: number
  /** Rules that fire for a command, on average. */
  readonly fired: number
  /** Of 1,000 tickets those on which other rules fired than plain closures say. */
  readonly wrong: number
}

const open = tickets.map((ticket): Ticket => ({ ...ticket, status: 'Open', kind: 'open' }))
const commands = open.map((ticket) => commandOf(ticket.id, asks[0], asks[1]))
const ask = (definition: Definition, n: number) =>
  unwrap(
    decide(
      definition,
      open[n] as Ticket,
      commands[n] as (typeof commands)[number],
      (open[n] as Ticket).lastAt + minute,
    ),
  )

/** A question of the requester on each of the tickets, in a desk with so many triggers. */
export function throughDecide(rules: readonly Rule[]): Through {
  const definition = deskWith(rules)
  const right = (peers['plain closures'] as (typeof peers)[string])(rules)
  let [fired, wrong] = [0, 0]
  for (let n = 0; n < 1_000; n++) {
    const found = ask(definition, n).events.flatMap((event) => (event.type === 'rule_fired' ? [event.data.rule] : []))
    fired += found.length
    if (found.join() !== (right(n) as readonly number[]).map((i) => `r${i}`).join()) wrong++
  }
  const ns = perCall((i) => ask(definition, i % facts.length).events.length, 8_192, 3_000)
  return { rules: rules.length, ns, fired: fired / 1_000, wrong }
}

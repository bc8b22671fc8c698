import { duration, figure, table, writeSection } from '../report.ts'
import { equalityRules, mixedRules, type Rule, tickets } from './case.ts'
import { type Ask, peers } from './peer.ts'
import { throughDecide } from './through-decide.ts'

/** How long one measurement takes, once the code is warm. */
const BUDGET_MS = 1_500

interface Finding {
  /** Time for one ticket, all rules. */
  readonly ns: number
  readonly asked: number
  readonly wrong: number
}

/** Compares answers with those of plain closures, then counts tickets until the budget is spent. */
async function measured(ask: Ask, right: Ask): Promise<Finding> {
  let [asked, wrong] = [0, 0]
  for (const until = performance.now() + 1_000; asked < 1_000 && performance.now() < until; asked++) {
    const [found, expected] = [await ask(asked), await right(asked)]
    if (found.length !== expected.length || found.some((one, i) => one !== expected[i])) wrong++
  }
  return { ns: await perTicket(ask), asked, wrong }
}

/** Only what gives promises is waited for: others would pay for it. */
async function perTicket(ask: Ask): Promise<number> {
  const rounds: number[] = []
  const started = performance.now()
  for (let at = 0; rounds.length < 5 || performance.now() - started < BUDGET_MS; at = (at + 1) % 10) {
    const before = performance.now()
    let done = 0
    for (let n = at * 1_000; n < at * 1_000 + 1_000; n++) {
      const found = ask(n)
      if (found instanceof Promise) await found
      done++
      if (performance.now() - before > BUDGET_MS / 5) break
    }
    rounds.push(((performance.now() - before) * 1e6) / done)
  }
  return rounds.toSorted((a, b) => a - b)[rounds.length >> 1] as number
}

async function compared(names: readonly string[], rules: readonly Rule[]): Promise<Record<string, Finding>> {
  const right = (peers['plain closures'] as (typeof peers)[string])(rules)
  const findings: Record<string, Finding> = {}
  for (const name of names) {
    console.log(`· ${rules.length} rules: ${name}`)
    findings[name] = await measured((peers[name] as (typeof peers)[string])(rules), right)
  }
  return findings
}

const perSecond = (ns: number): string => figure(1e9 / ns)
const times = (finding: Finding | undefined, ours: Finding): string =>
  finding
    ? `${figure(finding.ns / ours.ns)} ×${finding.wrong ? ` (${finding.wrong} of ${finding.asked} wrong)` : ''}`
    : '–'
const ours = 'ticketwright, indexed'
const names = Object.keys(peers)

const hundred = await compared(names, mixedRules(100))
const own = hundred[ours] as Finding
const main = names.map((name) => {
  const finding = hundred[name] as Finding
  return [name, perSecond(finding.ns), times(finding, own), `${finding.asked - finding.wrong} of ${finding.asked}`]
})

const slow = new Set(['json-rules-engine', 'zen-engine', 'json-logic-js'])
const sizes: [string, Record<string, Finding>][] = []
for (const [what, rules] of [
  ['10, mixed', mixedRules(10)],
  ['1,000, mixed', mixedRules(1_000)],
  ['10,000, mixed', mixedRules(10_000)],
  ['10,000, equality', equalityRules(10_000)],
] as const)
  sizes.push([what, await compared(rules.length > 1_000 ? names.filter((name) => !slow.has(name)) : names, rules)])
const through = [0, 10, 1_000, 10_000].map((count) => {
  console.log(`· ${count} triggers through decide`)
  return throughDecide(equalityRules(count))
})
const bare = through[0]?.ns as number
const most = 1e9 / (through.at(-1)?.ns as number)
const wrong = through.reduce((sum, one) => sum + one.wrong, 0)
const others = names.filter((name) => name !== ours)

writeSection(
  'rules',
  'Conditions of many rules',
  `
${tickets.length.toLocaleString('en')} tickets, each asked which of 100 rules of three conditions hold: names compared, tags held, numbers at least. The
others get the same facts in a flat object; each was first asked up to 1,000 of the same questions, compared with plain
closures. Tickets a second, and time as a multiple of ours.

${table(['', 'tickets/s', 'time', 'same answers'], main)}

Goals: ${[
    ['json-logic-engine, compiled', 5],
    ['json-rules-engine', 500],
  ]
    .map(([name, goal]) => {
      const met = (hundred[name as string] as Finding).ns / own.ns >= Number(goal)
      return `at least ${goal} times as many tickets as ${name}: ${met ? 'met' : 'missed'}`
    })
    .join('; ')}.

With more rules and fewer: time for a ticket for ours, the others as multiples of it. Not asked: what would take
minutes. Equality rules compare three names each.

${table(
  ['rules', ours, 'tickets/s', ...others],
  sizes.map(([what, found]) => {
    const mine = found[ours] as Finding
    return [what, duration(mine.ns), perSecond(mine.ns), ...others.map((name) => times(found[name], mine))]
  }),
)}

Ten rules cost a ticket hardly more than asking at all does: the list of answers, the checks of what is given, a look-up.
There json-logic-engine is quicker, which writes JavaScript and evaluates it; here a
condition stays data, for pages and workers where nothing may be evaluated. From some tens of rules on the index saves more.

The same rules as triggers on a message, each of which adds a follower: \`decide\` of a requester's question on one ticket
after the other, with everything that follows. Rules that fired, compared with plain closures on 1,000 tickets: ${
    wrong === 0 ? 'all the same' : `${wrong} differ`
  }.

${table(
  ['triggers', 'commands/s', 'a command', 'without triggers', 'fire'],
  through.map(({ rules, ns, fired }) => [
    rules.toLocaleString('en'),
    perSecond(ns),
    duration(ns),
    `${figure(ns / bare)} ×`,
    figure(fired),
  ]),
)}

Goal, 10,000 rules on equality fields at least 20,000 tickets a second: ${most >= 20_000 ? 'met' : 'missed'}.
`,
)
console.log('wrote docs/benchmarks.md')

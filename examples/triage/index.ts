/**
 * A desk of thirty rules, on real incidents and on generated texts in English, Estonian, Latvian and Chinese: what
 * fired, and why. `npm run example:triage -- 500` takes the first 500 incidents; 300 unless said.
 */
import { lintDefinition } from 'ticketwright/analysis'
import { readSnapshots, type Snapshot } from '../replay-incidents/snapshot.ts'
import { definition } from './definition.ts'
import { give, type Life, liveIncident, newLife, until } from './lives.ts'
import { openings } from './texts.ts'
import { reasons, tally } from './words.ts'

const count = Number(process.argv[2] ?? 300)
if (!(Number.isInteger(count) && count >= 1)) {
  console.error('say how many incidents: a whole number, 1 or more')
  process.exit(2)
}

const rules = [...definition.triggers, ...definition.timeRules]
console.log(`${rules.length} rules; lint finds ${lintDefinition(definition).length} things:`)
for (const { path, sentence } of lintDefinition(definition)) console.log(`  ${path}: ${sentence}`)

const byIncident = new Map<string, Snapshot[]>()
const file = new URL('../data/incidents-2000.jsonl.gz', import.meta.url).pathname
for (const snapshot of await readSnapshots(file))
  byIncident.set(snapshot.incident, [...(byIncident.get(snapshot.incident) ?? []), snapshot])
console.log(`\n${Math.min(count, byIncident.size)} incidents of a service desk\n`)
console.log(tally([...byIncident.values()].slice(0, count).map(liveIncident)))

const start = Date.parse('2026-11-23T08:00:00Z')
const requester = { kind: 'requester', id: 'mari' } as const
const lives: Life[] = []
console.log('\n200 texts in four languages; of the first ones, why\n')
for (const [i, opening] of openings(200).entries()) {
  const life = newLife()
  const decided = give(life, `t${i + 1}`, requester, start + i * 60_000, { type: 'open', ...opening })
  if (i < 8 && decided) {
    console.log(
      `${opening.reference} ${opening.language} ${JSON.stringify(opening.subject)}: ${life.ticket?.priority}, ${life.ticket?.department}, ${life.ticket?.sla?.level}`,
    )
    console.log(reasons(decided.explanation).join('\n'))
  }
  until(life, start + 40 * 24 * 3_600_000)
  lives.push(life)
}
console.log(`\n${tally(lives)}`)

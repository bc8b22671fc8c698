import type { CauseExplanation, RuleTrial } from 'ticketwright'
import type { Life } from './lives.ts'

/** How often each rule fired, what it asked for, what was refused to it: over many lives. */
export function tally(lives: readonly Life[]): string {
  const rules = new Map<string, { fired: number; effects: number; refused: number }>()
  let loops = 0
  for (const { events } of lives)
    for (const event of events) {
      if (event.type === 'rule_loop') loops += 1
      if (event.type !== 'rule_fired' && event.type !== 'time_rule_fired') continue
      const { rule, effects, refused } = event.data
      const row = rules.get(rule) ?? { fired: 0, effects: 0, refused: 0 }
      rules.set(rule, {
        fired: row.fired + 1,
        effects: row.effects + effects.length,
        refused: row.refused + refused.length,
      })
    }
  const rows = [...rules].sort(([, a], [, b]) => b.fired - a.fired)
  return [
    'rule              fired  effects  refused',
    ...rows.map(([rule, { fired, effects, refused }]) =>
      [rule.padEnd(16), String(fired).padStart(7), String(effects).padStart(8), String(refused).padStart(8)].join(' '),
    ),
    `loops: ${loops}; commands refused: ${sum(lives.map(({ refused }) => refused))}; events: ${sum(lives.map(({ events }) => events.length))}`,
  ].join('\n')
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)

/** Why each rule that fired did so. */
export const reasons = (explanation: readonly CauseExplanation[]): string[] =>
  explanation.flatMap(({ rules }) => rules.filter(({ outcome }) => outcome === 'fired').map(reason))

function reason({ rule, decidedBy, did }: RuleTrial): string {
  const because = decidedBy
    .map(({ leaf, found }) => `${leaf.field} ${leaf.op}, found ${JSON.stringify(found)}`)
    .join(' and ')
  const done = did
    .map(({ type, result }) => (result === 'changed' || result === 'asked' ? type : `${type} (${result})`))
    .join(', ')
  return `  ${rule}: ${because || 'always'} → ${done}`
}

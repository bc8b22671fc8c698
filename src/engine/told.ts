import type { Subject } from '../condition/field.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { RuleTrial } from '../rules/explain.ts'
import type { PassedOver } from '../rules/quiet.ts'
import type { Trigger } from '../rules/rule.ts'

/** A trial, to be worked out if it is told; of a trigger that did nothing, in which look for quiet. */
export interface Told {
  readonly trial: () => RuleTrial
  readonly silent?: Pick<RuleTrial, 'rule' | 'outcome'> & Pick<PassedOver, 'look'>
}

/**
 * Of a stretch of the triggers those that were woken by what `happened` and did nothing: they had not `fired` before.
 */
export function toldOf(
  { outcome, places, look }: PassedOver,
  triggers: readonly Trigger[],
  happened: readonly AnyTicketEvent[],
  fired: ReadonlySet<Trigger>,
  subject: (event: AnyTicketEvent) => Subject,
): readonly Told[] {
  return triggers.slice(...places).flatMap((trigger): Told[] => {
    const woken = fired.has(trigger) ? [] : happened.filter(({ type }) => trigger.on.has(type))
    if (woken.length === 0) return []
    const trial = (): RuleTrial => {
      const { id, kind, readsEvent, matches, explain } = trigger
      const asked = readsEvent ? woken : woken.slice(0, 1)
      const met = asked.find((event) => matches(subject(event)))
      const decidedBy = furthest((met ? [met] : asked).map((event) => explain(subject(event))))
      return { rule: id, kind, outcome, decidedBy, did: [] }
    }
    return [{ trial, silent: { rule: trigger.id, outcome, look } }]
  })
}

/** Of several events that may have woken a rule, what decided on the one that came nearest to firing it. */
function furthest(verdicts: readonly RuleTrial['decidedBy'][]): RuleTrial['decidedBy'] {
  const reached = ([first]: RuleTrial['decidedBy']) => (first?.path.match(/\d+/g) ?? []).map(Number)
  return verdicts.reduce((best, verdict) => {
    const [a, b] = [reached(best), reached(verdict)]
    const at = a.findIndex((place, i) => place !== b[i])
    return at >= 0 && (b[at] ?? -1) > (a[at] as number) ? verdict : best
  })
}

/** A trigger that did nothing is told of once for each look; once stopped, it is so for the rest of the cause. */
export function toldOnce(all: readonly Told[]): readonly RuleTrial[] {
  const told = new Set<string>()
  const stopped = new Set<string>()
  return all.flatMap(({ trial, silent }) => {
    if (!silent) return [trial()]
    const key = JSON.stringify([silent.look, silent.rule])
    if (told.has(key) || stopped.has(silent.rule)) return []
    told.add(key)
    if (silent.outcome === 'stopped') stopped.add(silent.rule)
    return [trial()]
  })
}

import { type Condition, fieldsRead } from '../../condition/condition.ts'
import type { Check, Finding, Linted } from '../finding.ts'
import { canHold } from '../satisfiable.ts'
import { writesOf } from '../writes.ts'

/** Pairs whose conditions are compared: beyond it, lint would take longer than anybody waits, and says so. */
const maxPairs = 20_000

/** Triggers that come after one which always fires where they would, and stops the others. */
export const shadowed: Check = (linted) => {
  const triggers = activeTriggers(linted)
  // only what stops the others can hide them
  const stopping = triggers.flatMap((trigger, place) => (trigger.stop ? [{ trigger, place }] : []))
  let pairs = 0
  return triggers.flatMap((later, k): Finding[] => {
    const before = stopping.filter(({ trigger, place }) => place < k && seesAllOf(trigger, later))
    if (before.length > 0 && pairs > maxPairs) return []
    pairs += before.length
    if (pairs > maxPairs) return [unfinished(later.path)]
    const found = before.find(({ trigger, place }) => hides(trigger, later, () => triggers.slice(place + 1, k), linted))
    if (!found) return []
    const { trigger: by } = found
    return [
      {
        code: 'shadowed',
        path: later.path,
        sentence: `trigger ${later.id} is never reached: whenever it would fire, ${by.id} has fired before it and stops the others; move it up, or narrow ${by.id}`,
      },
    ]
  })
}

type Trigger = NonNullable<Linted['json']['triggers']>[number] & { readonly path: string }

export const activeTriggers = ({ json }: Pick<Linted, 'json'>): Trigger[] =>
  (json.triggers ?? []).flatMap((trigger, i) =>
    trigger.active === false ? [] : [{ ...trigger, path: `triggers[${i}]` }],
  )

const always: Condition = { all: [] }

const seesAllOf = (earlier: Trigger, later: Trigger): boolean => later.on.every((type) => earlier.on.includes(type))

const unfinished = (path: string): Finding => ({
  code: 'not_looked_at',
  path,
  sentence: `from this trigger on it was not asked whether earlier ones hide it: more than ${maxPairs} pairs of them stop others`,
  severity: 'advice',
})

/**
 * Of two of which the first stops the others, and sees all that wakes the second: does it always fire before? Proved
 * only where nothing between the two wakes the later one, which the first then never sees, or changes what the first
 * one asks.
 */
function hides(
  earlier: Trigger,
  later: Trigger,
  between: () => readonly Trigger[],
  { fields, definition }: Linted,
): boolean {
  const asked = [...fieldsRead((earlier.when ?? always) as Condition)]
  if (asked.some((name) => /^(event|message|actor)\./.test(name)) && later.on.length > 1) return false
  if (
    canHold({ all: [(later.when ?? always) as Condition, { none: [(earlier.when ?? always) as Condition] }] }, fields)
  )
    return false
  const writes = between().flatMap(({ do: does }) => does.map((action) => writesOf(action, definition)))
  const changed = new Set(writes.flatMap((one) => one.fields))
  const wakes = (type: string) => writes.some(({ events }) => events.includes(type)) || movesWith(type, changed)
  return !later.on.some(wakes) && !asked.some((name) => mayChange(name, changed))
}

/** What an earlier revision made of tags and content may fall away with their next change. */
const movesWith = (type: string, changed: ReadonlySet<string>): boolean =>
  type === 'priority_changed' && changed.has('priority')

/** A fact, what is counted from it, and clocks, which move with nearly everything. */
function mayChange(name: string, changed: ReadonlySet<string>): boolean {
  if (changed.size === 0) return false
  const fact = name.replace(/^hoursSince\./, '')
  return changed.has(fact) || fact.startsWith('sla.') || (fact.startsWith('fields.') && changed.has('fields.'))
}

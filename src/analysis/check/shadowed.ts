import { type Condition, fieldsRead } from '../../condition/condition.ts'
import type { Check, Finding, Linted } from '../finding.ts'
import { canHold } from '../satisfiable.ts'
import { writesOf } from '../writes.ts'

/** Triggers that come after one which always fires where they would, and stops the others. */
export const shadowed: Check = (linted) => {
  const triggers = activeTriggers(linted)
  return triggers.flatMap((later, k): Finding[] => {
    const by = triggers.slice(0, k).find((earlier, n) => hides(earlier, later, triggers.slice(n + 1, k), linted))
    if (!by) return []
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

/** Proved only where nothing between the two changes what the first one asks. */
function hides(earlier: Trigger, later: Trigger, between: readonly Trigger[], { fields, definition }: Linted): boolean {
  if (!earlier.stop || !later.on.every((type) => earlier.on.includes(type))) return false
  const asked = fieldsRead((earlier.when ?? always) as Condition)
  if ([...asked].some((name) => /^(event|message|actor)\./.test(name) && later.on.length > 1)) return false
  const changed = new Set(
    between.flatMap(({ do: does }) => does.flatMap((action) => writesOf(action, definition).fields)),
  )
  if ([...asked].some((name) => changed.has(name) || (name.startsWith('fields.') && changed.has('fields.'))))
    return false
  return !canHold(
    { all: [(later.when ?? always) as Condition, { none: [(earlier.when ?? always) as Condition] }] },
    fields,
  )
}

import type { Condition } from '../condition/condition.ts'
import type { Status } from '../workflow/status.ts'
import { countedFrom } from './counted-from.ts'
import type { Linted } from './finding.ts'
import { canHold } from './satisfiable.ts'
import { writesOfAll } from './writes.ts'

/** What takes a ticket out of its status. */
const moves: ReadonlySet<string> = new Set(['setStatus', 'resolve', 'close', 'wake', 'reopen', 'postpone'])

/** What happens to a ticket that is put into a status, and while nobody touches it there. */
const byItself = (type: string) =>
  type.startsWith('sla_') || type === 'status_changed' || type === 'postponement_changed'

interface Mover {
  /** Events that wake it; null: time alone. */
  readonly on: readonly string[] | null
  readonly does: readonly unknown[]
}

/**
 * May a ticket leave a status though nobody touches it: by a time rule, or a trigger on what time, other clocks and
 * other rules do? False is a proof.
 */
export function isMovedOn(linted: Linted, status: Pick<Status, 'name' | 'kind'>): boolean {
  const waiting = moversIn(linted, status)
  const happened = new Set<string>()
  // each round wakes a rule, so it ends
  for (;;) {
    const next = waiting.findIndex(({ on }) => on === null || on.some((type) => byItself(type) || happened.has(type)))
    const [mover] = next < 0 ? [] : waiting.splice(next, 1)
    if (!mover) return false
    if (mover.does.some((action) => moves.has((action as { readonly type: string }).type))) return true
    for (const type of writesOfAll(mover.does, linted.definition).events) happened.add(type)
  }
}

/** Time rules and triggers whose condition can hold in a status. */
function moversIn({ json, fields }: Linted, { name, kind }: Pick<Status, 'name' | 'kind'>): Mover[] {
  const there: Condition[] = [
    { field: 'status', op: 'is', value: name },
    { field: 'kind', op: 'is', value: kind },
  ]
  const canFire = (active: boolean | undefined, when: unknown, also: readonly Condition[]) =>
    active !== false &&
    canHold({ all: [...(when === undefined ? [] : [when as Condition]), ...there, ...also] }, fields)
  return [
    ...(json.timeRules ?? []).flatMap(({ active, when, since, do: does }) =>
      canFire(active, when, countedFrom(since)) ? [{ on: null, does }] : [],
    ),
    ...(json.triggers ?? []).flatMap(({ active, when, on, do: does }) =>
      canFire(active, when, []) ? [{ on, does }] : [],
    ),
  ]
}

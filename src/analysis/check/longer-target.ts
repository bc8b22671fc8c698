import { joinPath } from '../../model/json.ts'
import { type Amount, isBusinessDays, isTable } from '../../sla/within.ts'
import type { Check, Finding } from '../finding.ts'
import { targetsOf } from '../target-at.ts'

/** Targets that allow an urgent ticket more time than one that is less so. */
export const longerTargets: Check = (linted) =>
  targetsOf(linted).flatMap(({ level, target, path, amounts }) =>
    amounts.flatMap(({ priority, rank, amount }): Finding[] => {
      const lower = amounts.find((other) => other.rank < rank && isLonger(amount, other.amount))
      if (!lower) return []
      const within = withinOf(linted.json, path)
      const more = amount === null ? 'has no target at all' : 'allows more time'
      return [
        {
          code: 'longer_target',
          path: isTable(within)
            ? joinPath(`${path}.within`, Object.hasOwn(within, priority) ? priority : 'default')
            : `${path}.within`,
          sentence: `${target.metric} of level ${level} ${more} for ${priority} than for ${lower.priority}, which is less urgent`,
        },
      ]
    }),
  )

function withinOf(
  {
    levels = [],
  }: { readonly levels?: readonly { readonly targets: readonly { readonly within: unknown }[] }[] | undefined },
  path: string,
): unknown {
  const [i = 0, k = 0] = [...path.matchAll(/\d+/g)].map(Number)
  return levels[i]?.targets[k]?.within
}

/** Hours are not compared with business days: it depends on the day. */
function isLonger(amount: Amount | null, than: Amount | null): boolean {
  if (than === null) return false
  if (amount === null) return true
  if (isBusinessDays(amount) && isBusinessDays(than)) return amount.businessDays > than.businessDays
  return !isBusinessDays(amount) && !isBusinessDays(than) && amount > than
}

import type { Step } from '../../sla/step.ts'
import { isBusinessDays } from '../../sla/within.ts'
import { MAX_DURATION_MS } from '../../time/duration.ts'
import type { Check, Finding } from '../finding.ts'
import { type TargetAt, targetsOf } from '../target-at.ts'

/** Steps that never fire, and steps that fire when the clock starts, which warns nobody of anything. */
export const idleSteps: Check = (linted) =>
  targetsOf(linted).flatMap((at) => at.target.steps.flatMap((step, i) => ofStep(step, at, `${at.path}.steps[${i}]`)))

function ofStep(step: Step, { target, level, amounts }: TargetAt, path: string): Finding[] {
  const allowed = amounts.filter(({ amount }) => amount !== null)
  const of = `step ${step.id} of ${target.metric}, level ${level},`
  if (allowed.length === 0)
    return [{ code: 'step_never_fires', path, sentence: `${of} never fires: there is no target for any priority` }]
  // how long a business day is depends on the day
  const known = allowed.flatMap(({ priority, amount }) =>
    amount === null || isBusinessDays(amount) ? [] : [{ priority, amount }],
  )
  const beyond = known.filter(({ amount }) => step.amountMs(amount, 0) > MAX_DURATION_MS)
  if (known.length > 0 && beyond.length === allowed.length)
    return [
      { code: 'step_never_fires', path, sentence: `${of} never fires: it lies more than ten years of open time ahead` },
    ]
  const early = known.filter(({ amount }) => step.amountMs(amount, 0) === 0)
  if (early.length === 0) return []
  const where = early.length === allowed.length ? '' : ` for ${early.map(({ priority }) => priority).join(', ')}`
  return [
    {
      code: 'step_at_start',
      path: `${path}.before`,
      sentence: `${of} fires when the clock starts${where}: \`before\` is not shorter than the target`,
    },
  ]
}

import { compileDefinition, type Definition } from '../engine/definition.ts'
import { fields } from '../engine/field.ts'
import { isDefinition } from '../engine/given.ts'
import { sentence } from '../errors.ts'
import { absentKinds } from './check/absent-kind.ts'
import { beyondClosing } from './check/beyond-closing.ts'
import { contradictions } from './check/contradiction.ts'
import { emptyGroups } from './check/empty-group.ts'
import { endlessPauses } from './check/endless-pause.ts'
import { idleMetrics } from './check/idle-metric.ts'
import { idleSteps } from './check/idle-step.ts'
import { longerTargets } from './check/longer-target.ts'
import { loops } from './check/loop.ts'
import { missingValues } from './check/missing-value.ts'
import { neverFires } from './check/never-fires.ts'
import { paleTags } from './check/pale-tag.ts'
import { pausingResponses } from './check/pausing-response.ts'
import { shadowed } from './check/shadowed.ts'
import { shadowedSlaRules } from './check/shadowed-sla-rule.ts'
import { unclosedPlaces } from './check/unclosed-place.ts'
import { unknownSteps } from './check/unknown-step.ts'
import { unreachedLevels } from './check/unreached-level.ts'
import { unusableTags } from './check/unusable-tag.ts'
import { unusedCalendars } from './check/unused-calendar.ts'
import type { Check, Finding } from './finding.ts'

/** Everything that lint looks for, in the order in which it is told. */
const checks: readonly Check[] = [
  absentKinds,
  emptyGroups,
  neverFires,
  unknownSteps,
  shadowed,
  contradictions,
  loops,
  missingValues,
  unclosedPlaces,
  unusableTags,
  shadowedSlaRules,
  unreachedLevels,
  longerTargets,
  beyondClosing,
  endlessPauses,
  pausingResponses,
  idleSteps,
  idleMetrics,
  unusedCalendars,
  paleTags,
]

/**
 * What is wrong, or likely not meant, in a definition: one made by `defineDesk`, or any value. What does not compile is
 * told with the codes of its refusals, and then nothing else is looked for.
 */
export function lintDefinition(input: Definition | unknown): readonly Finding[] {
  const compiled = isDefinition(input) ? { value: input } : compileDefinition(input)
  if ('refusals' in compiled)
    return compiled.refusals.map((refusal) => ({
      code: refusal.code,
      path: refusal.path ?? '',
      sentence: sentence(refusal),
    }))
  const definition = compiled.value
  return checks.flatMap((check) => check({ definition, json: definition.json, fields }))
}

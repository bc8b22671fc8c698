import { compileDefinition, type Definition } from '../engine/definition.ts'
import { fields } from '../engine/field.ts'
import { sentence } from '../errors.ts'
import { contradictions } from './check/contradiction.ts'
import { emptyGroups } from './check/empty-group.ts'
import { loops } from './check/loop.ts'
import { missingValues } from './check/missing-value.ts'
import { neverFires } from './check/never-fires.ts'
import { shadowed } from './check/shadowed.ts'
import { unusableTags } from './check/unusable-tag.ts'
import type { Check, Finding } from './finding.ts'

/** Everything that lint looks for, in the order in which it is told. */
const checks: readonly Check[] = [emptyGroups, neverFires, shadowed, contradictions, loops, missingValues, unusableTags]

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

const isDefinition = (input: unknown): input is Definition =>
  typeof input === 'object' && input !== null && 'json' in input && 'calendarNamed' in input

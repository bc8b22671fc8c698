import * as z from 'zod'
import { type Refusal, refuse } from '../errors.ts'
import { adviceInput, type Suggestion, type Thresholds } from '../rules/advice.ts'
import type { RuleSlice } from '../rules/definition.ts'
import type { RulePass } from '../rules/pass.ts'
import { checkTag, setTags } from '../workflow/command/content.ts'
import { row } from '../workflow/command/row.ts'
import type { WorkflowPass } from '../workflow/pass.ts'
import { checkPriority, setPriority } from '../workflow/priority.ts'

const Advice = z.strictObject(adviceInput)
type Advice = z.output<typeof Advice>
type AdvicePass = WorkflowPass & RulePass & { readonly definition: RuleSlice }
type Of = 'priority' | 'tag' | 'macro' | 'cannedMessage'
type Said = readonly [of: Of, suggestion: Suggestion]

export const adviseCommand = {
  /** What an advisor makes of the ticket: recorded as it is, and followed where it is sure enough. */
  advise: row({
    schema: Advice,
    onClosed: 'refused',
    // the engine gives every row its whole pass
    decide: (pass, advice) => advise(pass as AdvicePass, advice),
  }),
}

const thresholdOf: Readonly<Record<Of, keyof Thresholds>> = {
  priority: 'priority',
  tag: 'tags',
  macro: 'macro',
  cannedMessage: 'cannedMessage',
}

function advise(pass: AdvicePass, advice: Advice): Refusal | undefined {
  const refusal = checkNames(pass, advice)
  if (refusal) return refusal
  const { priority, tags = [], macro, cannedMessage } = advice
  const all: Said[] = [
    ...(priority ? [['priority', priority] as const] : []),
    ...tags.map((tag) => ['tag', tag] as const),
    ...(macro ? [['macro', macro] as const] : []),
    ...(cannedMessage ? [['cannedMessage', cannedMessage] as const] : []),
  ]
  if (all.length === 0) return undefined
  const sure = ([of, { confidence }]: Said): boolean => {
    const least = pass.definition.advice[thresholdOf[of]]
    return least !== undefined && confidence >= least
  }
  // what an advisor said before falls away with what it says now
  if (priority && !sure(['priority', priority])) setPriority(pass, 'advisor', null, priority.reasons?.[0] ?? null)
  const followed = all.map((said) => sure(said) && follow[said[0]](pass, said[1]))
  // last, as `rule_fired` is: only now is it known what could be followed
  pass.emit(
    'advised',
    {
      suggestions: all.map(([of, { value, confidence }], i) => ({
        of,
        value,
        confidence,
        followed: followed[i] as boolean,
      })),
    },
    { reasons: all.map(([, { reasons = [] }]) => [...reasons]) },
  )
  return undefined
}

/** How each is followed; false: it could not be, and nothing of it was done. */
const follow: Readonly<Record<Of, (pass: AdvicePass, suggestion: Suggestion) => boolean>> = {
  priority: (pass, { value, reasons }) => pass.attempt(() => setPriority(pass, 'advisor', value, reasons?.[0] ?? null)),
  // each by itself: one that is too many leaves the others
  tag: (pass, { value }) => pass.attempt(() => setTags(pass, [value], [])),
  macro: (pass, { value }) => pass.attempt(() => pass.fireMacro(value, 'macro.value', 'advisor')),
  cannedMessage: (pass, { value }) => pass.sendCanned(value),
}

function checkNames(
  { definition }: AdvicePass,
  { priority, tags = [], macro, cannedMessage }: Advice,
): Refusal | undefined {
  const unknown = (what: string, name: string | undefined, known: ReadonlyMap<string, unknown>, path: string) =>
    name === undefined || known.has(name)
      ? undefined
      : refuse('unknown_name', { what, name, known: [...known.keys()] }, path)
  const wrongPriority = priority && checkPriority(definition, priority.value)
  if (wrongPriority) return { ...wrongPriority, path: 'priority.value' }
  for (const [i, tag] of tags.entries()) {
    const refusal = checkTag(definition, tag.value, `tags[${i}].value`)
    if (refusal) return refusal
  }
  return (
    unknown('macro', macro?.value, definition.macros, 'macro.value') ??
    unknown('canned message', cannedMessage?.value, definition.cannedMessages, 'cannedMessage.value')
  )
}

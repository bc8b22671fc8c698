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
  const all: (readonly [Of, Suggestion])[] = [
    ...(priority ? [['priority', priority] as const] : []),
    ...tags.map((tag) => ['tag', tag] as const),
    ...(macro ? [['macro', macro] as const] : []),
    ...(cannedMessage ? [['cannedMessage', cannedMessage] as const] : []),
  ]
  if (all.length === 0) return undefined
  const follows = ([of, { confidence }]: readonly [Of, Suggestion]): boolean => {
    const least = pass.definition.advice[thresholdOf[of]]
    return least !== undefined && confidence >= least
  }
  pass.emit(
    'advised',
    {
      suggestions: all.map((one) => ({
        of: one[0],
        value: one[1].value,
        confidence: one[1].confidence,
        followed: follows(one),
      })),
    },
    { reasons: all.map(([, { reasons = [] }]) => [...reasons]) },
  )
  // what an advisor said before falls away with what it says now
  if (priority)
    setPriority(pass, 'advisor', follows(['priority', priority]) ? priority.value : null, priority.reasons?.[0] ?? null)
  const sure = tags.filter((tag) => follows(['tag', tag])).map(({ value }) => value)
  if (sure.length > 0) pass.attempt(() => setTags(pass, sure, []))
  if (macro && follows(['macro', macro])) pass.attempt(() => pass.fireMacro(macro.value, 'macro.value'))
  if (cannedMessage && follows(['cannedMessage', cannedMessage])) pass.sendCanned(cannedMessage.value)
  return undefined
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

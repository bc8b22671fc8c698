import * as z from 'zod'
import { bounds } from '../model/bounds.ts'
import { Instant, type SchemaOf, Words } from '../model/kept.ts'
import { Count, Line, list } from '../model/schema.ts'
import type { ruleEvents } from './events.ts'

/** What one rule may do, and rules that a ticket may have to forget: far more than definitions have. */
const many = 10_000

const firing = {
  rule: Words,
  effects: list(z.strictObject({ id: Words, kind: Words }), many),
  refused: list(z.strictObject({ action: Count, code: Words }), many),
}
/** A priority, tags, a macro and a canned message. */
const maxSuggestions = bounds.tags + 3

/** What each event that rules leave carries, as it is kept. */
export const ruleSchemas: { readonly [T in keyof typeof ruleEvents]: SchemaOf<T> } = {
  advised: {
    data: z.strictObject({
      suggestions: list(
        z.strictObject({
          of: z.enum(['priority', 'tag', 'macro', 'cannedMessage']),
          value: Words,
          confidence: z.number().min(0).max(1),
          followed: z.boolean(),
        }),
        maxSuggestions,
      ),
    }),
    personal: z.strictObject({ reasons: list(list(Line, 10), maxSuggestions) }),
  },
  rule_fired: { data: z.strictObject({ ...firing, kind: z.enum(['trigger', 'macro']) }) },
  time_rule_fired: {
    data: z.strictObject({ ...firing, since: Instant, firings: Count, forgotten: list(Words, many) }),
  },
  rule_loop: {
    data: z.strictObject({
      because: z.enum(['again', 'firings', 'passes', 'time_rules']),
      limit: Count,
      rules: list(Words, 20),
    }),
  },
}

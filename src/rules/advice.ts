import * as z from 'zod'
import { bounds } from '../model/bounds.ts'
import type { Names } from '../model/names.ts'
import { Id, Line, list, Name } from '../model/schema.ts'

/** What somebody, or something, makes of a ticket: a value, how sure it is (0 to 1), and why. */
export interface Suggestion<V extends string = string> {
  readonly value: V
  readonly confidence: number
  readonly reasons?: readonly string[] | undefined
}

/** What an advisor may say of a ticket. */
export type Advice<X extends Names = Names> = {
  readonly priority?: Suggestion<X['priority']> | undefined
  readonly tags?: readonly Suggestion[] | undefined
  readonly macro?: Suggestion<X['macro']> | undefined
  readonly cannedMessage?: Suggestion | undefined
}

const suggestion = <T extends z.ZodType>(value: T) =>
  z.strictObject({ value, confidence: z.number().min(0).max(1), reasons: list(Line, 10).optional() })

export const adviceInput = {
  priority: suggestion(Name).optional(),
  tags: list(suggestion(Name), bounds.tags).optional(),
  macro: suggestion(Id).optional(),
  cannedMessage: suggestion(Id).optional(),
}

const confidence = z.number().min(0).max(1).optional()
/** From which confidence on advice is followed; what is not named is recorded, and never followed. */
export const ThresholdsSchema = z.strictObject({
  priority: confidence,
  tags: confidence,
  macro: confidence,
  cannedMessage: confidence,
})
export type Thresholds = Readonly<z.output<typeof ThresholdsSchema>>

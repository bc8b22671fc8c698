import * as z from 'zod'
import { refuse } from '../errors.ts'
import { isPlainObject } from '../model/json.ts'
import { DurationInput } from '../model/schema.ts'
import type { DurationInput as Duration } from '../time/duration.ts'

/** So many business days after the start of the cycle, in the clock's calendar: 1 to 3,650. */
export interface BusinessDays {
  readonly businessDays: number
}

/** What a target allows: open time, or business days. */
export type AmountInput = Duration | BusinessDays

/** One amount for every priority, or one each with a `default`; null: no target. */
export type Within<P extends string = string> =
  | AmountInput
  | null
  | ({ readonly [Priority in P]?: AmountInput | null } & { readonly default?: AmountInput | null })

/** As a definition compiles it: milliseconds of open time, or business days. */
export type Amount = number | BusinessDays

export const isBusinessDays = (amount: Amount): amount is BusinessDays => typeof amount === 'object'

export const sameAmount = (a: Amount | null, b: Amount | null): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a?.businessDays === b?.businessDays)

const shortestTargetMs = 1_000
export const mostBusinessDays = 3_650
const amountKeys: ReadonlySet<string> = new Set(['hours', 'minutes', 'seconds', 'milliseconds', 'businessDays'])

/** `{ hours: 4 }` is an amount; an object with a key that is no unit of time is a table by priority. */
export const isTable = (value: unknown): value is Record<string, unknown> =>
  isPlainObject(value) && Object.keys(value).some((key) => !amountKeys.has(key))

const OpenTime = DurationInput.check((context) => {
  if (context.value < shortestTargetMs)
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: 'too short',
      params: {
        refusal: refuse('invalid_duration', {
          value: String(context.value),
          reason: 'a target is at least 1 s; write null for none',
        }),
      },
    })
})
const Days = z.strictObject({ businessDays: z.int().min(1).max(mostBusinessDays) })

const parsedBy = <T>(schemaOf: (value: unknown) => z.ZodType<T>) =>
  z.unknown().transform((value, context): T => {
    const parsed = schemaOf(value).safeParse(value)
    if (parsed.success) return parsed.data
    context.issues.push(...(parsed.error.issues as typeof context.issues))
    return z.NEVER
  })

const AmountSchema = parsedBy<Amount>((value) =>
  isPlainObject(value) && Object.hasOwn(value, 'businessDays') ? Days : OpenTime,
)
const Table = z.record(z.string(), AmountSchema.nullable())

export type ParsedWithin = Amount | null | Record<string, Amount | null>

export const WithinSchema = parsedBy<ParsedWithin>((value) =>
  value === null ? z.null() : isTable(value) ? Table : AmountSchema,
)

/** The amount for a priority. */
export function amountFor(within: ParsedWithin, priority: string): Amount | null {
  if (!isTable(within)) return within as Amount | null
  return (Object.hasOwn(within, priority) ? within[priority] : within.default) ?? null
}

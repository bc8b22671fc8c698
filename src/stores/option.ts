import { fail, shown } from '../errors.ts'
import type { Clock } from '../time/clock.ts'

/** What an option of a store may be. */
export interface OptionRule {
  readonly fits: (value: unknown) => boolean
  readonly needs: string
}

const maxPatienceMs = 3_600_000

/** Options that more than one store has. */
export const clockOption: OptionRule = {
  fits: (value) => typeof (value as Clock | null)?.now === 'function',
  needs: 'a clock with a function now is needed',
}
export const patienceOption: OptionRule = {
  fits: (value) => Number.isFinite(value) && (value as number) >= 0 && (value as number) <= maxPatienceMs,
  needs: `milliseconds from 0 to ${maxPatienceMs} are needed`,
}

/**
 * Options as they were given; what is undefined counts as not given.
 * @throws DeskError `invalid_command` with the name of an option that is none
 */
export function checkedOptions<Options extends object>(
  options: Options,
  rules: { readonly [name in keyof Options]-?: OptionRule },
): Options {
  const wrong = (name: string, reason: string) => fail('invalid_command', { reason }, name)
  if (typeof options !== 'object' || options === null)
    throw wrong('options', `a store takes options, not ${shown(options)}`)
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, name)) throw wrong(name.slice(0, 100), 'there is no such option')
    const { fits, needs } = rules[name as keyof Options]
    if (value !== undefined && !fits(value)) throw wrong(name, `${needs}, not ${shown(value)}`)
  }
  return options
}

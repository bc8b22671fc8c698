import {
  type AnyTicketEvent,
  type CommandRequest,
  compileDefinition,
  type Definition,
  type TriggerDefinition,
} from 'ticketwright'

/** A definition from plain data; what is wrong with it fails the test. */
export function deskOf(json: object): Definition {
  const found = compileDefinition(json)
  if ('refusals' in found) throw new Error(JSON.stringify(found.refusals))
  return found.value
}

/** What happened: `type`, or `type by rule`. */
export const told = (events: readonly AnyTicketEvent[]): string[] =>
  events.map(({ type, cause }) => (cause.rule === undefined ? type : `${type} by ${cause.rule}`))

/** The rules that fired, in order. */
export const fired = (events: readonly AnyTicketEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'rule_fired' || event.type === 'time_rule_fired' ? [event.data.rule] : []))

export const loops = (events: readonly AnyTicketEvent[]) =>
  events.flatMap((event) => (event.type === 'rule_loop' ? [event.data] : []))

/** A trigger in short. */
export const trigger = (
  id: string,
  on: TriggerDefinition['on'] | TriggerDefinition['on'][number],
  when: object | undefined,
  does: readonly (CommandRequest | { readonly type: string; readonly [key: string]: unknown })[],
  more: object = {},
) => ({ id, on: [on].flat(), ...(when ? { when } : {}), do: does, ...more })

export const priorityIs = (value: string) => ({ field: 'priority', op: 'is', value })
export const tagged = (...value: string[]) => ({ field: 'tags', op: 'hasAny', value })

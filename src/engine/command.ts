import type * as z from 'zod'
import { type Result, refuse } from '../errors.ts'
import { Actor } from '../model/actor.ts'
import type { CommandRow } from '../model/command-row.ts'
import { isPlainObject } from '../model/json.ts'
import type { Names } from '../model/names.ts'
import { Id, parse } from '../model/schema.ts'
import type { Advice } from '../rules/advice.ts'
import { slaCommands } from '../sla/commands.ts'
import type { SlaPass } from '../sla/slice.ts'
import { workflowCommands } from '../workflow/commands.ts'
import type { WorkflowPass } from '../workflow/pass.ts'
import { adviseCommand } from './advise.ts'
import { macroCommand } from './macro.ts'

const commandRows = { ...workflowCommands, ...slaCommands, ...macroCommand, ...adviseCommand }

/** Commands an application may give; the others are halves of one that the desk performs as a whole, or a rule's. */
const { receiveMerge: _receiveMerge, sayPriority: _sayPriority, ...publicRows } = commandRows

type Rows = typeof publicRows
export type CommandType = keyof Rows
/** A row that takes nothing has an index signature, which would forbid `type`, too. */
type InputOf<T extends CommandType> = string extends keyof z.input<Rows[T]['schema']>
  ? object
  : z.input<Rows[T]['schema']>

/**
 * Narrows the fields that name a status, a priority, a macro, a level, a metric or a
 * calendar to the names of the definition.
 */
type Named<Input, X extends Names> = {
  [K in keyof Input]: K extends 'status'
    ? X['status'] | Extract<Input[K], undefined>
    : K extends 'priority'
      ? X['priority'] | Extract<Input[K], undefined | null>
      : K extends 'macro'
        ? X['macro'] | Extract<Input[K], undefined>
        : K extends 'level'
          ? X['level'] | Extract<Input[K], undefined | null>
          : K extends 'metric'
            ? X['metric']
            : K extends 'until'
              ? UntilIn<Input[K], X['calendar']>
              : Input[K]
}

/** The same with calendars of the definition. */
type UntilIn<Until, C extends string> = Until extends { nextOpening: string }
  ? { readonly nextOpening: C }
  : Until extends { calendar: string }
    ? Omit<Until, 'calendar'> & { readonly calendar: C }
    : Until

/** What a command of a type takes. */
export type CommandInput<T extends CommandType, X extends Names = Names> = T extends 'advise'
  ? Advice<X>
  : Named<InputOf<T>, X>

/** A command as an application writes it: `{ type: 'reply', body: '…' }`. */
export type CommandRequest<X extends Names = Names> = {
  [T in CommandType]: { readonly type: T } & CommandInput<T, X>
}[CommandType]

/** A checked command, on its way to `decide`. */
export interface Command {
  /** Makes it idempotent: the same id does the same thing once. */
  readonly id: string
  readonly ticketId: string
  readonly actor: Actor
  readonly type: keyof typeof commandRows
  readonly input: object
}

export const commandTypes = Object.keys(publicRows) as readonly CommandType[]

export const commandRow = (type: Command['type']): CommandRow<WorkflowPass & SlaPass> =>
  commandRows[type] as unknown as CommandRow<WorkflowPass & SlaPass>

/**
 * Checks a command from outside: shape, keys, bounds, text. Names of statuses and the like are checked by `decide`.
 * Refusals: `invalid_command`, `too_large`, `invalid_text`, `forbidden_key`,
 * `invalid_instant`, `invalid_duration`, with the path.
 */
export function parseCommand(
  request: CommandRequest | { readonly type: string },
  by: { readonly id: string; readonly ticketId: string; readonly actor: Actor },
): Result<Command> {
  if (!isPlainObject(request) || typeof request.type !== 'string' || !Object.hasOwn(publicRows, request.type))
    return {
      ok: false,
      error: refuse('invalid_command', { reason: `type must be one of ${commandTypes.join(', ')}` }, 'type'),
    }
  const { type, ...fields } = request as { type: CommandType } & Record<string, unknown>
  const id = parse(Id, by.id, 'invalid_command', 'commandId')
  if (!id.ok) return id
  const ticketId = parse(Id, by.ticketId, 'invalid_command', 'ticketId')
  if (!ticketId.ok) return ticketId
  const actor = parse<Actor>(Actor, by.actor, 'invalid_command', 'actor')
  if (!actor.ok) return actor
  const input = parse<unknown>(commandRow(type).schema, fields, 'invalid_command')
  return input.ok
    ? {
        ok: true,
        value: { id: id.value, ticketId: ticketId.value, actor: actor.value, type, input: input.value as object },
      }
    : input
}

import { type Refusal, refuse } from '../errors.ts'
import { type Json, type JsonObject, joinPath } from '../model/json.ts'
import type { Names } from '../model/names.ts'
import { findIssues, Id } from '../model/schema.ts'
import type { ReadCommand } from '../rules/definition.ts'
import type { CommandPlan } from '../rules/rule.ts'
import type { WorkflowSlice } from '../workflow/pass.ts'
import { type CommandInput, type CommandType, commandRow } from './command.ts'

/** Commands that a trigger or a time rule may give. It writes to nobody: that is an effect. */
export const ruleCommands = [
  'setStatus',
  'postpone',
  'wake',
  'resolve',
  'close',
  'reopen',
  'setPriority',
  'unsetPriority',
  'assign',
  'unassign',
  'transfer',
  'escalate',
  'addFollower',
  'removeFollower',
  'addCollaborator',
  'removeCollaborator',
  'setFields',
  'tag',
  'untag',
  'note',
  'signal',
  'applySla',
] as const satisfies readonly CommandType[]

/** What somebody may do by macro besides: answer, and submit several things at once. */
export const macroCommands = [...ruleCommands, 'reply', 'update'] as const satisfies readonly CommandType[]

type RuleCommand = (typeof ruleCommands)[number]
type MacroCommand = (typeof macroCommands)[number]

/** The names of a definition that commands of rules may name. */
interface ActionNames {
  readonly status: string
  readonly priority: string
  readonly level: string
  readonly calendar: string
}

type ActionOf<T extends CommandType, X extends ActionNames> = {
  [One in T]: { readonly type: One } & CommandInput<One, Names & X>
}[T]
/** A note or an answer in the words of a canned message. */
type Canned<T extends CommandType, K extends string> = { readonly type: T; readonly canned: K }
/** A command as triggers and time rules give it. */
export type RuleAction<X extends ActionNames, K extends string> =
  | ActionOf<Exclude<RuleCommand, 'setPriority' | 'unsetPriority'>, X>
  | (ActionOf<'setPriority' | 'unsetPriority', X> & {
      /** Stronger than the matrix, tags and other rules; weaker than what is set by hand. */
      readonly force?: boolean | undefined
    })
  | Canned<'note', K>
/** A command as a macro gives it. */
export type MacroAction<X extends ActionNames, K extends string> =
  | ActionOf<MacroCommand, X>
  | Canned<'note' | 'reply', K>

/** Commands whose body a canned message may give. */
export const takesCanned: ReadonlySet<string> = new Set(['note', 'reply'])

interface Known extends Pick<WorkflowSlice, 'workflow' | 'priorities' | 'tags' | 'calendarIds'> {
  readonly levels: readonly string[]
}

/** Reads the commands among a rule's actions: they are checked as any other, and so are the names that they give. */
export function commandReader(known: Known): ReadCommand {
  return (action, use, path) => {
    const { type, canned, force, ...input } = action as Record<string, unknown> & { type: string }
    const allowed: readonly string[] = use === 'macro' ? macroCommands : ruleCommands
    if (!allowed.includes(type))
      return {
        refusals: [
          refuse('unknown_name', { what: 'action', name: type.slice(0, 100), known: allowed }, joinPath(path, 'type')),
        ],
      }
    const forced = use === 'rule' && (type === 'setPriority' || type === 'unsetPriority') ? force : undefined
    const unknownKey = (key: string) => ({
      refusals: [refuse('invalid_definition', { reason: `unknown key ${key}` }, joinPath(path, key))],
    })
    if (force !== undefined && (forced === undefined || typeof forced !== 'boolean')) return unknownKey('force')
    if (canned !== undefined && (!takesCanned.has(type) || input.body !== undefined)) return unknownKey('canned')
    const named =
      canned === undefined
        ? { value: undefined }
        : findIssues(Id, canned, 'invalid_definition', joinPath(path, 'canned'))
    if ('refusals' in named) return named
    const parsed = findIssues(commandRow(type as CommandType).schema, input, 'invalid_definition', path)
    if ('refusals' in parsed) return parsed
    const refusals = unknownNames(type, parsed.value as Record<string, unknown>, known, path)
    if (refusals.length > 0) return { refusals }
    const plan = planOf(type, withoutUndefined(parsed.value as object), use, forced === true)
    return { value: named.value === undefined ? plan : { ...plan, canned: named.value } }
  }
}

/** A priority that a rule says is not one set by hand, which would silence every other source. */
function planOf(type: string, input: JsonObject, use: 'rule' | 'macro', force: boolean): CommandPlan {
  return use === 'macro' ? { type, input } : saying(force ? 'forced' : 'rule', { type, input })
}

/** A plan whose priority is said by a source other than somebody's hand. */
export function saying(source: 'forced' | 'rule' | 'advisor', plan: CommandPlan): CommandPlan {
  const { type, input } = plan
  if (type !== 'setPriority' && type !== 'unsetPriority') return plan
  const { priority = null, ...more } = input
  return { ...plan, type: 'sayPriority', written: type, input: { ...more, priority, source } }
}

const withoutUndefined = (input: object): JsonObject =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as { [key: string]: Json }

function unknownNames(type: string, input: Record<string, unknown>, known: Known, path: string): Refusal[] {
  const { status, priority, until, level } = input
  const { workflow, priorities, tags, calendarIds, levels } = known
  const check = (what: string, name: unknown, names: readonly string[], key: string): Refusal[] =>
    typeof name !== 'string' || names.includes(name)
      ? []
      : [refuse('unknown_name', { what, name, known: names }, `${path}.${key}`)]
  const statuses = workflow.statuses.filter(({ kind }) => fits(type, kind)).map(({ name }) => name)
  const calendar = (until ?? {}) as { nextOpening?: string; calendar?: string }
  const added =
    type === 'tag' ? input.tags : type === 'update' ? (input.tags as { add?: unknown } | undefined)?.add : []
  return [
    ...check('status', status, statuses, 'status'),
    ...check(
      'priority',
      priority,
      priorities.map(({ name }) => name),
      'priority',
    ),
    ...check('level', level, levels, 'level'),
    ...check('calendar', calendar.nextOpening, calendarIds, 'until.nextOpening'),
    ...check('calendar', calendar.calendar, calendarIds, 'until.calendar'),
    ...((added ?? []) as string[]).flatMap((tag, i) =>
      tags.accepts(tag) ? [] : [unacceptable(tags, tag, `${path}.tags${type === 'update' ? '.add' : ''}[${i}]`)],
    ),
  ]
}

const unacceptable = (tags: Known['tags'], tag: string, path: string): Refusal => {
  const archived = tags.find(tag)
  return archived
    ? refuse('tag_archived', { tag: archived.name }, path)
    : refuse('unknown_name', { what: 'tag', name: tag, known: tags.tags.map(({ name }) => name) }, path)
}

/** `resolve` takes a status of its kind, and so on; everything else takes any. */
const fits = (type: string, kind: string): boolean => {
  const kindOf: Readonly<Record<string, string>> = {
    postpone: 'postponed',
    resolve: 'resolved',
    close: 'closed',
    reopen: 'open',
  }
  return !Object.hasOwn(kindOf, type) || kindOf[type] === kind
}

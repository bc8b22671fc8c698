import * as z from 'zod'
import { DeskError, type Refusal, refuse } from '../errors.ts'
import { copyJson, deepFreeze, joinPath } from '../model/json.ts'
import { type StatusKind, statusKinds } from '../model/names.ts'
import { DurationInput, findIssues, Name } from '../model/schema.ts'
import type { DurationInput as Duration } from '../time/duration.ts'
import { movesByKind, type Reaction, reactions, reactionsByKind, type Status } from './status.ts'

/** A workflow as data. Only `statuses` is needed; everything else has the standard answer. */
export interface WorkflowDefinition<S extends string = string> {
  readonly statuses: readonly Status<S>[]
  /** Statuses a ticket may be opened in. Default: all of kind new, open, resolved and closed. */
  readonly initial?: readonly NoInfer<S>[] | undefined
  /** Replaces the row of the standard table for a status: where a ticket may go from it. */
  readonly moves?: { readonly [From in NoInfer<S>]?: readonly NoInfer<S>[] } | undefined
  /** Replaces the standard reaction for a status: where a message takes a ticket from it. */
  readonly reactions?: { readonly [R in Reaction]?: { readonly [From in NoInfer<S>]?: NoInfer<S> } } | undefined
  /** How long after leaving work a requester's message reopens. Default 720 h; null: for ever; 0: never. */
  readonly reopen?: { readonly within: Duration | null } | undefined
  /** How long after Resolved a ticket closes by itself. Default 120 h; null: never. */
  readonly autoClose?: { readonly after: Duration | null } | undefined
}

/** A checked workflow. `definition` is the plain data it was made from. */
export interface Workflow<S extends string = string> {
  readonly definition: WorkflowDefinition<S>
  readonly statuses: readonly Status<S>[]
  readonly initial: readonly S[]
  /** null: for ever. */
  readonly reopenWithinMs: number | null
  /** null: never. */
  readonly autoCloseAfterMs: number | null
  readonly statusNamed: (name: string) => Status<S> | undefined
  readonly defaultOf: (kind: StatusKind) => Status<S> | undefined
  /** Where a ticket may go from a status; a status that an older definition knew goes by its kind. */
  readonly movesFrom: (status: string, kind: StatusKind) => readonly S[]
  /** Where a message takes a ticket; undefined: it stays. */
  readonly reactionTo: (reaction: Reaction, status: string, kind: StatusKind) => Status<S> | undefined
}

const StatusSchema = z.strictObject({
  name: Name,
  kind: z.enum(statusKinds),
  label: Name.optional(),
  default: z.boolean().optional(),
})
const ByStatus = <T extends z.ZodType>(to: T) => z.record(z.string(), to)

export const WorkflowSchema = z.strictObject({
  statuses: z.array(StatusSchema).min(1).max(200),
  initial: z.array(Name).min(1).optional(),
  moves: ByStatus(z.array(Name)).optional(),
  reactions: z
    .strictObject({ agentReply: ByStatus(Name).optional(), requesterMessage: ByStatus(Name).optional() })
    .optional(),
  reopen: z.strictObject({ within: z.nullable(DurationInput) }).optional(),
  autoClose: z.strictObject({ after: z.nullable(DurationInput) }).optional(),
})

const day = 24 * 3_600_000
const defaultReopenWithin = 30 * day
const defaultAutoCloseAfter = 5 * day
const requiredKinds = ['new', 'open', 'resolved'] as const

/**
 * Checks and compiles a workflow.
 * @throws DeskError with every finding in `issues`: `unknown_name`, `duplicate_name`, `missing_kind`,
 * `unreachable_status`, `invalid_definition`
 */
export function defineWorkflow<const S extends string>(definition: WorkflowDefinition<S>): Workflow<S> {
  const found = compileWorkflow(definition)
  if ('refusals' in found) throw new DeskError(found.refusals[0] as Refusal, found.refusals)
  return found.value as unknown as Workflow<S>
}

/** As `defineWorkflow`, from any value, with findings instead of an error. */
export function compileWorkflow(
  definition: unknown,
  path = '',
): { readonly value: Workflow } | { readonly refusals: readonly Refusal[] } {
  const parsed = findIssues(WorkflowSchema, definition, 'invalid_definition', path)
  if ('refusals' in parsed) return parsed
  const refusals = [...checkStatuses(parsed.value.statuses, path), ...checkReferences(parsed.value, path)]
  if (refusals.length > 0) return { refusals }
  const workflow = compile(parsed.value, definition as WorkflowDefinition)
  const unreachable = checkReachable(workflow, path)
  return unreachable.length > 0 ? { refusals: unreachable } : { value: workflow }
}

type Parsed = z.output<typeof WorkflowSchema>

function checkStatuses(statuses: Parsed['statuses'], path: string): Refusal[] {
  const at = (i: number) => `${joinPath(path, 'statuses')}[${i}]`
  const refusals: Refusal[] = []
  for (const [i, status] of statuses.entries()) {
    if (statuses.findIndex((other) => other.name === status.name) < i)
      refusals.push(refuse('duplicate_name', { what: 'status', name: status.name }, `${at(i)}.name`))
    if (status.default && statuses.findIndex((other) => other.default && other.kind === status.kind) < i)
      refusals.push(refuse('duplicate_name', { what: 'default status of kind', name: status.kind }, `${at(i)}.default`))
  }
  for (const kind of requiredKinds)
    if (!statuses.some((status) => status.kind === kind))
      refusals.push(refuse('missing_kind', { kind }, joinPath(path, 'statuses')))
  return refusals
}

/** Every place where a status is named. */
function checkReferences(definition: Parsed, path: string): Refusal[] {
  const known = definition.statuses.map((status) => status.name)
  const named: [name: string, path: string][] = []
  for (const [i, name] of (definition.initial ?? []).entries()) named.push([name, `initial[${i}]`])
  for (const [from, to] of Object.entries(definition.moves ?? {})) {
    named.push([from, joinPath('moves', from)])
    for (const [i, name] of to.entries()) named.push([name, `${joinPath('moves', from)}[${i}]`])
  }
  for (const reaction of reactions)
    for (const [from, to] of Object.entries(definition.reactions?.[reaction] ?? {})) {
      const at = joinPath(`reactions.${reaction}`, from)
      named.push([from, at], [to, at])
    }
  return named
    .filter(([name]) => !known.includes(name))
    .map(([name, at]) => refuse('unknown_name', { what: 'status', name, known }, path === '' ? at : `${path}.${at}`))
}

function compile(parsed: Parsed, definition: WorkflowDefinition): Workflow {
  const { statuses } = parsed
  const byName = new Map(statuses.map((status) => [status.name, status]))
  const defaults = new Map(
    statusKinds.map((kind) => [
      kind,
      statuses.find((s) => s.kind === kind && s.default) ?? statuses.find((s) => s.kind === kind),
    ]),
  )
  const moves = new Map<string, readonly string[]>(Object.entries(parsed.moves ?? {}))
  const ofKinds = (kinds: readonly StatusKind[], except: string) =>
    statuses.filter((s) => kinds.includes(s.kind) && s.name !== except).map((s) => s.name)
  const own = (reaction: Reaction, status: string): string | undefined => {
    const table = parsed.reactions?.[reaction] ?? {}
    return Object.hasOwn(table, status) ? table[status] : undefined
  }
  return Object.freeze({
    definition: deepFreeze(copyJson(definition)),
    statuses: deepFreeze(statuses),
    initial: Object.freeze(
      parsed.initial ??
        statuses.filter((s) => ['new', 'open', 'resolved', 'closed'].includes(s.kind)).map((s) => s.name),
    ),
    reopenWithinMs: parsed.reopen === undefined ? defaultReopenWithin : parsed.reopen.within,
    autoCloseAfterMs: parsed.autoClose === undefined ? defaultAutoCloseAfter : parsed.autoClose.after,
    statusNamed: (name: string) => byName.get(name),
    defaultOf: (kind: StatusKind) => defaults.get(kind),
    movesFrom: (status: string, kind: StatusKind) => moves.get(status) ?? ofKinds(movesByKind[kind], status),
    reactionTo: (reaction: Reaction, status: string, kind: StatusKind) => {
      const to = own(reaction, status)
      const toKind = reactionsByKind[reaction][kind]
      const target = to !== undefined ? byName.get(to) : toKind && defaults.get(toKind)
      // a closed status that may not be left is a dead end for messages as well
      if (kind === 'closed' && target && moves.get(status)?.includes(target.name) === false) return undefined
      return target?.name === status ? undefined : target
    },
  })
}

/** Follows moves and reactions from the initial statuses; what is never met is a mistake. */
function checkReachable(workflow: Workflow, path: string): Refusal[] {
  const met = new Set<string>(workflow.initial)
  for (const name of met) {
    const status = workflow.statusNamed(name)
    if (!status) continue
    for (const next of workflow.movesFrom(name, status.kind)) met.add(next)
    for (const reaction of reactions) {
      const next = workflow.reactionTo(reaction, name, status.kind)
      if (next) met.add(next.name)
    }
    const byTime =
      status.kind === 'postponed'
        ? workflow.defaultOf('open')
        : status.kind === 'resolved' && workflow.autoCloseAfterMs !== null
          ? workflow.defaultOf('closed')
          : undefined
    if (byTime) met.add(byTime.name)
  }
  return workflow.statuses.flatMap((status, i) =>
    met.has(status.name)
      ? []
      : [refuse('unreachable_status', { status: status.name }, `${joinPath(path, 'statuses')}[${i}]`)],
  )
}

/** New → Answered → Open → Postponed → Resolved → Closed, as LiveAgent has them. */
export const standardWorkflow = /* @__PURE__ */ defineWorkflow({
  statuses: [
    { name: 'New', kind: 'new' },
    { name: 'Answered', kind: 'answered' },
    { name: 'Open', kind: 'open' },
    { name: 'Postponed', kind: 'postponed' },
    { name: 'Resolved', kind: 'resolved' },
    { name: 'Closed', kind: 'closed' },
  ],
})
export type StandardStatus = (typeof standardWorkflow)['statuses'][number]['name']

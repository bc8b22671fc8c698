import { type CommandType, parseCommand } from '../engine/command.ts'
import { fail, shown, unwrap } from '../errors.ts'
import type { Actor } from '../model/actor.ts'
import { parse } from '../model/schema.ts'
import { amended } from './amended.ts'
import { advised } from './ask-advisor.ts'
import type { Submission } from './commit.ts'
import { type DryRun, dryRun } from './dry-run.ts'
import { merge } from './merge.ts'
import { type CommandOptions, CommandOptionsSchema, type DeskContext, type Outcome } from './options.ts'
import { perform } from './perform.ts'

/** A command as it comes in, not checked yet. */
export type Request = { readonly type: string; readonly [field: string]: unknown }

/** What a method was given, as a command: spread, a list or null would pass for an empty object. */
export function requestOf(type: CommandType, details: unknown = {}, named: unknown = {}): Request {
  for (const given of [details, named])
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw fail('invalid_command', { reason: `${type} takes an object, not ${shown(given)}` })
  return { ...(details as object), ...(named as object), type }
}

/** Checks the command at the door, then performs it; a merge changes two tickets. */
export async function submit(
  desk: DeskContext,
  actor: Actor,
  addressedTo: string | null,
  request: Request,
  options: CommandOptions = {},
  asked?: unknown,
): Promise<Outcome> {
  const { command, given } = await checkedCommand(desk, actor, addressedTo, request, options, asked)
  const outcome = await (command.type === 'merge' ? merge(desk, command, given) : perform(desk, command, given))
  const told = await advised(desk, outcome)
  // one that changes nothing may have brought facts of time to light all the same
  return told.repeated ? told : withAgent(desk, told)
}

/** Whoever the desk finds for the ticket by itself, and the ticket as it is then. */
async function withAgent(desk: DeskContext, outcome: Outcome): Promise<Outcome> {
  const routed = await desk.routeAfter(outcome.ticket.id, outcome.events)
  return routed ? amended(outcome, { ticket: routed.ticket ?? outcome.ticket, routed: routed.proposal }) : outcome
}

/** As `submit`, but nothing is saved: what it would lead to, and which rules would have a hand in it. */
export async function tryOut(
  desk: DeskContext,
  actor: Actor,
  addressedTo: string | null,
  request: Request,
  options: CommandOptions = {},
): Promise<DryRun> {
  const { command, given } = await checkedCommand(desk, actor, addressedTo, request, options)
  return dryRun(desk, command, given)
}

async function checkedCommand(
  desk: DeskContext,
  actor: Actor,
  addressedTo: string | null,
  request: Request,
  options: CommandOptions,
  asked?: unknown,
): Promise<{ readonly command: Submission; readonly given: CommandOptions }> {
  const given = unwrap(parse<CommandOptions>(CommandOptionsSchema, options, 'invalid_command', 'options'))
  const by = { ticketId: addressedTo ?? desk.ids(), id: given.commandId ?? desk.ids(), actor }
  const parsed = unwrap(parseCommand(request, by))
  const command: Submission = { ...parsed, addressedTo, ...(asked === undefined ? {} : { asked }) }
  const { lease } = given
  if (lease && (lease.ticketId !== addressedTo || lease.holder !== actor.id))
    throw fail('lease_lost', { ticketId: command.ticketId, holder: actor.id }, 'options.lease')
  if (command.type !== 'merge') await checkLinks(desk, command)
  return { command, given }
}

/** A ticket links only to tickets that are there. */
async function checkLinks(desk: DeskContext, { type, input }: Submission): Promise<void> {
  const { to, parent, followUpOf, related = [] } = input as OpenLinks & { readonly to?: string }
  const links = type === 'link' ? { to } : type === 'open' ? { parent, followUpOf } : {}
  const named: (readonly [path: string, id: string | undefined])[] = [
    ...Object.entries(links),
    ...(type === 'open' ? related.map((id, i) => [`related[${i}]`, id] as const) : []),
  ]
  for (const [path, id] of named)
    if (id !== undefined && !(await desk.store.load(desk.tenant, id)).row)
      throw fail('ticket_not_found', { ticketId: id }, path)
}

interface OpenLinks {
  readonly parent?: string
  readonly followUpOf?: string
  readonly related?: readonly string[]
}

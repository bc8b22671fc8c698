import type { AnyTicketEvent } from '../../src/model/ticket-event.ts'
import { judge, type Tables } from '../crash/judge.ts'
import { definition, dueId, factsOf, hotId } from './definition.ts'
import type { Claim, Given, Said } from './protocol.ts'

/** What is there when all have finished. */
export interface Ground {
  readonly tables: Tables
  /** Ids of commands that stand in the application's own table. */
  readonly ownRows: ReadonlySet<string>
  readonly hot: number
  readonly due: number
}

/** A sentence for everything that is not as if all had come one after the other. */
export function judgeContest(ground: Ground, said: readonly Said[]): string[] {
  const events = Map.groupBy(ground.tables.events, ({ ticketId }) => ticketId)
  return [
    ...said.flatMap(({ wrong, feed }) => [...wrong, ...feed.wrong]),
    ...judge(
      ground.tables,
      said.flatMap(({ acknowledged }) => acknowledged),
      { definition },
    ),
    ...claimsWrong(ground, said),
    ...raisedWrong(ground, said),
    ...[...events].flatMap(([ticketId, log]) => [...doneTwice(ticketId, log), ...writtenOver(ticketId, log)]),
    ...factsMissing(ground, events),
    ...feedWrong(ground, said),
    ...refusedAndDone(ground, said),
    ...apartFromTheirRow(ground, said),
    ...effectsWrong(ground, said),
  ]
}

/** One holder at a time, by tokens: of those in a row the next began when the one before had ended. */
function claimsWrong({ tables: { tokens } }: Ground, said: readonly Said[]): string[] {
  const wrong: string[] = []
  const claims = Map.groupBy(
    said.flatMap((one) => one.claims),
    ({ ticketId }) => ticketId,
  )
  for (const ticketId of new Set([...claims.keys(), ...tokens.keys()])) {
    const inOrder = (claims.get(ticketId) ?? []).sort((a, b) => a.token - b.token)
    if (tokens.get(ticketId) !== inOrder.length)
      wrong.push(`${ticketId} has been claimed ${inOrder.length} times, its token is ${tokens.get(ticketId)}`)
    for (const [i, claim] of inOrder.entries()) {
      const next: Claim | undefined = inOrder[i + 1]
      if (claim.token !== i + 1) wrong.push(`token ${claim.token} of ${ticketId} is number ${i + 1} of those granted`)
      if (!next) continue
      if (!claim.ended && claim.holder !== next.holder && next.at < claim.until)
        wrong.push(`${ticketId} was ${claim.holder}'s until ${claim.until}, and given to ${next.holder} at ${next.at}`)
      if (claim.wrote.some((version) => version > next.seen))
        wrong.push(`${claim.holder} wrote to ${ticketId} after ${next.holder} had taken it`)
    }
  }
  return wrong
}

function raisedWrong({ tables, hot }: Ground, said: readonly Said[]): string[] {
  const tickets = new Map(tables.tickets.map(({ id, ticket }) => [id, ticket]))
  return Array.from({ length: hot }, (_, i) => hotId(i)).flatMap((ticketId) => {
    const raised = said.reduce((sum, one) => sum + (one.raised[ticketId] ?? 0), 0)
    const kept = JSON.parse(tickets.get(ticketId) ?? '{}').fields?.number ?? 0
    return kept === raised ? [] : [`the number on ${ticketId} was raised ${raised} times, and is ${kept}`]
  })
}

/** Which fact of time an event tells of. A ticket wakes each time it was postponed. */
const keyOf = ({ cause, type, at }: AnyTicketEvent): string | null => {
  if (cause.kind !== 'time' || cause.rule !== undefined || typeOf[cause.fact] !== type) return null
  return `${cause.fact} ${type === 'status_changed' ? at : cause.key}`
}

/** The event that says of a fact that it was so. */
const typeOf: Readonly<Record<string, AnyTicketEvent['type']>> = {
  wake: 'status_changed',
  auto_close: 'status_changed',
  step: 'sla_step_reached',
  breach: 'sla_breached',
}

function doneTwice(ticketId: string, log: readonly AnyTicketEvent[]): string[] {
  const seen = new Set<string>()
  return log.flatMap((event) => {
    const key = keyOf(event)
    if (key === null || !seen.has(key)) {
      if (key !== null) seen.add(key)
      return []
    }
    return [`${ticketId} has its ${key} twice`]
  })
}

/** Each event was decided on what the one before had left. */
function writtenOver(ticketId: string, log: readonly AnyTicketEvent[]): string[] {
  const wrong: string[] = []
  let [status, messages] = ['', 0]
  for (const { type, data, version } of log)
    switch (type) {
      case 'ticket_opened':
        status = data.status
        break
      case 'status_changed':
        if (data.from !== status) wrong.push(`${ticketId} goes from ${data.from} at ${version}, and was ${status}`)
        status = data.status
        break
      case 'message_added':
        messages += 1
        if (data.messages !== messages) wrong.push(`${ticketId} counts ${data.messages} messages of ${messages}`)
        break
    }
  return wrong
}

function factsMissing({ due }: Ground, events: ReadonlyMap<string, readonly AnyTicketEvent[]>): string[] {
  return Array.from({ length: due }, (_, i) => i).flatMap((i) => {
    const log = events.get(dueId(i)) ?? []
    return factsOf(i).flatMap((fact) => {
      const count = log.filter((event) => keyOf(event)?.startsWith(`${fact} `)).length
      return count === 1 ? [] : [`${dueId(i)} has its ${fact} ${count} times`]
    })
  })
}

/** Whoever read along has seen what is there. That each ticket's versions came in order was seen by the reader. */
function feedWrong({ tables }: Ground, said: readonly Said[]): string[] {
  return said.flatMap(({ feed }) => {
    const behind = tables.tickets.filter(({ id, row }) => feed.versions[id] !== row.version)
    const missed = tables.events.length - feed.events
    return [
      ...(missed === 0 ? [] : [`a reader of the feed has seen ${feed.events} events of ${tables.events.length}`]),
      ...behind
        .slice(0, 5)
        .map(({ id, row }) => `a reader has ${id} at ${feed.versions[id]} instead of ${row.version}`),
    ]
  })
}

function refusedAndDone({ tables }: Ground, said: readonly Said[]): string[] {
  const there = new Set(tables.receipts.map(({ commandId }) => commandId))
  return said
    .flatMap(({ refused }) => refused)
    .filter((commandId) => there.has(commandId))
    .map((commandId) => `${commandId} was refused, and is there`)
}

/** A transaction saves the command and the row, or neither. */
function apartFromTheirRow({ tables, ownRows }: Ground, said: readonly Said[]): string[] {
  const there = new Set(tables.receipts.map(({ commandId }) => commandId))
  const saved = new Set(said.flatMap(({ withRow }) => withRow))
  return [
    ...[...saved].filter((id) => !ownRows.has(id)).map((id) => `${id} was saved, and its row is not there`),
    ...[...ownRows].filter((id) => !saved.has(id)).map((id) => `${id} has a row, and was not saved`),
    ...[...ownRows].filter((id) => !there.has(id)).map((id) => `${id} has a row, and is not there itself`),
  ]
}

/**
 * Nobody dies here, so that what may come twice comes once: each is given to somebody and
 * settled, one of a ticket at a time.
 */
function effectsWrong({ tables }: Ground, said: readonly Said[]): string[] {
  const given = said.flatMap(({ delivered }) => delivered)
  const times = Map.groupBy(given, ({ effectId }) => effectId)
  return [
    ...[...times].flatMap(([id, { length }]) => (length === 1 ? [] : [`effect ${id} was given out ${length} times`])),
    ...tables.effects.filter(({ id }) => !times.has(id)).map(({ id }) => `effect ${id} was given to nobody`),
    ...tables.effects
      .filter(({ id, settled }) => settled !== 1 && times.has(id))
      .map(({ id }) => `effect ${id} was delivered, and is not settled`),
    ...[...Map.groupBy(given, ({ ticketId }) => ticketId).values()].flatMap(mixed),
  ]
}

/** Effects of one ticket that were under way at the same time. */
function mixed(ofTicket: readonly Given[]): string[] {
  const inOrder = [...ofTicket].sort((a, b) => a.from - b.from)
  return inOrder.flatMap((one, i) => {
    const next = inOrder[i + 1]
    return next && next.from < one.until
      ? [`${one.effectId} and ${next.effectId} of ${one.ticketId} were under way at once`]
      : []
  })
}

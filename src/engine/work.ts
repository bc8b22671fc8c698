import type { Refusal } from '../errors.ts'
import type { Actor } from '../model/actor.ts'
import type { Cause } from '../model/event.ts'
import { deepFreeze } from '../model/json.ts'
import type { Ticket, TicketDraft } from '../model/ticket.ts'
import type { AnyTicketEvent, TicketEventType } from '../model/ticket-event.ts'
import { targetFacts } from '../sla/allowance.ts'
import { matchLevel, rulesReadChange, switchTargets, takeEvents } from '../sla/clocks.ts'
import type { SlaPass } from '../sla/slice.ts'
import type { WorkflowPass } from '../workflow/pass.ts'
import { eventRows } from './event.ts'
import { applyEvent, replay, stages } from './evolve.ts'
import type { Timeline } from './timeline.ts'

/** What both rooms are given: the ticket as it stands, the definition in force, and the means to add an event. */
export type EnginePass = WorkflowPass & SlaPass

export interface WorkOptions {
  readonly timeline: Timeline
  readonly tenant: string
  readonly recordedAt: number | undefined
  /** The log of the ticket, where it was asked for (`history_needed`). */
  readonly history: readonly unknown[] | undefined
}

/**
 * One ticket being worked on: a private copy, changed event by event through the rows, frozen once at
 * the end. Rows replace what they change and never write inside it, so a shallow copy is private enough.
 */
export class Work {
  readonly draft: TicketDraft
  readonly events: AnyTicketEvent[] = []
  readonly options: WorkOptions

  constructor(ticket: Ticket | null, options: WorkOptions) {
    this.draft = { ...ticket } as TicketDraft
    this.options = options
  }

  /** Works out one cause: what it does, then what the SLA makes of that (SEMANTICS §6, steps 1, 3 and 4). */
  run(
    cause: Cause,
    ticketId: string,
    actor: Actor,
    at: number,
    revision: number,
    act: (pass: EnginePass) => Refusal | undefined,
  ): Refusal | undefined {
    const { draft, events } = this
    const pass = this.#pass(cause, ticketId, actor, at, revision)
    const before = { ...draft }
    const first = events.length
    const refusal = act(pass)
    if (refusal || events.length === first) return refusal
    const happened = events.slice(first)
    if (happened[0]?.type === 'ticket_opened') {
      matchLevel(pass)
      takeEvents(pass, stages(before, happened), targetFacts(draft))
      return undefined
    }
    takeEvents(pass, stages(before, happened), targetFacts(before))
    if (rulesReadChange(pass.definition, before, draft)) matchLevel(pass)
    if (before.sla !== draft.sla || before.priority !== draft.priority || before.requester !== draft.requester)
      switchTargets(pass, targetFacts(before))
    return undefined
  }

  /** The ticket so far, frozen: nothing may be added after this. */
  finish(): Ticket {
    for (const event of this.events) deepFreeze(event)
    return deepFreeze(this.draft as Ticket)
  }

  #pass(cause: Cause, ticketId: string, actor: Actor, at: number, revision: number): EnginePass {
    const { draft, events, options } = this
    const definition = options.timeline.at(at)
    const { history } = options
    return {
      definition,
      versions: options.timeline,
      ticketId,
      ticket: draft,
      at,
      actor,
      cause,
      past: history && (() => replay([...history, ...events])),
      emit: (type: TicketEventType, data: unknown, personal?: unknown) => {
        const version = (draft.version ?? 0) + 1
        const event = {
          id: `${ticketId}:${version}`,
          ticketId,
          tenant: options.tenant,
          version,
          revision,
          type,
          v: eventRows[type].v,
          at,
          recordedAt: options.recordedAt ?? at,
          actor: { kind: actor.kind, id: actor.id },
          cause,
          definitionVersion: definition.version,
          data,
          ...(personal === undefined ? {} : { personal }),
        } as unknown as AnyTicketEvent
        events.push(event)
        applyEvent(draft, event)
      },
    }
  }
}

import { advance } from '../../engine/advance.ts'
import { type Command, type CommandRequest, parseCommand } from '../../engine/command.ts'
import { decide } from '../../engine/decide.ts'
import type { Definitions } from '../../engine/timeline.ts'
import { fail, type Refusal, shown } from '../../errors.ts'
import type { Actor } from '../../model/actor.ts'
import type { Ticket } from '../../model/ticket.ts'
import type { AnyTicketEvent } from '../../model/ticket-event.ts'
import { type DurationInput, toDuration } from '../../time/duration.ts'
import { type InstantInput, toInstant } from '../../time/instant.ts'

/** Somebody asks for something, at an instant. */
export interface HistoryStep {
  readonly at: InstantInput
  readonly actor: Actor
  readonly request: CommandRequest | { readonly type: string }
}

/** One ticket's life, in order of time; the first step opens it. */
export type History = readonly HistoryStep[]

export interface TellOptions {
  /** How far time goes on after the last step; not at all unless given. */
  readonly after?: DurationInput | undefined
  /** How often somebody stores what time alone has caused, at most 600,000 times; only steps do unless given. */
  readonly pollEvery?: DurationInput | undefined
}

/** Polls of one history: enough for every minute of a year. */
const maxPolls = 600_000

/** What became of a history. */
export interface Told {
  readonly ticket: Ticket | null
  readonly events: readonly AnyTicketEvent[]
  /** By step: why it was refused. */
  readonly refused: ReadonlyMap<number, Refusal>
  /** The instant up to which it was told. */
  readonly until: number
}

/** A ticket under way: the library's two functions, and the log they write. */
export class Telling {
  ticket: Ticket | null = null
  readonly events: AnyTicketEvent[] = []
  readonly #definitions: Definitions
  #commands = 0

  constructor(definitions: Definitions) {
    this.#definitions = definitions
  }

  /** The refusal, if it was refused: then nothing changed. */
  take({ at, actor, request }: HistoryStep): Refusal | undefined {
    const command = parseCommand(request, { id: `step-${this.#commands++}`, ticketId: 'told', actor })
    if (!command.ok) return command.error
    const decided = this.#decide(command.value, toInstant(at))
    if (!decided.ok) return decided.error
    this.ticket = decided.value.ticket
    this.events.push(...decided.value.events)
    return undefined
  }

  #decide(command: Command, at: number) {
    const decided = decide(this.#definitions, this.ticket, command, at)
    return !decided.ok && decided.error.code === 'history_needed'
      ? decide(this.#definitions, this.ticket, command, at, { history: this.events })
      : decided
  }

  /** Stores what time alone has caused by `now`. */
  pass(now: number): void {
    for (let more = this.ticket !== null; more; ) {
      const advanced = advance(this.#definitions, this.ticket as Ticket, now, { history: this.events })
      this.ticket = advanced.ticket
      this.events.push(...advanced.events)
      more = advanced.more
    }
  }
}

/**
 * Tells a history through the pure functions. A step that is refused changes nothing, and is listed.
 * @throws DeskError `invalid_instant`, `invalid_duration` from what it was given
 */
export function tell(definitions: Definitions, history: History, options: TellOptions = {}): Told {
  const telling = new Telling(definitions)
  const refused = new Map<number, Refusal>()
  const last = Math.max(0, ...history.map(({ at }) => toInstant(at)))
  const until = last + toDuration(options.after ?? 0)
  let polled = history[0] === undefined ? until : toInstant(history[0].at)
  const pause = options.pollEvery === undefined ? null : pauseOf(options.pollEvery, until - polled)
  const pollUntil = (to: number) => {
    for (; pause !== null && polled + pause <= to; polled += pause) telling.pass(polled + pause)
  }
  for (const [i, step] of history.entries()) {
    pollUntil(toInstant(step.at))
    const refusal = telling.take(step)
    if (refusal) refused.set(i, refusal)
  }
  pollUntil(until)
  telling.pass(until)
  return { ticket: telling.ticket, events: telling.events, refused, until }
}

/** Milliseconds between two polls; refused where a span would take more of them than there may be. */
function pauseOf(pollEvery: DurationInput, span: number): number {
  const pause = toDuration(pollEvery, 'pollEvery')
  if (pause > 0 && span <= pause * maxPolls) return pause
  const reason = `it makes more than ${maxPolls} polls of this history; poll more seldom`
  throw fail('invalid_duration', { value: shown(pollEvery), reason }, 'pollEvery')
}

import {
  type Actor,
  type AnyTicketEvent,
  advance,
  type CommandRequest,
  type Decision,
  type Definitions,
  DeskError,
  decide,
  parseCommand,
  type Refusal,
  type Result,
  rebuild,
  type SlaClock,
  type Ticket,
  toInstant,
} from 'ticketwright'

export const mari = { kind: 'requester', id: 'mari' } as const satisfies Actor
export const colin = { kind: 'collaborator', id: 'colin' } as const satisfies Actor
export const ana = { kind: 'agent', id: 'ana' } as const satisfies Actor
export const ben = { kind: 'agent', id: 'ben' } as const satisfies Actor
export const bot = { kind: 'bot', id: 'robo' } as const satisfies Actor
export const vendor = { kind: 'third_party', id: 'vendor' } as const satisfies Actor

export const second = 1_000
export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** `Mon 09:00` in the week from Monday 2024-01-15, UTC; an ISO instant; or milliseconds. */
export function when(at: string | number): number {
  const [, name = '', time] = (typeof at === 'string' && /^([A-Z][a-z]{2}) (\d\d:\d\d(?::\d\d)?)$/.exec(at)) || []
  return time === undefined ? toInstant(at) : toInstant(`2024-01-${15 + weekdays.indexOf(name)}T${time}Z`)
}

/** An instant as `when` reads it: for expectations people can read. */
export function told(at: number | null | undefined): string | null {
  if (at == null) return null
  const days = Math.floor((at - when('Mon 00:00')) / day)
  const time = new Date(at)
    .toISOString()
    .slice(11, 23)
    .replace(/\.000$/, '')
    .replace(/:00$/, '')
  return days >= 0 && days < 7 ? `${weekdays[days]} ${time}` : new Date(at).toISOString()
}

/** What a command may be in a test: also what does not compile. */
type Request = CommandRequest | { readonly type: string; readonly [field: string]: unknown }

/** One ticket's life, told command by command through the pure functions; every step must replay to the same ticket. */
export class Story {
  readonly definitions: Definitions
  readonly events: AnyTicketEvent[] = []
  #ticket: Ticket | null = null
  #commands = 0

  constructor(definitions: Definitions) {
    this.definitions = definitions
  }

  get ticket(): Ticket {
    if (!this.#ticket) throw new Error('nothing was opened')
    return this.#ticket
  }

  /** Opens as the requester unless somebody else is named. */
  open(at: string | number, input: object = {}, actor: Actor = mari): this {
    return this.do(at, actor, { type: 'open', subject: 'Cannot log in', body: 'Since today', ...input })
  }

  do(at: string | number, actor: Actor, request: Request): this {
    const result = this.attempt(at, actor, request)
    if (!result.ok) throw new DeskError(result.error)
    return this
  }

  /** Why not; nothing may have changed. */
  refusal(at: string | number, actor: Actor, request: Request): Refusal {
    const before = this.#ticket
    const result = this.attempt(at, actor, request)
    if (result.ok) throw new Error(`${request.type} was not refused`)
    if (this.#ticket !== before) throw new Error('a refused command changed the ticket')
    return result.error
  }

  attempt(at: string | number, actor: Actor, request: Request, options: { explain?: boolean } = {}): Result<Decision> {
    const command = parseCommand(request, { id: `c${this.#commands++}`, ticketId: 't1', actor })
    if (!command.ok) return command
    const run = (history?: readonly AnyTicketEvent[]) =>
      decide(this.definitions, this.#ticket, command.value, when(at), { history, ...options })
    let result = run()
    if (!result.ok && result.error.code === 'history_needed') result = run(this.events)
    if (result.ok) this.#take(result.value.ticket, result.value.events)
    return result
  }

  /** Lets time pass. */
  until(at: string | number): this {
    const { ticket, events } = advance(this.definitions, this.ticket, when(at))
    this.#take(ticket, events)
    return this
  }

  #take(ticket: Ticket, events: readonly AnyTicketEvent[]): void {
    this.#ticket = ticket
    this.events.push(...events)
    const replayed = JSON.stringify(rebuild(JSON.parse(JSON.stringify(this.events))))
    if (replayed !== JSON.stringify(ticket)) throw new Error('the log does not give the ticket')
  }

  clock(metric: string): SlaClock {
    const clock = this.ticket.clocks[metric]
    if (!clock) throw new Error(`there is no clock ${metric}`)
    return clock
  }

  /** When the clock's target is used up, as a time of the week. */
  due(metric: string): string | null {
    return told(this.clock(metric).dueAt)
  }

  /** The ledger of a metric: `Mon 09:00 started`. */
  ledger(metric: string): string[] {
    return this.events.flatMap(({ type, at, data }) =>
      'clock' in data && data.clock.metric === metric ? [`${told(at)} ${type.slice('sla_'.length)}`] : [],
    )
  }

  /** The types of the events of the last command or fact of time. */
  lastTypes(): string[] {
    const last = this.events.at(-1)
    return this.events
      .filter(({ at, revision }) => at === last?.at && revision === last.revision)
      .map(({ type }) => type)
  }
}

export const story = (definitions: Definitions): Story => new Story(definitions)

import { parseCommand } from '../engine/command.ts'
import { unwrap } from '../errors.ts'
import { contentHash } from '../model/json.ts'
import type { Ticket } from '../model/ticket.ts'
import type { AnyTicketEvent } from '../model/ticket-event.ts'
import type { Advice } from '../rules/advice.ts'
import type { AdviceAsk, Advisor } from './advisor.ts'
import { amended } from './amended.ts'
import { inTime } from './in-time.ts'
import type { DeskContext, Outcome } from './options.ts'
import { perform } from './perform.ts'
import { endsTransaction } from './store-failure.ts'

const defaultTimeoutMs = 1_000

const asksForAdvice = (event: AnyTicketEvent): boolean =>
  event.cause.rule === undefined &&
  (event.type === 'ticket_opened' ||
    (event.type === 'message_added' &&
      event.data.counts &&
      !event.data.opening &&
      (event.data.message.role === 'requester' || event.data.message.role === 'collaborator')))

/**
 * Asks the advisor about what a command has led to, and records what it says as a command of its own. The command is
 * saved by then: an advisor that fails, or is late, or talks nonsense, changes nothing about it.
 */
export async function advised(desk: DeskContext, outcome: Outcome): Promise<Outcome> {
  const { advisor } = desk
  const { ticket, events } = outcome
  if (!advisor || outcome.repeated || !events.some(asksForAdvice)) return outcome
  try {
    const advice = await asked(advisor, { ticket, events })
    if (advice == null) return outcome
    const by = {
      id: contentHash([outcome.commandId, 'advice']),
      ticketId: ticket.id,
      actor: { kind: 'bot', id: advisor.id } as const,
    }
    const command = unwrap(parseCommand({ ...advice, type: 'advise' }, by))
    const said = await perform(desk, { ...command, addressedTo: ticket.id }, {})
    return amended(outcome, {
      ticket: said.ticket,
      events: [...events, ...said.events],
      effects: [...outcome.effects, ...said.effects],
      get explanation() {
        return [...(outcome.explanation ?? []), ...(said.explanation ?? [])]
      },
    })
  } catch (error) {
    tell(advisor, error, ticket)
    if (endsTransaction(desk, error)) throw error
    return outcome
  }
}

/** Not even a listener that throws, or promises and fails, may get in the way. */
function tell(advisor: Advisor, error: unknown, ticket: Ticket): void {
  try {
    Promise.resolve(advisor.failed?.(error, ticket)).catch(() => {})
  } catch {}
}

const asked = (advisor: Advisor, ask: Omit<AdviceAsk, 'signal'>): Promise<Advice | null | undefined> => {
  const { timeoutMs = defaultTimeoutMs } = advisor
  const late = `the advisor said nothing within ${timeoutMs} ms`
  return inTime((signal) => advisor.advise({ ...ask, signal }), timeoutMs, late)
}

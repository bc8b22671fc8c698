import * as z from 'zod'
import { fail, unwrap } from '../errors.ts'
import { Line, list, parse } from '../model/schema.ts'
import type { DeskContext } from './options.ts'
import { historyOf, messagesOf, ticketNow } from './read.ts'

/** What opens a ticket that follows another. */
export async function followUpOf(desk: DeskContext, ticketId: string) {
  const { subject, requester, category, tags, department } = await ticketNow(desk, ticketId)
  const { calendar, ...person } = requester ?? { id: '' }
  const known = calendar === undefined || desk.latest.calendarNamed(calendar) !== undefined
  return {
    followUpOf: ticketId,
    subject,
    requester: known ? requester : person,
    category,
    tags: tags.filter((tag) => desk.latest.tags.accepts(tag)),
    ...(department === null ? {} : { department }),
  }
}

const Split = z.strictObject({ subject: Line, messageIds: list(z.string(), 100) })

/** What opens a ticket with some of the messages of another. */
export async function splitOf(
  desk: DeskContext,
  ticketId: string,
  input: { readonly subject: string; readonly messageIds: readonly string[] },
) {
  const { subject, messageIds } = unwrap(parse(Split, input, 'invalid_command'))
  const { followUpOf: _, ...copied } = await followUpOf(desk, ticketId)
  const messages = messagesOf(await historyOf(desk, ticketId))
  const chosen = messageIds.map((id, i) => {
    const message = messages.find((candidate) => candidate.id === id)
    if (!message)
      throw fail(
        'unknown_name',
        { what: 'message', name: String(id).slice(0, 100), known: messages.map((known) => known.id).slice(-20) },
        `messageIds[${i}]`,
      )
    const { body, format, automatic, attachments, role, visibility, at, sentAt, channel, language } = message
    return {
      body: body ?? '',
      format,
      automatic,
      attachments,
      role,
      visibility,
      sentAt: sentAt ?? at,
      ...(channel === null ? {} : { channel }),
      ...(language === null ? {} : { language }),
    }
  })
  const first = chosen[0]
  if (!first) throw fail('invalid_command', { reason: 'a split takes at least one message' }, 'messageIds')
  return { ...copied, subject, related: [ticketId], role: first.role, visibility: first.visibility, messages: chosen }
}

import { isDeskError, type Outcome } from 'ticketwright'
import { openDesk, people } from './team.ts'

/** The story, line by line. */
export async function* morning(): AsyncGenerator<string> {
  const { desk, clock, time } = openDesk()
  const [ana, ben, eva] = ['ana', 'ben', 'eva'].map((id) => desk.as({ kind: 'agent', id })) as [Agent, Agent, Agent]
  type Agent = ReturnType<typeof desk.as>
  const from = (id: string) => desk.as({ kind: 'requester', id })
  const given = ({ ticket, routed }: Outcome) =>
    `${time()}  ${ticket.id}: ${ticket.subject} → ${routed?.agent ?? 'nobody'} (${routed?.reason})`

  yield '— Tickets come in, and the desk finds somebody for each'
  yield given(
    await from('mari').open({ ticketId: 'vpn', subject: 'The VPN is down', department: 'Support', priority: 'Urgent' }),
  )
  yield given(
    await from('luc').open({ ticketId: 'facture', subject: 'Une question', department: 'Support', language: 'fr' }),
  )
  yield given(await from('jaan').open({ ticketId: 'mouse', subject: 'A new mouse', department: 'Support' }))
  yield given(
    await from('tiit').open({
      ticketId: 'chat',
      subject: 'Are you there?',
      department: 'Support',
      channel: 'chat',
      priority: 'Medium',
    }),
  )

  yield '— Ana asks for her next ticket; Ben looks at the same one'
  clock.pass('5m')
  const next = await ana.next()
  if (!next) return
  yield `${time()}  ana takes ${next.ticket.id}, first by: ${next.reason.order}`
  for (const { ticketId, because } of next.reason.passedOver) yield `${time()}  … passed over ${ticketId}: ${because}`
  await ana.announce(next.ticket.id, 'writing')
  const seen = await ben.announce(next.ticket.id, 'viewing')
  yield `${time()}  ben sees: held by ${seen.lease?.holder}; ${seen.people.map(({ person, doing }) => `${person} is ${doing}`).join(', ')}`
  yield `${time()}  ben cannot claim it: ${(await ben.claim(next.ticket.id)) === null}`

  yield '— Ben answers all the same: a collision'
  const hasty = await ben.reply(next.ticket.id, { body: 'Have you tried turning it off and on?' })
  yield `${time()}  ben’s reply is kept; while it was sent, ${hasty.collision?.map(({ person }) => person).join()} was writing`

  yield '— Ana goes for coffee too long'
  clock.pass('16m')
  try {
    await ana.reply(next.ticket.id, { body: 'It is the router.' }, { lease: next.lease })
  } catch (error) {
    if (!isDeskError(error, 'lease_lost')) throw error
    yield `${time()}  ana’s reply is refused: ${error.message}`
  }

  yield '— She claims it again, and hands it to Ben'
  const again = await ana.claim(next.ticket.id)
  if (!again) return
  const handed = await ana.handOver(again, 'ben', { note: 'Router 3, second floor. Spare one is in the cupboard.' })
  const note = (await desk.messages(next.ticket.id)).at(-1)
  yield `${time()}  ${handed.holder} holds ${handed.ticketId} until ${new Date(handed.until + 7_200_000).toISOString().slice(11, 16)}: “${note?.body}”`
  yield `${time()}  and it is assigned to ${(await desk.get(next.ticket.id)).assignee}`

  yield '— Ben cannot mend it: up a tier, and back'
  await from('mari').message(next.ticket.id, { body: 'Still down!' })
  const up = await ben.escalate(next.ticket.id, { reason: 'the spare one is broken, too' })
  yield `${time()}  tier ${up.ticket.tier}: ${up.ticket.assignee} has it now (${up.routed?.reason})`
  clock.pass('1h')
  await eva.note(next.ticket.id, { body: 'A new router is in. Please check the cables.' })
  const back = await eva.escalate(next.ticket.id, { tier: 1, reason: 'only cables are left' })
  yield `${time()}  tier ${back.ticket.tier}: ${back.ticket.assignee} has it again (${back.routed?.reason})`

  yield '— Ana goes home ill'
  people[0] = { ...(people[0] as (typeof people)[0]), away: true }
  const { handedBack, assigned, waiting } = await desk.runRouting()
  people[0] = { ...people[0], away: false }
  yield `${time()}  handed back: ${handedBack.map(({ ticketId }) => ticketId).join(', ')}`
  for (const { ticketId, reason } of assigned) yield `${time()}  ${ticketId} → ${reason}`
  for (const { ticketId, reason } of waiting) yield `${time()}  ${ticketId} waits: ${reason}`
}

import { expect, it } from 'vitest'
import { morning } from '../../examples/agents/morning.ts'

it('the morning of the agents tells of each promise, the same every time', async () => {
  const tell = async () => {
    const lines: string[] = []
    for await (const line of morning()) lines.push(line)
    return lines.join('\n')
  }
  const story = await tell()
  expect(story).toMatchInlineSnapshot(`
    "— Tickets come in, and the desk finds somebody for each
    09:00  vpn: The VPN is down → ana (ana fits the priority by experience)
    09:00  facture: Une question → ana (ana is the only one who can)
    09:00  mouse: A new mouse → ben (ben fits the priority by experience)
    09:00  chat: Are you there? → ben (ben has the least to do)
    — Ana asks for her next ticket; Ben looks at the same one
    09:05  ana takes vpn, first by: kind new or open first, then earliest (waitingSince, else openedAt) − priorityRank × 4 h, then lowest id
    09:05  ben sees: held by ana; ana is writing
    09:05  ben cannot claim it: true
    — Ben answers all the same: a collision
    09:05  ben’s reply is kept; while it was sent, ana was writing
    — Ana goes for coffee too long
    09:21  ana’s reply is refused: options.lease: ana no longer holds ticket vpn
    — She claims it again, and hands it to Ben
    09:21  ben holds vpn until 09:36: “Router 3, second floor. Spare one is in the cupboard.”
    09:21  and it is assigned to ben
    — Ben cannot mend it: up a tier, and back
    09:21  tier 2: eva has it now (eva is the only one who can)
    10:21  tier 1: ben has it again (ben had it before it went up)
    — Ana goes home ill
    10:21  handed back: facture
    10:21  facture waits: nobody can have it now"
  `)
  expect(await tell()).toBe(story)
})

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createDesk, type Desk, defineDesk } from 'ticketwright'
import { sqliteStore } from 'ticketwright/sqlite'
import { afterAll, describe, expect, it } from 'vitest'
import { examine } from '../crash/examine.ts'

const folder = mkdtempSync(join(tmpdir(), 'ticketwright-processes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const writer = new URL('writing-process.ts', import.meta.url).pathname

interface Said {
  readonly tags: number
  readonly references: readonly string[]
  readonly claims: readonly string[]
  readonly delivered: readonly string[]
  readonly events: number
  readonly refused: readonly string[]
}

/** What a process that writes to the file says when it is done. */
function writing(path: string, name: string, rounds: number): Promise<Said> {
  const child = spawn(process.execPath, ['--no-warnings', writer, path, name, String(rounds)])
  let [said, complained] = ['', '']
  child.stdout.on('data', (text) => {
    said += text
  })
  child.stderr.on('data', (text) => {
    complained += text
  })
  return new Promise((done, failed) => {
    child.on('close', (code) => (code === 0 ? done(JSON.parse(said)) : failed(new Error(complained))))
  })
}

/** Reads the feed from where it was, again and again, as a reader beside the writers does. */
function followFeed(desk: Pick<Desk, 'changes'>) {
  const seen: string[] = []
  let [position, pages, stopAt] = [0, 0, Number.POSITIVE_INFINITY]
  const reading = (async () => {
    while (seen.length < stopAt) {
      const page = await desk.changes(position, 7)
      if (page.events.length > 0) pages += 1
      seen.push(...page.events.map(({ id }) => id))
      position = page.position
      if (page.events.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  return {
    pages: () => pages,
    until: async (length: number) => {
      stopAt = length
      await reading
      return seen
    },
  }
}

const definition = defineDesk({
  levels: [{ id: 'l', calendar: 'alwaysOpen', targets: [{ metric: 'resolution', within: '1m' }] }],
  slaRules: [{ level: 'l' }],
  triggers: [{ id: 'tell', on: ['ticket_opened'], do: [{ type: 'webhook', hook: 'crm' }] }],
})

describe('four processes on one file', () => {
  it('lose nothing, double nothing, and none is refused (hazards 36–39)', async () => {
    const path = join(folder, 'tickets.db')
    const store = sqliteStore(path)
    const desk = createDesk({ definition, store })
    const ana = desk.as({ kind: 'agent', id: 'ana' })
    const long = new Date(Date.now() - 60 * 60_000)
    // all are late by now, and nobody has said so
    for (let i = 0; i < 40; i++)
      await ana.open({ ticketId: `due-${i}`, subject: `Late ${i}` }, { at: long.getTime() + i })
    const { ticket: shared } = await ana.open({ ticketId: 'shared', subject: 'Everybody tags it' })
    const names = ['a', 'b', 'c', 'd']
    const rounds = 8
    const feed = followFeed(desk)
    const said = await Promise.all(names.map((name) => writing(path, name, rounds)))
    // hazard 39: whoever read along has seen all that is there, once and in order
    const whole = (await desk.changes(0, 100_000)).events.map(({ id }) => id)
    expect(await feed.until(whole.length)).toEqual(whole)
    expect(feed.pages()).toBeGreaterThan(3)

    expect(said.flatMap(({ refused }) => refused)).toEqual([])
    const tagged = await desk.get(shared.id)
    expect(tagged.tagKeys).toHaveLength(names.length * rounds)
    const references = said.flatMap((one) => one.references)
    expect([references.length, new Set(references).size]).toEqual([names.length * rounds, names.length * rounds])
    // hazard 36: all sent the same command, one of them executed it
    const log = await desk.history(shared.id)
    expect(log.filter((event) => event.type === 'message_added' && event.cause.kind === 'command')).toHaveLength(1)
    // hazard 37: a claim is one process's
    const claims = said.flatMap((one) => one.claims)
    expect([claims.length, new Set(claims).size]).toEqual([40, 40])
    // hazard 38: each breach is recorded once, whoever wrote it
    for (let i = 0; i < 40; i++) {
      const breaches = (await desk.history(`due-${i}`)).filter(({ type }) => type === 'sla_breached')
      expect(breaches).toHaveLength(1)
    }
    expect(said.filter(({ events }) => events > 0).length).toBeGreaterThan(0)
    // and each effect was with one of them
    const delivered = said.flatMap((one) => one.delivered)
    expect(new Set(delivered).size).toBe(delivered.length)
    await store.close()
    expect(examine(path, [])).toEqual([])
  }, 120_000)

  it('a writer that holds the file longer than patience lasts makes the others say store_busy', async () => {
    const path = join(folder, 'held.db')
    const store = sqliteStore(path, { patienceMs: 60 })
    const ana = createDesk({ definition, store }).as({ kind: 'agent', id: 'ana' })
    await ana.open({ ticketId: 't1', subject: 'first' })
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    await expect(ana.tag('t1', ['x'], { commandId: 'c1' })).rejects.toMatchObject({ code: 'store_busy' })
    setTimeout(() => other.exec('ROLLBACK'), 30)
    const { repeated, ticket } = await ana.tag('t1', ['x'], { commandId: 'c1' })
    expect([repeated, ticket.tagKeys]).toEqual([false, ['x']])
    other.close()
    await store.close()
  })
})

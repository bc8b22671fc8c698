import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Commit, Store } from '../../src/store.ts'
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { type Finding, findingOf, writeJson } from './finding.ts'
import { DatabaseSync, listening, replayOn } from './raw.ts'

export const folder = mkdtempSync(join(tmpdir(), 'ticketwright-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
let files = 0
export const newPath = (): string => join(folder, `${files++}.db`)

export type Synchronous = 'FULL' | 'NORMAL'

async function save(store: Store, commits: readonly Commit[], together: boolean): Promise<void> {
  const answers = together
    ? await Promise.all(commits.map((commit) => store.commit(commit)))
    : await oneByOne(store, commits)
  for (const answer of answers) if (!answer.ok) throw new Error(JSON.stringify(answer))
}

async function oneByOne(store: Store, commits: readonly Commit[]) {
  const answers = []
  for (const commit of commits) answers.push(await store.commit(commit))
  return answers
}

function open(synchronous: Synchronous) {
  const handle = new DatabaseSync(newPath())
  const { handle: heardBy, heard } = listening(handle)
  const store = sqliteStore(heardBy)
  const own = sqliteStore(handle)
  handle.exec(`PRAGMA synchronous = ${synchronous}`)
  return { handle, store: own, listened: store, heard }
}

/**
 * Two files side by side: on one the store saves a block of commits, on the other the driver repeats, from prepared
 * statements, what the store asked it for on a third. They take turns in who begins; both files grew alike.
 */
export async function measured(
  commits: readonly Commit[],
  {
    together,
    synchronous,
    laps,
  }: { readonly together: boolean; readonly synchronous: Synchronous; readonly laps: number },
): Promise<Finding> {
  const size = together ? 100 : 25
  const blocks = Array.from({ length: Math.floor(commits.length / size) }, (_, i) =>
    commits.slice(i * size, (i + 1) * size),
  )
  const warm = commits.slice(0, 500).map((commit) => ({ ...commit, tenant: 'warm' }))
  const recorder = open(synchronous)
  await save(recorder.listened, warm, together)
  const asked = []
  for (const block of blocks) {
    recorder.heard.length = 0
    await save(recorder.listened, block, together)
    asked.push([...recorder.heard])
  }
  recorder.handle.close()
  const fastest = blocks.map(() => ({
    store: Number.POSITIVE_INFINITY,
    raw: Number.POSITIVE_INFINITY,
    json: Number.POSITIVE_INFINITY,
  }))
  for (let lap = 0; lap < laps; lap++) {
    const [one, other] = [open(synchronous), open(synchronous)]
    for (const { store } of [one, other]) await save(store, warm, together)
    const replayed = replayOn(other.handle)
    for (const [i, block] of blocks.entries()) {
      const repeat = replayed(asked[i] ?? [])
      const works = {
        store: () => save(one.store, block, together),
        raw: async () => repeat(),
        json: async () => writeJson(block),
      }
      for (const what of i % 2 ? (['store', 'raw', 'json'] as const) : (['raw', 'store', 'json'] as const)) {
        const before = performance.now()
        await works[what]()
        const best = fastest[i] as (typeof fastest)[number]
        best[what] = Math.min(best[what], performance.now() - before)
      }
    }
    for (const { handle } of [one, other]) handle.close()
  }
  const us = (what: 'store' | 'raw' | 'json') =>
    (fastest.reduce((sum, best) => sum + best[what], 0) * 1e3) / blocks.length / size
  return findingOf(
    { storeUs: us('store'), rawUs: us('raw'), jsonUs: us('json') },
    asked.flat().length / (blocks.length * size),
  )
}

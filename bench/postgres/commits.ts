import type { Commit, Store } from '../../src/store.ts'
import { postgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { type Finding, findingOf, writeJson } from '../stores/finding.ts'
import { listening, poolOf, type Statement } from './raw.ts'

/** How commits are given: how many at once, over how many connections. */
export interface Way {
  readonly atOnce: number
  readonly connections: number
  readonly laps: number
}

/** Works off items, so many at once. */
export async function inLines<Item>(items: readonly Item[], lines: number, work: (item: Item) => Promise<unknown>) {
  let next = 0
  const line = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item)
  }
  await Promise.all(Array.from({ length: lines }, line))
}

const save = (store: Store, commits: readonly Commit[], atOnce: number): Promise<void> =>
  inLines(commits, atOnce, async (commit) => {
    const answer = await store.commit(commit)
    if (!answer.ok) throw new Error(JSON.stringify(answer))
  })

/** Commits of a block. */
const blockSize = 100

/**
 * Two databases of one server side by side: in one the store saves a block of commits, in the other the driver repeats
 * what the store asked for in a third, with as many under way at once. They take turns in who begins; both grew alike,
 * and of each block the fastest round counts.
 */
export async function measured(
  newDatabase: () => Promise<string>,
  commits: readonly Commit[],
  { atOnce, connections, laps }: Way,
): Promise<Finding> {
  const blocks = Array.from({ length: Math.floor(commits.length / blockSize) }, (_, i) =>
    commits.slice(i * blockSize, (i + 1) * blockSize),
  )
  const warm = commits.slice(0, 300).map((commit) => ({ ...commit, tenant: 'warm' }))
  const recorder = await poolOf(await newDatabase(), connections)
  const { client, heard, atOnce: underWay } = listening(recorder)
  const recording = postgresStore(client)
  await save(recording, warm, atOnce)
  const asked: (readonly Statement[])[] = []
  for (const block of blocks) {
    heard.length = 0
    await save(recording, block, atOnce)
    asked.push([...heard])
  }
  await recorder.end()
  const fastest = blocks.map(() => ({
    store: Number.POSITIVE_INFINITY,
    raw: Number.POSITIVE_INFINITY,
    json: Number.POSITIVE_INFINITY,
  }))
  for (let lap = 0; lap < laps; lap++) {
    const pools = [
      await poolOf(await newDatabase(), connections),
      await poolOf(await newDatabase(), connections),
    ] as const
    const [store, other] = [postgresStore(pools[0]), postgresStore(pools[1])]
    await save(store, warm, atOnce)
    await save(other, warm, atOnce)
    for (const [i, block] of blocks.entries()) {
      const works = {
        store: () => save(store, block, atOnce),
        raw: () => inLines(asked[i] ?? [], underWay(), ({ text, values }) => pools[1].query(text, [...values])),
        json: async () => writeJson(block),
      }
      for (const what of i % 2 ? (['store', 'raw', 'json'] as const) : (['raw', 'store', 'json'] as const)) {
        const before = performance.now()
        await works[what]()
        const best = fastest[i] as (typeof fastest)[number]
        best[what] = Math.min(best[what], performance.now() - before)
      }
    }
    await Promise.all(pools.map((pool) => pool.end()))
  }
  const us = (what: 'store' | 'raw' | 'json') =>
    (fastest.reduce((sum, best) => sum + best[what], 0) * 1e3) / blocks.length / blockSize
  return findingOf(
    { storeUs: us('store'), rawUs: us('raw'), jsonUs: us('json') },
    asked.flat().length / (blocks.length * blockSize),
  )
}

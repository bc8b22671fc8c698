/**
 * One of several processes that work on the same tickets at once: `fork`ed with a `Task` as JSON. Its hands work as
 * different applications would: see `hand.ts`.
 */
import { type Hand, openAlone, openCrew } from './hand.ts'
import type { Order, Word } from './protocol.ts'
import { readAlong } from './reader.ts'
import { said, task } from './shift.ts'
import { deliver, drawn, isDone, runDue } from './work.ts'

const say = (word: Word) => process.send?.(word)
const orderTo = (wanted: Order['do']) =>
  new Promise<void>((resolve) => {
    const hear = (order: Order) => {
      if (order.do !== wanted) return
      process.off('message', hear)
      resolve()
    }
    process.on('message', hear)
  })
// without anybody who wants to know
process.on('disconnect', () => process.exit())

async function workWith(hand: Hand): Promise<void> {
  // all begin with the same ones
  await runDue(hand, 100)
  while (!isDone() && said.wrong.length < 20)
    try {
      await drawn()(hand)
    } catch (error) {
      said.wrong.push(`${hand.name} was told: ${error instanceof Error ? error.message : String(error)}`)
    }
}

const crew = await openCrew()
const reader = await openAlone(`${task.name}-reads`)
const finished = orderTo('finish')
const begun = orderTo('begin')
say({ is: 'ready' })
await begun
const feed = readAlong(reader.store, 'default')
await Promise.all(crew.hands.map(workWith))
await crew.end()
say({ is: 'done' })
await finished
while ((await deliver(reader, 1_000)).more);
say({ is: 'said', said: { ...said, feed: await feed.finish() } })
// whoever hears it ends this process: one that ends by itself may take its last words with it

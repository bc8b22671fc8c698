import { check, same } from '../check.ts'
import { changeOf } from '../sample.ts'
import { storeCase } from '../store-case.ts'

export const changeCases = [
  storeCase('the feed has every event once, in order of commit, page by page', async (bench) => {
    let [a, b] = [await bench.open('t2'), await bench.open('t1')]
    for (let i = 0; i < 3; i++) {
      a = await bench.act(a, { type: 'tag', tags: [`a${i}`] })
      b = await bench.act(b, { type: 'tag', tags: [`b${i}`] })
    }
    const both = [
      changeOf(b, bench.following(b, { type: 'resolve' })),
      changeOf(a, bench.following(a, { type: 'resolve' })),
    ]
    await bench.save({ changes: both })
    await bench.commit({ changes: both })
    const whole = await bench.store.changes(bench.tenant, 0, 1_000)
    const histories = [
      ...(await bench.store.history(bench.tenant, 't1')),
      ...(await bench.store.history(bench.tenant, 't2')),
    ]
    same(whole.events.map(({ id }) => id).sort(), histories.map(({ id }) => id).sort(), 'the events of the feed')
    const tail = [...(both[0]?.events ?? []), ...(both[1]?.events ?? [])]
    same(whole.events.slice(-tail.length), tail, 'the end of the feed')
    for (const ticketId of ['t1', 't2'])
      same(
        whole.events.filter((event) => event.ticketId === ticketId),
        await bench.store.history(bench.tenant, ticketId),
        `the events of ${ticketId} in the feed`,
      )
    const paged = []
    for (let after = 0, rest = whole.events.length; rest >= 0; rest--) {
      const page = await bench.store.changes(bench.tenant, after, 3)
      if (page.events.length === 0) {
        same(page.position, after, 'the position of an empty page')
        break
      }
      check(page.position > after, 'the position should rise with every page')
      paged.push(...page.events)
      after = page.position
    }
    same(paged, whole.events, 'the pages of the feed put together')
    same(
      await bench.store.changes(bench.tenant, whole.position, 9),
      { events: [], position: whole.position },
      'the feed after its end',
    )
  }),

  storeCase('a reader that follows the feed misses nothing of what is committed meanwhile', async (bench) => {
    const writers = Array.from({ length: 8 }, async (_, i) => {
      let ticket = await bench.open(`t${i}`)
      for (let n = 0; n < 5; n++) ticket = await bench.act(ticket, { type: 'tag', tags: [`n${n}`] })
    })
    const seen: string[] = []
    let position = 0
    const read = async () => {
      const page = await bench.store.changes(bench.tenant, position, 7)
      seen.push(...page.events.map(({ id }) => id))
      position = page.position
      return page.events.length
    }
    let writing = true
    const done = Promise.allSettled(writers).then((outcomes) => {
      writing = false
      return outcomes
    })
    while (writing) {
      await read()
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
    for (const outcome of await done) if (outcome.status === 'rejected') throw outcome.reason
    while ((await read()) > 0);
    const whole = await bench.store.changes(bench.tenant, 0, 10_000)
    same(
      seen,
      whole.events.map(({ id }) => id),
      'what the reader saw',
    )
  }),
]

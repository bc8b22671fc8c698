import type { Store } from '../../src/store.ts'
import type { Feed } from './protocol.ts'

/** Of each reader, so that what goes wrong everywhere fits a screen. */
const maxTold = 5

/** Reads the feed along with those who write, until told that they are done. */
export function readAlong(store: Store, tenant: string): { readonly finish: () => Promise<Feed> } {
  const versions: Record<string, number> = {}
  const wrong: string[] = []
  let [events, pages, position, over] = [0, 0, 0, false]
  const reading = (async () => {
    for (;;) {
      const last = over
      const page = await store.changes(tenant, position, 50)
      position = page.position
      for (const { ticketId, version } of page.events) {
        const expected = (versions[ticketId] ?? 0) + 1
        if (version !== expected && wrong.length < maxTold)
          wrong.push(`the feed gave version ${version} of ${ticketId} where ${expected} comes next`)
        versions[ticketId] = version
      }
      events += page.events.length
      if (page.events.length > 0) pages += 1
      else if (last) return
      else await new Promise((resolve) => setTimeout(resolve, 10))
    }
  })()
  return {
    finish: async () => {
      over = true
      await reading
      return { events, pages, versions, wrong }
    },
  }
}

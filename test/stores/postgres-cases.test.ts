import { type MakeStore, storeCases } from 'ticketwright/testing'
import { describe, it } from 'vitest'
import { anotherDatabase, describePostgres } from '../postgres/database.ts'
import { serverForApp } from './postgres-setup.ts'

describePostgres('PostgreSQL, a server, by a role that owns nothing', ({ url }) => {
  const later = (rowSecurity: boolean): MakeStore => {
    let make: Promise<MakeStore> | undefined
    return async () => {
      make ??= anotherDatabase().then((other) => serverForApp(other.url, rowSecurity))
      return (await make)()
    }
  }
  describe.each([
    ['with the rights that the page about operating lists', serverForApp(url, false)],
    // what row security changes has tests of its own; the whole kit on it takes half a minute more
    ...(process.env.TICKETWRIGHT_LONG ? [['the same with row security', later(true)] as const] : []),
  ] as const)('%s', (_rights, make) => {
    it.for(storeCases)('$name', { timeout: 60_000 }, async ({ run }) => {
      const { skipped } = await run(make)
      if (skipped !== null) throw new Error(`a server can show everything: ${skipped}`)
    })
  })
})

import { storeCases } from 'ticketwright/testing'
import { it } from 'vitest'
import { describePostgres } from '../postgres/database.ts'
import { server } from './postgres-setup.ts'

describePostgres('PostgreSQL, a server', ({ url }) => {
  it.for(storeCases)('$name', { timeout: 60_000 }, async ({ run }) => {
    const { skipped } = await run(server(url))
    if (skipped !== null) throw new Error(`a server can show everything: ${skipped}`)
  })
})

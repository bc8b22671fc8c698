import { readFileSync } from 'node:fs'
import pg from 'pg'

/** What the page about operating says a role needs that works with the tables, and does not own them. */
const grants = (role: string): string => {
  const page = readFileSync(new URL('../../docs/how-to/operations-postgresql.md', import.meta.url), 'utf8')
  const block = [...page.matchAll(/^```sql\n(.*?)^```$/gms)].find(([, sql]) => sql?.startsWith('GRANT'))
  if (!block?.[1]) throw new Error('the page says nothing of roles')
  return block[1].replaceAll('desk_app', role)
}

/**
 * The URL of a role of its own that may do what the page says, and `also` in words of SQL about that role, and nothing
 * else: with tables that the role of the given URL has made.
 */
export async function appRole(owner: string, also: (role: string) => string = () => ''): Promise<string> {
  const url = new URL(owner)
  const database = url.pathname.slice(1)
  const role = `app_${database.replaceAll('-', '_')}`
  const client = new pg.Client(owner)
  await client.connect()
  try {
    await client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'app'; REVOKE ALL ON DATABASE "${database}" FROM PUBLIC;
      GRANT CONNECT ON DATABASE "${database}" TO ${role}; ${grants(role)}; ${also(role)}`)
  } finally {
    await client.end()
  }
  url.username = role
  url.password = 'app'
  return url.href
}

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { anotherDatabase, describePostgres } from './database.ts'

async function ask(database: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(database)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

describePostgres('a real server', ({ url }) => {
  it('gives each file, and whoever asks for more, a database of its own', async () => {
    await ask(url, 'CREATE TABLE mine (n integer)')
    const other = await anotherDatabase()
    expect(await ask(other.url, "SELECT to_regclass('mine') AS found")).toEqual([{ found: null }])
    expect(await ask(url, "SELECT to_regclass('mine') AS found")).toEqual([{ found: 'mine' }])
  })

  it('listens on loopback alone, and asks for the password', async () => {
    expect(await ask(url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    const stranger = new URL(url)
    stranger.password = 'guess'
    await expect(ask(stranger.href, 'SELECT 1')).rejects.toThrow(/password/)
  })

  describe('of a process that is killed', () => {
    it('is gone soon after it, and so is what it kept', async () => {
      const module = new URL('server.ts', import.meta.url).href
      const owner = spawn(process.execPath, [
        '--input-type=module',
        '--eval',
        `const server = await (await import('${module}')).startPostgres()
         await server.kill()
         await server.restart()
         console.log(server.url())
         setInterval(() => {}, 1000)`,
      ])
      const theirs = await new Promise<string>((resolve, reject) => {
        owner.stdout.on('data', (text) => resolve(String(text).trim()))
        owner.on('exit', () => reject(new Error('it ended by itself')))
      })
      const [{ data_directory: data }] = (await ask(theirs, 'SHOW data_directory')) as [{ data_directory: string }]
      expect(existsSync(data)).toBe(true)
      owner.kill('SIGKILL')
      await expect.poll(() => existsSync(data), { timeout: 15_000 }).toBe(false)
      await expect(ask(theirs, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/)
    }, 60_000)
  })
})

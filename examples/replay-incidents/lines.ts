import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { InputError } from './failure.ts'

/** No line of this form comes near it; a file that is something else ends here, not in memory. */
const longestLine = 100_000

/** The lines of a file, plain or gzipped (its first bytes tell), a piece at a time. */
export async function* linesOf(file: string): AsyncGenerator<readonly string[]> {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    let rest = ''
    for await (const piece of await bytesOf(file)) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > longestLine) throw new InputError(`a line is longer than ${longestLine} characters`)
      yield lines
    }
    rest += decoder.decode()
    if (rest !== '') yield [rest]
  } catch (error) {
    if (error instanceof InputError && error.message.startsWith(file)) throw error
    throw new InputError(`${file}: cannot be read: ${(error as Error).message}`)
  }
}

async function bytesOf(file: string): Promise<Readable> {
  const source = createReadStream(file)
  if (!(await isGzip(file))) return source
  const unpacked = createGunzip()
  pipeline(source, unpacked).catch((error) => unpacked.destroy(error))
  return unpacked
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await handle.close()
  }
}

import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { InputError } from './failure.ts'

/** No line of this form comes near it; a file that is something else ends here, not in memory. */
const longestLine = 100_000

/** The lines of a file, gzipped if it ends in `.gz`, a piece at a time. */
export async function* linesOf(file: string): AsyncGenerator<readonly string[]> {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    let rest = ''
    for await (const piece of bytesOf(file)) {
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > longestLine) throw new Error(`it has a line of more than ${longestLine} characters`)
      yield lines
    }
    rest += decoder.decode()
    if (rest !== '') yield [rest]
  } catch (error) {
    throw new InputError(`${file}: cannot be read: ${(error as Error).message}`)
  }
}

function bytesOf(file: string): AsyncIterable<Buffer> {
  const source = createReadStream(file)
  return file.endsWith('.gz') ? pipeline(source, createGunzip(), () => {}) : source
}

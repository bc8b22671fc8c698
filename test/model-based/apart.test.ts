/** What the library is compared with must not be the library. */
import { resolve } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

/** Files that run when a module runs, those it imports included; imported types are none. */
async function filesOf(contents: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents, resolveDir: resolve('test/model-based'), sourcefile: 'asked.ts', loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    alias: { ticketwright: resolve('src/index.ts') },
    logLevel: 'silent',
  })
  return Object.keys(metafile.inputs).filter((file) => !file.includes('node_modules') && !file.endsWith('asked.ts'))
}

describe('The plain model shares no code with the library', () => {
  it('and none of its own comes from elsewhere than the model and the oracle of time', async () => {
    const files = await filesOf("export * from './plain/ticket.ts'; export * from './plain/calendar.ts'")
    expect(files).toContain('test/model-based/plain/clocks.ts')
    expect(files).toContain('test/time/oracle/minute-calendar.ts')
    expect(files.filter((file) => !/^test\/(model-based\/plain|time\/oracle)\//.test(file))).toEqual([])
  })

  it.each(["import '../../src/time/duration.ts'", "import 'ticketwright'"])(
    'and %s would be found',
    async (planted) => {
      const files = await filesOf(`export * from './plain/ticket.ts'; ${planted}`)
      expect(files.filter((file) => file.startsWith('src/'))).not.toEqual([])
    },
  )
})

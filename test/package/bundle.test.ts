import { runInNewContext } from 'node:vm'
import { build as bundle } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { build, root } from './packed.ts'

const neutral = (contents: string) =>
  bundle({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
    format: 'iife',
    globalName: 'bundled',
    platform: 'neutral',
    mainFields: ['module', 'main'],
  })

describe('the main entry in a browser or on the edge', { timeout: 60_000 }, () => {
  beforeAll(build, 120_000)

  it('bundles whole, with its dependencies and nothing of Node, and loads where there is no Node', async () => {
    const { outputFiles, metafile } = await neutral(`export * from 'ticketwright'`)
    expect(Object.values(metafile.inputs).flatMap((input) => input.imports.filter(({ external }) => external))).toEqual(
      [],
    )
    const code = new TextDecoder().decode(outputFiles[0]?.contents)
    expect(code).not.toMatch(/['"]node:/)
    const names = runInNewContext(`${code}; Object.keys(bundled)`)
    expect([...names].sort()).toEqual(Object.keys(await import('ticketwright')).sort())
  })

  it('would not bundle with an import of Node in it', async () => {
    await expect(neutral(`import { readFileSync } from 'node:fs'; export { readFileSync }`)).rejects.toThrow('node:fs')
  })
})

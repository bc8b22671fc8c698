import { runInNewContext } from 'node:vm'
import { build as bundle } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { withDroppableConstants } from '../../scripts/droppable.ts'
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
    define: { 'process.env.NODE_ENV': '"production"' }, // as bundlers do; immer asks for it
    tsconfigRaw: {}, // ours leads `ticketwright` to the sources; importers get the build
  })

describe('the main entry in a browser or on the edge', { timeout: 60_000 }, () => {
  beforeAll(build, 120_000)

  it('bundles whole, with its dependencies and nothing of Node, and loads where there is no Node', async () => {
    const { outputFiles, metafile } = await neutral(`export * from 'ticketwright'`)
    const inputs = Object.entries(metafile.inputs)
    expect(inputs.map(([path]) => path)).toContain('dist/index.js')
    expect(inputs.flatMap(([, input]) => input.imports.filter(({ external }) => external))).toEqual([])
    const code = new TextDecoder().decode(outputFiles[0]?.contents)
    expect(code).not.toMatch(/['"]node:/)
    const names = runInNewContext(`${code}; Object.keys(bundled)`)
    expect([...names].sort()).toEqual(Object.keys(await import('ticketwright')).sort())
  })

  it('would not bundle with an import of Node in it', async () => {
    await expect(neutral(`import { readFileSync } from 'node:fs'; export { readFileSync }`)).rejects.toThrow('node:fs')
  })

  it('leaves every schema out when no function that needs one is used', async () => {
    const { metafile } = await neutral(`export { isDeskError } from 'ticketwright'`)
    const shipped = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs))
    const notOurs = shipped.filter(([path, { bytesInOutput }]) => path.includes('node_modules') && bytesInOutput > 0)
    expect(notOurs).toEqual([])
  })

  it('gives a calendar alone the sentences of time only, a desk all of them', async () => {
    const sentences = async (name: string) => {
      const { outputFiles } = await neutral(`export { ${name} } from 'ticketwright'`)
      return ['is not a wall time', 'is not a date', 'there is no ticket', 'the store was busy'].filter((words) =>
        outputFiles[0]?.text.includes(words),
      )
    }
    expect(await sentences('businessCalendar')).toEqual(['is not a wall time', 'is not a date'])
    expect(await sentences('createDesk')).toHaveLength(4)
  })
})

describe('withDroppableConstants', () => {
  const pure = (text: string) => `/* @__PURE__ */ (() => (${text}))()`

  it.each([
    ['const Id = z.string().max(9)', `const Id = ${pure('z.string().max(9)')}`],
    ['export const a: Set<T> = new Set([1]), b = 2', `export const a: Set<T> = ${pure('new Set([1])')}, b = 2`],
    ['const limit = bounds.characters', `const limit = ${pure('bounds.characters')}`],
    ['const limit = 5 * minute', `const limit = ${pure('5 * minute')}`],
    ['const all = [...some]', `const all = ${pure('[...some]')}`],
    ['const rows = { close: row(1) } as const', `const rows = ${pure('{ close: row(1) } as const')}`],
    ['const all = { ...some }', `const all = ${pure('{ ...some }')}`],
    [
      'const { a, b: [c], ...rest } = f()',
      'const taken0 = /* @__PURE__ */ (() => { const { a, b: [c], ...rest } = f(); return { a, c, rest } })(), ' +
        ['a', 'c', 'rest'].map((name) => `${name} = /* @__PURE__ */ (() => taken0.${name})()`).join(', '),
    ],
    ['const f = () => g()', 'const f = () => g()'],
    ['const table = { a: 1, say: (x) => x.y }', 'const table = { a: 1, say: (x) => x.y }'],
    ['function f() { const x = g() }', 'function f() { const x = g() }'],
    ['register(x)', 'register(x)'],
  ])('%s', (source, expected) => {
    expect(withDroppableConstants(source)).toBe(expected)
  })
})

import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { entries, importName } from '../../scripts/entries.ts'
import { typeErrors } from './project.ts'
import { codeOf, examplesOf, type Module, run, runMark, type Snippet } from './snippet.ts'

const modules: Record<string, Module> = Object.fromEntries(
  await Promise.all(
    Object.keys(entries).map(async (entry) => [importName(entry), await import(/* @vite-ignore */ importName(entry))]),
  ),
)
/** The names of ours need no import in docstrings. */
const own: Module = Object.assign({}, ...Object.values(modules))
modules['fast-check'] = await import('fast-check')
const same = (where: string, found: unknown, promised: unknown) => expect(found, where).toEqual(promised)

const pages = globSync(['README.md', 'docs/**/*.md'])
  .sort()
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }))
  .filter(({ text }) => text.includes(runMark))
  .map(({ file, text }) => codeOf(file, text))

describe('the code of the docs', () => {
  it('is marked to run where a newcomer copies it from', () => {
    expect(pages.map(({ file }) => file)).toEqual(
      expect.arrayContaining(['docs/tutorial.md', 'docs/how-to/workflow.md', 'docs/explanation/due-time.md']),
    )
  })

  it.each(pages)('$file runs and gives what it promises', async (page) => {
    await run(page, { modules, same })
  })

  it('compiles, and what it says does not compile does not', { timeout: 60_000 }, () => {
    expect(typeErrors(pages)).toEqual([])
  })
})

describe('the examples of docstrings', () => {
  const examples = globSync('src/**/*.ts').flatMap((file) => examplesOf(file, readFileSync(file, 'utf8')))

  it('are found', () => {
    expect(examples.length).toBeGreaterThan(3)
  })

  it.each(examples)('$file gives what it promises', async (example) => {
    const file = await import(/* @vite-ignore */ `../../${example.file}`)
    expect(await run(example, { modules, globals: { ...own, ...file }, same })).toBeGreaterThan(0)
  })
})

describe('the runner', () => {
  const page = (...lines: string[]): Snippet => codeOf('x.md', ['```ts', ...lines, '```'].join('\n'))
  const runs = (...lines: string[]) => run(page(...lines), { modules, same })

  it('counts promises, also of constants, of awaited values and of refusals', async () => {
    const refused = `toInstant('now') // => DeskError invalid_instant`
    expect(
      await runs(
        `import { toInstant } from 'ticketwright'`,
        'const x = 1 // => 1',
        'await x // => 2 - 1',
        refused,
        'x',
        '// => 1',
      ),
    ).toBe(4)
  })

  it.each([
    ['a wrong value', ['1 // => 2']],
    ['a wrong constant', ['const x = 1 // => 2']],
    ['a refusal that does not come', ['1 // => DeskError too_large']],
    ['another refusal', [`import { toInstant } from 'ticketwright'`, `toInstant('x') // => DeskError too_large`]],
    ['a promise of nothing', ['if (true) {', '  1 // => 1', '}']],
    ['an unknown module', [`import { x } from 'elsewhere'`, 'x // => 1']],
  ])('objects to %s', async (_what, lines) => {
    await expect(runs(...lines)).rejects.toThrow()
  })

  it('objects to what does not compile, at its line', { timeout: 60_000 }, () => {
    const wrong = page(`import { toInstant } from 'ticketwright'`, 'toInstant(true)')
    expect(typeErrors([wrong])).toEqual([expect.stringMatching(/^x\.md:3: .*not assignable/)])
  })

  it('leaves other blocks alone', () => {
    expect(codeOf('x.md', 'a\n```sh\nls\n```\n```ts\n1\n```\nb').code.trim()).toBe('1')
  })
})

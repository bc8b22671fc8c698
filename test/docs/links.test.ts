import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md', 'bench/*.md']).sort()
const written = (page: string) => withoutCode(readFileSync(page, 'utf8'))
const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '')

/** Links out of a page that lead nowhere: to a file that is not there, or to a heading that its page lacks. */
function broken(page: string, text = written(page)): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : normalize(join(dirname(page), path))
    return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
  })
}

/** Headings as links name them: lower case, no punctuation, hyphens for spaces. */
const anchorsOf = (page: string): string[] =>
  [...written(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

describe('links between the pages', () => {
  it.each(pages)('of %s lead somewhere', (page) => {
    expect(broken(page)).toEqual([])
  })

  it('are found broken when the page or the heading is missing', () => {
    const text =
      '[a](nowhere.md) [b](glossary.md#nothing) [c](glossary.md#late-from) [d](https://example.org) [e](#late)'
    expect(broken('docs/glossary.md', text)).toEqual(['nowhere.md', 'glossary.md#nothing'])
  })

  it('reach every page of the docs from the map', () => {
    const met = new Set(['docs/README.md'])
    for (const page of met)
      for (const [, link = ''] of written(page).matchAll(/\]\(([^)\s#]+\.md)(?:#[^)]*)?\)/g))
        if (existsSync(join(dirname(page), link))) met.add(normalize(join(dirname(page), link)))
    const decisions = globSync('docs/decisions/*.md') // the map leads to their folder
    expect(globSync('docs/**/*.md').filter((page) => !met.has(page) && !decisions.includes(page))).toEqual([])
  })
})

it('the map has a line for each decision on tickets, and numbers are used once', () => {
  const numbers = globSync('docs/decisions/*.md').map((path) => path.split('/').at(-1)?.slice(0, 3))
  expect(new Set(numbers).size).toBe(numbers.length)
  const map = readFileSync('docs/README.md', 'utf8')
  expect(globSync('docs/decisions/0*.md').filter((path) => !map.includes(path.replace('docs/', '')))).toEqual([])
})

it('nothing written names a path of a machine', () => {
  const named = pages.filter((page) => /(^|[\s("'`])\/(home|work|tmp|root|Users)\//m.test(readFileSync(page, 'utf8')))
  expect(named).toEqual([])
})

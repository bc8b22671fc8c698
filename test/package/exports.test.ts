import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { entries, fileName } from '../../scripts/entries.ts'
import { build, root } from './packed.ts'

const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

describe('exports', () => {
  beforeAll(build, 120_000)

  it('are the entries of the table, each for both module systems, with types', () => {
    const expected = Object.keys(entries).map((entry) => {
      const file = `./dist/${fileName(entry)}`
      return [
        entry,
        {
          import: { types: `${file}.d.ts`, default: `${file}.js` },
          require: { types: `${file}.d.cts`, default: `${file}.cjs` },
        },
      ]
    })
    expect(packageJson.exports).toEqual({ ...Object.fromEntries(expected), './package.json': './package.json' })
  })

  it('lead to every file that the build writes, and to none that it does not', () => {
    const named = Object.values(packageJson.exports).flatMap((entry) =>
      typeof entry === 'string'
        ? []
        : Object.values(entry as object).flatMap((files) => Object.values(files as object)),
    )
    const reached = new Set<string>()
    const follow = (file: string) => {
      if (reached.has(file)) return
      reached.add(file)
      expect(existsSync(join(root, file)), file).toBe(true)
      for (const [, path = ''] of readFileSync(join(root, file), 'utf8').matchAll(
        /(?:from|import|require\()\s*['"](\.\.?\/[^'"]+)['"]/g,
      )) {
        const target = posix.join(posix.dirname(file), path)
        follow(/\.d\.c?ts$/.test(file) ? target.replace(/\.(c?)js$/, '.d.$1ts') : target)
      }
    }
    for (const file of named) follow(posix.normalize(String(file)))
    expect([...reached].sort()).toEqual(
      readdirSync(join(root, 'dist'))
        .map((name) => `dist/${name}`)
        .sort(),
    )
  })
})

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { publint } from 'publint'
import { describe, expect, it } from 'vitest'
import { entries } from '../../scripts/entries.ts'
import { pack, root, temporaryFolder } from './packed.ts'

describe('what would be published', { timeout: 120_000 }, () => {
  it('holds the build, the licences and what npm adds, and no sources, tests or tools', () => {
    const { files } = pack(temporaryFolder())
    expect(files.filter((file) => !file.startsWith('dist/')).sort()).toEqual(
      expect.arrayContaining(['LICENSE', 'THIRD-PARTY.md', 'package.json']),
    )
    expect(
      files.filter((file) => !/^(dist\/|(LICENSE|THIRD-PARTY\.md|package\.json|README\.md|CHANGELOG\.md)$)/.test(file)),
    ).toEqual([])
  })

  it('has nothing publint would change', async () => {
    const { tarball } = pack(temporaryFolder())
    const file = readFileSync(tarball)
    const { messages } = await publint({
      pack: { tarball: file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer },
      strict: true,
    })
    expect(messages).toEqual([])
  })

  it('resolves to the right types for every importer (attw)', () => {
    const { tarball } = pack(temporaryFolder())
    const attw = ['--profile', 'node16', '--format', 'json', tarball] // fails, showing them, when it finds problems
    const said = execFileSync(join(root, 'node_modules/.bin/attw'), attw, { cwd: root, encoding: 'utf8' })
    expect(Object.keys(JSON.parse(said).analysis.entrypoints).sort()).toEqual(
      [...Object.keys(entries), './package.json'].sort(),
    )
  })
})

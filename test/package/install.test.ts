import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entries, importName } from '../../scripts/entries.ts'
import { pack, root } from './packed.ts'

const project = mkdtempSync(join(tmpdir(), 'ticketwright-project-'))
afterAll(() => rmSync(project, { recursive: true, force: true }))

const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: 'pipe' })
const write = (file: string, text: string) => writeFileSync(join(project, file), text)
const imports = Object.keys(entries).map(importName)
const lines = (line: (path: string, index: number) => string) => imports.map(line).join('\n')

describe('the packed tarball in an empty project', { timeout: 120_000 }, () => {
  beforeAll(() => {
    write('package.json', '{ "private": true }')
    const { tarball } = pack(project)
    run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball)
  }, 180_000)

  it('gives the same names by import and by require', () => {
    write(
      'list.mjs',
      `${lines((path, i) => `import * as e${i} from '${path}'\nconsole.log('${path}', Object.keys(e${i}).sort().join())`)}`,
    )
    write(
      'list.cjs',
      `${lines((path, i) => `const e${i} = require('${path}')\nconsole.log('${path}', Object.keys(e${i}).sort().join())`)}`,
    )
    const imported = run('node', 'list.mjs')
    expect(imported).toMatch(/^ticketwright .*\bDeskError\b/)
    expect(run('node', 'list.cjs')).toBe(imported)
  })

  it.each(['mjs', 'cjs'])('refuses with its own error class (%s)', (kind) => {
    const load =
      kind === 'mjs'
        ? `import { DeskError, isDeskError } from 'ticketwright'`
        : `const { DeskError, isDeskError } = require('ticketwright')`
    write(
      `refuse.${kind}`,
      `${load}
      const error = new DeskError({ code: 'ticket_not_found', facts: { ticketId: 't1' } })
      console.log(isDeskError(error, 'ticket_not_found'), error.message)`,
    )
    expect(run('node', `refuse.${kind}`)).toBe('true there is no ticket t1\n')
  })

  it('runs the quickstart', () => {
    copyFileSync(join(root, 'examples/quickstart.ts'), join(project, 'quickstart.mts'))
    expect(run('node', 'quickstart.mts')).not.toBe('')
  })

  it('shares its classes between entries and with the other module system’s errors by shape', () => {
    write(
      'both.mjs',
      `import { createRequire } from 'node:module'
      import { DeskError, isDeskError } from 'ticketwright'
      const other = createRequire(import.meta.url)('ticketwright')
      const error = new DeskError({ code: 'ticket_not_found', facts: { ticketId: 't1' } })
      console.log(other.isDeskError(error), isDeskError(error))`,
    )
    expect(run('node', 'both.mjs')).toBe('true true\n')
  })

  describe.each([
    ['node16', 'node16'],
    ['bundler', 'esnext'],
  ])('under tsc --strict with moduleResolution %s', (moduleResolution, module) => {
    /** What the compiler says of these files, the types of the dependencies included: nothing when all is well. */
    const tsc = (...files: string[]) => {
      const compilerOptions = {
        ...{ module, moduleResolution, noEmit: true, strict: true, exactOptionalPropertyTypes: true },
        ...{ target: 'es2023', lib: ['es2023', 'dom'], types: [] },
      }
      write('tsconfig.json', JSON.stringify({ compilerOptions, files }))
      const compiler = join(root, 'node_modules/typescript/bin/tsc')
      return spawnSync('node', [compiler, '-p', '.'], { cwd: project, encoding: 'utf8' }).stdout
    }

    it('compiles as ESM and as CJS, and objects to a wrong use', () => {
      const use = `import { DeskError, isDeskError, type Refusal } from 'ticketwright'
        const refusal: Refusal<'ticket_not_found'> = { code: 'ticket_not_found', facts: { ticketId: 't1' } }
        const error: unknown = new DeskError(refusal)
        if (isDeskError(error, 'ticket_not_found')) { const id: string = error.facts.ticketId; id.trim() }
        ${lines((path, i) => `import * as e${i} from '${path}'\nvoid e${i}`)}`
      write('use.mts', use)
      write('use.cts', use)
      write('wrong.mts', `import { isDeskError } from 'ticketwright'\nisDeskError(null, 'no_such_code')`)
      const objections = tsc('use.mts', 'use.cts', 'quickstart.mts', 'wrong.mts')
        .split(/\n(?! )/)
        .filter((line) => line !== '')
      expect(objections).toEqual([expect.stringMatching(/^wrong\.mts.*no_such_code/)])
    })
  })
})

import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'ticketwright-rooms-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes a source tree, judges it by the project's own rules, and returns what they object to. */
function objections(name: string, files: Record<string, string>): string[] {
  const root = join(folder, name)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  writeFileSync(join(root, 'tsconfig.json'), '{ "compilerOptions": { "module": "esnext" } }')
  writeFileSync(join(root, 'package.json'), readFileSync('package.json'))
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
  const arguments_ = ['--config', resolve('.dependency-cruiser.cjs'), '--output-type', 'json', 'src']
  const report = execFileSync(resolve('node_modules/.bin/depcruise'), arguments_, { cwd: root, encoding: 'utf8' })
  const found = JSON.parse(report).summary.violations as { rule: { name: string }; from: string }[]
  return found.map(({ rule, from }) => `${from.replace('src/', '')}: ${rule.name}`).sort()
}

const file = (...imports: string[]) =>
  [...imports.map((path, index) => `import * as i${index} from '${path}'`), 'export const x = 1'].join('\n')
const room = (...rooms: string[]) => file('../errors.ts', ...rooms.map((name) => `../${name}/fine.ts`))

const base = ['time', 'model', 'condition']
const core = [...base, 'workflow', 'sla', 'rules', 'queue', 'engine']
const fine = {
  'src/errors.ts': file(),
  'src/store.ts': file('./errors.ts', './model/fine.ts', './condition/fine.ts'),
  'src/time/zone.ts': file('luxon'),
  'src/time/fine.ts': file('../errors.ts', './zone.ts'),
  'src/model/fine.ts': room('time'),
  'src/condition/fine.ts': room('time', 'model'),
  'src/workflow/fine.ts': room(...base),
  'src/sla/fine.ts': room(...base),
  'src/rules/fine.ts': room(...base),
  'src/queue/fine.ts': room(...base),
  'src/engine/fine.ts': room(...core.slice(0, -1)),
  'src/analysis/fine.ts': room(...core),
  'src/desk/fine.ts': `${room(...core)}\nimport type * as s from '../store.ts'`,
  'src/stores/fine.ts': `${room(...base)}\nimport type * as s from '../store.ts'`,
  'src/stores/sqlite/fine.ts': file('node:fs', '../fine.ts'),
  'src/testing/fine.ts': room(...core, 'desk', 'analysis'),
  'src/render/fine.ts': room(...core, 'desk', 'analysis'),
  'src/index.ts': file('./desk/fine.ts', './stores/fine.ts', './engine/fine.ts'),
}

const planted: [path: string, text: string, rule: string][] = [
  ['loose.ts', file('./model/fine.ts'), 'every-source-file-is-in-a-room'],
  ['time/up.ts', file('../model/fine.ts'), 'time-knows-only-what-lies-below'],
  ['time/library.ts', file('luxon'), 'luxon-in-one-file'],
  ['model/up.ts', file('../condition/fine.ts'), 'model-knows-only-what-lies-below'],
  [
    'model/type.ts',
    `import type { x } from '../desk/fine.ts'\nexport type X = typeof x`,
    'model-knows-only-what-lies-below',
  ],
  ['condition/up.ts', file('../sla/fine.ts'), 'condition-knows-only-what-lies-below'],
  ['workflow/aside.ts', file('../sla/fine.ts'), 'workflow-knows-only-what-lies-below'],
  ['sla/aside.ts', file('../rules/fine.ts'), 'sla-knows-only-what-lies-below'],
  ['rules/aside.ts', file('../queue/fine.ts'), 'rules-knows-only-what-lies-below'],
  ['queue/aside.ts', file('../workflow/fine.ts'), 'queue-knows-only-what-lies-below'],
  ['engine/up.ts', file('../desk/fine.ts'), 'engine-knows-only-what-lies-below'],
  ['engine/store.ts', file('../store.ts'), 'engine-knows-only-what-lies-below'],
  ['analysis/aside.ts', file('../desk/fine.ts'), 'analysis-knows-only-what-lies-below'],
  ['desk/stores.ts', file('../stores/fine.ts'), 'desk-knows-only-what-lies-below'],
  ['desk/node.ts', file('node:crypto'), 'node-only-in-stores'],
  ['desk/bare-node.ts', file('crypto'), 'node-only-in-stores'],
  ['stores/up.ts', file('../engine/fine.ts'), 'stores-knows-only-what-lies-below'],
  ['stores/root.ts', file('../index.ts'), 'stores-knows-only-what-lies-below'],
  ['render/aside.ts', file('../testing/fine.ts'), 'render-knows-only-what-lies-below'],
  ['queue/tool.ts', file('esbuild'), 'published-code-needs-published-dependencies'],
  ['queue/nowhere.ts', file('./missing.ts'), 'imports-resolve'],
  ['queue/test.ts', file('../../test/outside.ts'), 'source-stays-in-src'],
  ['queue/circle.ts', file('./circle.ts'), 'no-circles'],
  ['utilities/thing.ts', file('../errors.ts'), 'every-source-file-is-in-a-room'],
]

describe('who imports whom', { timeout: 60_000 }, () => {
  it('lets every room use all that lies below it', () => {
    expect(objections('fine', fine)).toEqual([])
  })

  it('objects to each planted violation, by its rule, and to nothing else', () => {
    const files = Object.fromEntries(planted.map(([path, text]) => [`src/${path}`, text]))
    const expected = planted.map(([path, , rule]) => `${path}: ${rule}`)
    expect(objections('planted', { ...fine, ...files, 'test/outside.ts': file() })).toEqual(expected.sort())
  })

  it('keeps other entries out of the main one, and others than stores below the store port', () => {
    const files = {
      ...fine,
      'src/errors.ts': file('./time/zone.ts'),
      'src/store.ts': file('./workflow/fine.ts'),
      'src/index.ts': file('./testing/fine.ts', './stores/sqlite/fine.ts'),
    }
    expect(objections('top', files)).toEqual([
      'errors.ts: errors.ts-knows-only-what-lies-below',
      'index.ts: index-leaves-other-entries-alone',
      'index.ts: index-leaves-other-entries-alone',
      'store.ts: store.ts-knows-only-what-lies-below',
    ])
  })
})

/** Where a source asks the machine what time it is, or for a random number. */
function asksTheMachine(source: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    const text = node.getText(tree)
    if (
      ts.isPropertyAccessExpression(node) &&
      /^(Date\.now|performance\.(now|timeOrigin)|Math\.random|DateTime\.(now|local|utc))$/.test(text)
    )
      found.push(text)
    if (ts.isNewExpression(node) && node.expression.getText(tree) === 'Date' && !node.arguments?.length)
      found.push('new Date()')
    if (ts.isCallExpression(node) && node.expression.getText(tree) === 'Date') found.push('Date()')
    ts.forEachChild(node, visit)
  }
  const tree = ts.createSourceFile('x.ts', source, ts.ScriptTarget.ES2023)
  visit(tree)
  return found
}

describe('nobody asks what time it is', () => {
  it.each([
    ['const at = Date.now()', ['Date.now']],
    ['const now = options.now ?? Date.now', ['Date.now']],
    ['const at = +new Date()', ['new Date()']],
    ['const at = new Date', ['new Date()']],
    ['const at = Date()', ['Date()']],
    ['const at = performance.now()', ['performance.now']],
    ['const id = Math.random().toString(36)', ['Math.random']],
    ['const at = DateTime.now()', ['DateTime.now']],
    ['const at = new Date(event.at) // Date.now() would be wrong here', []],
    ["const at = 'Date.now()'", []],
  ])('%s', (source, expected) => {
    expect(asksTheMachine(source)).toEqual(expected)
  })

  it('reads the clock in src/time/clock.ts only, and draws no random numbers', () => {
    const found = globSync('src/**/*.ts').flatMap((path) =>
      asksTheMachine(readFileSync(path, 'utf8')).map((what) => `${path}: ${what}`),
    )
    expect(found.filter((line) => !/^src\/time\/clock\.ts: (Date|performance)\.now$/.test(line))).toEqual([])
  })
})

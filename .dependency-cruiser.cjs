/**
 * Which room may import which (docs: the table in ARCHITECTURE, "every room knows only what lies below it").
 * A new room is one line here. test/rooms.test.ts plants a violation of every rule.
 */
const below = ['time', 'model', 'condition']
const middle = ['workflow', 'sla', 'rules', 'queue']
const core = [...below, ...middle, 'engine']

/** @type {Record<string, string[]>} room → what it may import besides itself and src/errors.ts */
const rooms = {
  time: [],
  model: ['time'],
  condition: ['time', 'model'],
  ...Object.fromEntries(middle.map((room) => [room, below])),
  engine: [...below, ...middle],
  analysis: core,
  desk: [...core, 'store.ts'],
  stores: [...below, 'store.ts'],
  testing: [...core, 'analysis', 'desk', 'stores', 'store.ts'],
  render: [...core, 'analysis', 'desk'],
  'errors.ts': [],
  'store.ts': ['model', 'condition'],
}

const names = Object.keys(rooms)
const inside = (/** @type {string[]} */ list) =>
  `^src/(${list.map((name) => (name.endsWith('.ts') ? `${name.replace('.', '\\.')}$` : `${name}/`)).join('|')})`

module.exports = {
  forbidden: [
    ...names.map((name) => ({
      name: `${name}-knows-only-what-lies-below`,
      severity: 'error',
      from: { path: inside([name]) },
      to: { path: '^src/', pathNot: inside([name, 'errors.ts', ...(rooms[name] ?? [])]) },
    })),
    {
      name: 'index-leaves-other-entries-alone',
      comment: 'what has an entry of its own must not come along with the main one',
      severity: 'error',
      from: { path: '^src/index\\.ts$' },
      to: { path: '^src/(analysis|testing|render|stores/(sqlite|postgres))/' },
    },
    {
      name: 'every-source-file-is-in-a-room',
      severity: 'error',
      from: { path: '^src/', pathNot: [inside(names), '^src/index\\.ts$'] },
      to: {},
    },
    {
      name: 'source-stays-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: { pathNot: ['^src/', 'node_modules/'], dependencyTypesNot: ['core'], couldNotResolve: false },
    },
    {
      name: 'luxon-in-one-file',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/time/zone\\.ts$' },
      to: { path: '(^|/)node_modules/(@types/)?luxon/' },
    },
    {
      name: 'node-only-in-stores',
      comment: 'the rest runs in browsers and on the edge',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/stores/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'published-code-needs-published-dependencies',
      comment: '@noble/hashes is bundled',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '(^|/)node_modules/@noble/hashes/' },
    },
    { name: 'no-circles', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    { name: 'imports-resolve', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true, // a type import is an import
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
}

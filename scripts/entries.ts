/**
 * The public entries of the package: how they are imported, and the file behind each.
 * The build, the tests' aliases, the API report and the package tests read this table;
 * package.json `exports` repeats it (test/package/exports.test.ts compares the two).
 */
export const entries = {
  '.': 'src/index.ts',
  './analysis': 'src/analysis/index.ts',
  './postgres': 'src/stores/postgres/index.ts',
  './render': 'src/render/index.ts',
  './sqlite': 'src/stores/sqlite/index.ts',
  './testing': 'src/testing/index.ts',
} as const satisfies Record<'.' | `./${string}`, string>

/** `./sqlite` → `sqlite`, `.` → `index`: the file name in `dist/` and `docs/api/`. */
export const fileName = (entry: string) => (entry === '.' ? 'index' : entry.slice(2))

/** `./sqlite` → `ticketwright/sqlite`: what an importer writes. */
export const importName = (entry: string) => `ticketwright${entry.slice(1)}`

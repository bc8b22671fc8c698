import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { entries, importName } from './scripts/entries.ts'

export default defineConfig({
  resolve: {
    alias: Object.entries(entries).map(([entry, source]) => ({
      find: new RegExp(`^${importName(entry)}$`),
      replacement: fileURLToPath(new URL(source, import.meta.url)),
    })),
  },
  test: {
    globalSetup: ['test/postgres/global-setup.ts'],
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    maxWorkers: Math.max(2, availableParallelism() - 1), // two also on two cores: many tests wait for processes or the disk
    testTimeout: 20_000, // laws with many runs on two cores; a test that needs longer says so itself
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'] },
  },
})

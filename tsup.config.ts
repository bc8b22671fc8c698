import { defineConfig } from 'tsup'
import { droppableConstants } from './scripts/droppable.ts'
import { entries, fileName } from './scripts/entries.ts'

export default defineConfig({
  entry: Object.fromEntries(Object.entries(entries).map(([entry, source]) => [fileName(entry), source])),
  format: ['esm', 'cjs'],
  dts: true,
  clean: true,
  target: 'node22',
  platform: 'neutral',
  external: [/^node:/],
  removeNodeProtocol: false, // 'sqlite' exists under its full name only
  esbuildPlugins: [droppableConstants],
  splitting: true, // one copy of every class, whichever entries a program imports
  treeshake: true, // lets rollup write the CJS; tsup's own splitter downlevels `??` and class fields
  noExternal: ['@noble/hashes'], // ESM only: Jest and Node before 22.12 could not require() it
})

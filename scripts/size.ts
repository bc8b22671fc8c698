/**
 * How much of our own code (minified, gzipped, dependencies left out) a bundler ships for one import.
 * Figures beside the goals; exceeding a goal is reported, not failed.
 */
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const goals = [
  { names: ['createDesk', 'memoryStore'], kB: 25 },
  { names: ['businessCalendar'], kB: 5 },
]

const root = resolve(import.meta.dirname, '..')
const exported: object = await import(new URL('../dist/index.js', import.meta.url).href)

for (const { names, kB } of goals) {
  const what = `import { ${names.join(', ')} }`
  if (!names.every((name) => name in exported)) {
    console.log(`  ${what}: not exported yet`)
    continue
  }
  const { outputFiles } = await build({
    stdin: { contents: `export { ${names.join(', ')} } from 'ticketwright'`, resolveDir: root },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'neutral',
    tsconfigRaw: {}, // ours leads `ticketwright` to the sources; importers get the build
    external: ['immer', 'luxon', 'zod'],
  })
  const bytes = gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).length
  console.log(`  ${what}: ${(bytes / 1000).toFixed(1)} kB of ${kB} kB${bytes > kB * 1000 ? ' (over the goal)' : ''}`)
}

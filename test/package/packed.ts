import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'

export const root = resolve(import.meta.dirname, '../..')

/** Brings dist/ up to date with src/. */
export const build = () => execFileSync(join(root, 'scripts/build'), { stdio: 'pipe' })

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ticketwright-package-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Builds and packs what would be published, into `folder`: the path of the tarball and the files in it. */
export function pack(folder: string): { tarball: string; files: string[] } {
  build()
  const said = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: 'pipe',
  })
  const [packed] = Object.values(JSON.parse(said)) as { filename: string; files: { path: string }[] }[]
  if (!packed) throw new Error(`npm pack said ${said}`)
  return { tarball: join(folder, packed.filename), files: packed.files.map((file) => file.path) }
}

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it('the tally says why tests were skipped, once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ticketwright-tally-'))
  const file = join(folder, 'results.json')
  const skipped = { ancestorTitles: ['claims on a server (skipped: no PostgreSQL (13 or later))'] }
  const counts = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 2, numTodoTests: 0 }
  const testResults = [{ assertionResults: [skipped, skipped, { ancestorTitles: ['a price (in words)'] }] }]
  writeFileSync(file, JSON.stringify({ ...counts, testResults }))
  const script = new URL('../../scripts/tally.ts', import.meta.url).pathname
  const said = execFileSync(process.execPath, ['--no-warnings', script, file, '0'], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  expect(said).toBe('skipped: no PostgreSQL (13 or later)\n7 passed, 0 failed, 2 skipped\n')
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { apiReport } from '../../scripts/api.ts'
import { entries, fileName } from '../../scripts/entries.ts'
import { build, root, temporaryFolder } from './packed.ts'

describe('the API report', { timeout: 60_000 }, () => {
  beforeAll(build, 120_000)

  it.each(Object.keys(entries))('of %s shows the public surface as it is (npm run api:update)', (entry) => {
    expect(apiReport(entry).changed).toBe(false)
  })

  it('fails on a difference', () => {
    const folder = temporaryFolder()
    const report = readFileSync(join(root, `docs/api/${fileName('.')}.api.md`), 'utf8')
    writeFileSync(
      join(folder, 'index.api.md'),
      report.replace('export function isDeskError', 'export function isDeskErr'),
    )
    expect(apiReport('.', folder).changed).toBe(true)
  })
})

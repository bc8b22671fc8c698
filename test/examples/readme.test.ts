import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { build } from '../package/packed.ts'
import { runExample } from './incidents.ts'

const readme = readFileSync('README.md', 'utf8')
const quickstart = readFileSync('examples/quickstart.ts', 'utf8')

describe('the quickstart', () => {
  beforeAll(build, 120_000)

  it('is the code of the README, in 40 lines at most', () => {
    expect(readme).toContain(`\`\`\`ts\n${quickstart}\`\`\`\n`)
    expect(quickstart.trimEnd().split('\n').length).toBeLessThanOrEqual(40)
  })

  it('runs, and prints what the README shows', () => {
    const { stdout, status } = runExample('quickstart.ts')
    expect(status).toBe(0)
    expect(readme).toContain(`\`\`\`text\n${stdout}\`\`\`\n`)
  })
})

it('the README names both commands before anything else is asked of the reader', () => {
  const firstScreen = readme.split('\n').slice(0, 25).join('\n')
  expect(firstScreen).toContain('scripts/demo')
  expect(firstScreen).toContain('scripts/test')
})

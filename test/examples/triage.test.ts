import { beforeAll, describe, expect, it } from 'vitest'
import { definition } from '../../examples/triage/definition.ts'
import { build } from '../package/packed.ts'
import { runExample } from './incidents.ts'

describe('the triage of incidents and texts', () => {
  beforeAll(build, 120_000)

  it('has thirty rules, in which lint finds nothing, and says what fired and why', { timeout: 120_000 }, () => {
    expect(definition.triggers.length + definition.timeRules.length).toBe(30)
    const { stdout, status } = runExample('triage/index.ts', '5')
    expect(status).toBe(0)
    expect(stdout).toContain('30 rules; lint finds 0 things')
    expect(stdout).toMatch(/^moved +\d+ +\d+ +0$/m)
    expect(stdout).toContain('T-8 et "Õngitsuskiri postkastis": Urgent, security, standard')
    expect(stdout).toContain('  latvian: language is, found "lv" and department absent, found null → transfer')
    expect(stdout).toContain('loops: 0;')
  })

  it('says what it wants when it is given nonsense', () => {
    expect(runExample('triage/index.ts', 'many')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('how many incidents'),
    })
  })

  it('another template language fills texts at delivery, and escapes what it puts in', () => {
    const { stdout } = runExample('liquid.ts')
    expect(stdout).toContain('<p>Dear Mari &amp; Co,</p>')
    expect(stdout).toContain('<li>login</li><li>mail</li>')
    expect(stdout).toContain('&lt;b&gt;{{ subject }}&lt;/b&gt;')
  })
})

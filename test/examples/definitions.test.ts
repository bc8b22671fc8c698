/** The exported schema takes the definition of every example: they are run, and what they define is looked at. */
import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { defineDesk, definitionJsonSchema } from 'ticketwright'
import { afterAll, describe, expect, it, vi } from 'vitest'

const defined = vi.hoisted((): unknown[] => [])
vi.mock('ticketwright', async (original) => {
  const real = await original<typeof import('ticketwright')>()
  const defineDesk = (json: object) => {
    defined.push(json)
    return real.defineDesk(json)
  }
  return { ...real, defineDesk }
})
const said = vi.spyOn(console, 'log').mockImplementation(() => {})
afterAll(() => said.mockRestore())

const validate = new Ajv2020({ strictTuples: false, allowUnionTypes: true, validateFormats: false }).compile(
  definitionJsonSchema(),
)
const accepts = (json: unknown): boolean => validate(JSON.parse(JSON.stringify(json)))

/** Those that are tests define what they test as they run. */
const modules = globSync('examples/**/*.ts').filter(
  (path) => !path.endsWith('.test.ts') && readFileSync(path, 'utf8').includes('defineDesk('),
)

describe('the schema of definitions', () => {
  it.each(modules.sort())('takes what %s defines', async (path) => {
    defined.length = 0
    const module: { openDesk?: () => unknown } = await import(/* @vite-ignore */ resolve(path))
    module.openDesk?.()
    expect(defined).not.toEqual([])
    for (const json of defined) expect(accepts(json), JSON.stringify(validate.errors?.slice(0, 5))).toBe(true)
  })

  it('was asked of all that are known today, and refuses what is none of them', () => {
    expect(modules.length).toBeGreaterThanOrEqual(6)
    expect(accepts(defineDesk({}).json)).toBe(true)
    expect(accepts({ triggers: [{ id: 'x', on: [], do: [] }] })).toBe(false)
  })
})

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { drawing } from '../../examples/explain-a-clock/draw.ts'

it('the drawing of the docs is the one the library makes', async () => {
  const { name, svg } = await drawing()
  expect(readFileSync(new URL(`../../docs/explanation/${name}`, import.meta.url), 'utf8')).toBe(svg)
})

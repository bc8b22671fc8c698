/** Patterns: the same answer as trying every way, in time that grows with the text alone. */
import fc from 'fast-check'
import { bounds } from 'ticketwright'
import { describe, expect, it } from 'vitest'
import { globTest } from '../../src/condition/glob.ts'
import { leastCpuMs } from '../cpu.ts'
import { fits } from './oracle/naive.ts'

const alphabet = fc.constantFrom('a', 'a', 'a', 'b', '😀', '本')
const text = fc.array(alphabet, { maxLength: 24 }).map((all) => all.join(''))
const pattern = fc
  .array(fc.oneof(alphabet, fc.constantFrom('*', '*', '?', '?', '\\*', '\\?', '\\\\', '\\')), { maxLength: 12 })
  .map((all) => all.join(''))

describe('a pattern fits what trying every way says that it fits', () => {
  const same = (test: (pattern: string) => (text: string) => boolean) =>
    fc.assert(
      fc.property(pattern, text, (pattern, text) => {
        expect(test(pattern)(text)).toBe(fits([...text], [...pattern]))
      }),
      { seed: 20261126, numRuns: 50_000 },
    )

  it('whatever it holds', { timeout: 60_000 }, () => same(globTest))

  it('and one that takes a half of a character for a whole is caught', () => {
    expect(() => same((pattern) => globTest(pattern.replaceAll('?', pattern.includes('😀') ? '??' : '?')))).toThrow()
  })

  it.each<[pattern: string, text: string, fits: boolean]>([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['?', '', false],
    ['?', '😀', true],
    ['??', '😀', false],
    ['*?', '', false],
    ['*?', '😀', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*ab*ab', 'ab', false],
    ['*?b*?b', 'bbb', false],
    ['*?b*?b', 'abab', true],
    ['*a?b*', 'aaab', true],
    ['*a?😀*', 'a😀😀😀', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a\\', 'a\\', true],
  ])('%j and %j: %s', (pattern, text, expected) => {
    expect(globTest(pattern)(text)).toBe(expected)
    expect(fits([...text], [...pattern])).toBe(expected)
  })
})

describe('a pattern is asked of the longest body in less than 50 ms (hazard 31)', () => {
  const a = 'a'.repeat(bounds.bodyBytes)
  const parts = (count: number, length: number, last: string) =>
    Array.from({ length: count }, () => 'a'.repeat(length)).join('?') + last
  it.each<[what: string, pattern: string, text: string]>([
    ['twenty runs', `${'*a'.repeat(20)}b`, a],
    ['twenty runs that end in one', `${'*a'.repeat(19)}*b?`, a],
    ['one long word', `*${'a'.repeat(498)}b`, a],
    ['one long word with its odd letter first', `*b${'a'.repeat(498)}*`, a],
    ['one long word with its odd letter within', `*${'a'.repeat(249)}b${'a'.repeat(249)}*`, a],
    ['a word of gaps', `*${parts(18, 26, 'b')}*`, a],
    ['gaps and short words', `*${parts(18, 1, 'b')}*`, a],
    [
      'a word that nearly stands everywhere',
      `*${'a'.repeat(60)}*b*`,
      `${'a'.repeat(59)}c`.repeat(bounds.bodyBytes / 60),
    ],
    ['two units to a character', `*${'😀?'.repeat(17)}本*`, '😀'.repeat(bounds.bodyBytes / 2)],
  ])('%s', (_what, pattern, text) => {
    const test = globTest(pattern)
    expect(test(text)).toBe(false)
    expect(leastCpuMs(() => test(text), 50)).toBeLessThan(50)
  })
})

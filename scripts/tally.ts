/**
 * `node tally.ts RESULTS FAILED_STEPS`: the closing line of a test run, "N passed, N
 * failed", after why any were skipped.
 */
import { readFileSync } from 'node:fs'

interface Case {
  readonly ancestorTitles: readonly string[]
}

const [file = '', steps = '0'] = process.argv.slice(2)
const text = readFileSync(file, 'utf8')
if (text !== '') {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(text)
  const skipped = numPendingTests + numTodoTests
  const failed = Math.max(numFailedTests, Number(steps)) // a step may fail with every test passing
  // a suite that could not run here says so in its name
  const suites: string[] = testResults.flatMap(({ assertionResults }: { assertionResults: Case[] }) =>
    assertionResults.flatMap(({ ancestorTitles }) => ancestorTitles),
  )
  const reasons = suites.flatMap((suite) => /\(skipped: (.*)\)$/s.exec(suite)?.[1] ?? [])
  for (const reason of new Set(reasons)) console.log(`skipped: ${reason}`)
  console.log(`${numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
}

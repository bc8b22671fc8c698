/** `node tally.ts RESULTS FAILED_STEPS`: the closing line of a test run, "N passed, N failed". */
import { readFileSync } from 'node:fs'

const [file = '', steps = '0'] = process.argv.slice(2)
const text = readFileSync(file, 'utf8')
if (text !== '') {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(text)
  const skipped = numPendingTests + numTodoTests
  const failed = Math.max(numFailedTests, Number(steps)) // a step may fail with every test passing
  console.log(`${numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
}

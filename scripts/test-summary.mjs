// Adds up vitest's JSON reports and prints "N passed, N failed". A report that is missing or cut short, and a test file
// that did not load, count as one failure each: no result is not a good result.
import { readFileSync } from 'node:fs'

let passed = 0
let failed = 0
for (const path of process.argv.slice(2)) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'))
    passed += report.numPassedTests
    failed += report.numFailedTests
    for (const file of report.testResults) {
      if (file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')) failed++
    }
  } catch (error) {
    console.error(`${path}: ${error.message}`)
    failed++
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

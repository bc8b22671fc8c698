/**
 * The process that is killed at any moment: `node writer.ts FILE RUN STATEMENT CONTROL`. Gives commands to a desk on
 * the file, many at once, and says on stdout what was acknowledged. With a STATEMENT above 0 it kills itself right
 * before, or right after, the statement of that number. CONTROL leaves the transaction out.
 */
import { sqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { countdown } from './countdown.ts'
import { leadLives } from './lives.ts'
import { watchedFile } from './watched.ts'

const [path = '', run = '0', statement = '0', control = ''] = process.argv.slice(2)
const { handle, arm } = watchedFile(path, control !== '', countdown(Number(statement)))
const store = sqliteStore(handle)
arm()
await leadLives(store, run)

// One peer in a thread of its own, so that what hangs can be cut off. Says what it does with each job, in order.
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import { businessCalendar } from '../../src/time/business-calendar.ts'
import { BUDGET_MS, perCall, randomInputs } from '../measure.ts'
import { from, type Job, jobs, office, to, zone } from './case.ts'

const require = createRequire(import.meta.url)
const minute = 60_000
const inputs = randomInputs(65_536, from, to, minute)

/** Open milliseconds; instants in milliseconds. */
interface Peer {
  add(at: number, ms: number): number
  between(at: number, to: number): number
}

const peers: Record<string, () => Peer> = {
  'dayjs-business-time': () => {
    const dayjs = require('dayjs')
    dayjs.extend(require('dayjs-business-time'))
    const closed = { sunday: null, saturday: null }
    const open = Object.fromEntries(
      ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].map((weekday) => [
        weekday,
        [{ start: '09:00:00', end: '17:00:00' }],
      ]),
    )
    dayjs.setBusinessTime({ ...closed, ...open })
    dayjs.setHolidays(office.holidays)
    return {
      add: (at, ms) =>
        dayjs(at)
          .addBusinessMinutes(ms / minute)
          .valueOf(),
      between: (at, until) => dayjs(at).businessMinutesDiff(dayjs(until)) * minute,
    }
  },
  'moment-business-time + moment-timezone': () => {
    const moment = require('moment-timezone')
    require('moment-business-time')
    const nine = ['09:00:00', '17:00:00']
    moment.updateLocale('en', {
      workinghours: { 0: null, 1: nine, 2: nine, 3: nine, 4: nine, 5: nine, 6: null },
      holidays: office.holidays,
    })
    return {
      add: (at, ms) =>
        moment
          .tz(at, zone)
          .addWorkingTime(ms / minute, 'minutes')
          .valueOf(),
      between: (at, until) => moment.tz(until, zone).workingDiff(moment.tz(at, zone), 'minutes') * minute,
    }
  },
  'a loop over days with luxon': () => {
    const { DateTime } = require('luxon')
    const holidays = new Set<string>(office.holidays)
    function* days(at: number) {
      for (let date = DateTime.fromMillis(at, { zone }).startOf('day'); ; date = date.plus({ days: 1 })) {
        if (date.weekday > 5 || holidays.has(date.toISODate())) continue
        yield [date.set({ hour: 9 }).toMillis(), date.set({ hour: 17 }).toMillis()] as const
      }
    }
    return {
      add(at, ms) {
        let left = ms
        for (const [open, close] of days(at)) {
          const start = Math.max(at, open)
          if (close - start >= left) return start + left
          left -= Math.max(0, close - start)
        }
        return Number.NaN
      },
      between(at, until) {
        let sum = 0
        for (const [open, close] of days(at)) {
          if (open >= until) break
          sum += Math.max(0, Math.min(close, until) - Math.max(open, at))
        }
        return sum
      },
    }
  },
  ticketwright: () => businessCalendar(office),
}

const peer = (peers[workerData.peer] as () => Peer)()
const right = businessCalendar(office)

/** A question as a call of its own, so that no peer pays for choosing. */
function question(who: Peer, { op, ms }: Job): (at: number) => number {
  return op === 'add' ? (at) => who.add(at, ms) : (at) => who.between(at, at + ms)
}

for (const job of jobs) {
  const [ask, know] = [question(peer, job), question(right, job)]
  // slow peers are asked for as long as a second
  let [asked, wrong] = [0, 0]
  for (const until = performance.now() + 1000; asked < 500 && performance.now() < until; asked++) {
    const at = inputs[asked * 131] as number
    if (Math.abs(ask(at) - know(at)) > 1) wrong++
  }
  parentPort?.postMessage({ asked, wrong })
  parentPort?.postMessage({ ns: perCall((i) => ask(inputs[i] as number), inputs.length, BUDGET_MS) })
}

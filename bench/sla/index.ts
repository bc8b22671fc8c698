import {
  type Command,
  type Definition,
  decide,
  evolve,
  explainClock,
  rebuild,
  type Ticket,
  unwrap,
} from '../../src/index.ts'
import { median, perCall } from '../measure.ts'
import { duration, figure, table, writeSection } from '../report.ts'
import { ana, answers, asks, commandOf, deskOf, from, hour, mari, minute, notes, opening, tell } from './case.ts'

const day = 24 * hour
const many = 1_024

/** Time of a reply and a question, alternately, on so many tickets: each a command that moves clocks. */
function decideCost(definition: Definition, events = 10): number {
  const waiting: [Ticket, Command, number][] = []
  for (let i = 0; i < many; i++) {
    const id = `t${i}`
    const told = tell(definition, id, from + i * 7 * minute, [opening, answers, asks])
    const ticket = { ...told.ticket, version: events } as Ticket
    const at = ticket.lastAt + (1 + (i % 50)) * minute
    const [actor, request] = i % 2 ? answers : asks
    waiting.push([ticket, commandOf(id, actor as typeof ana, request), at])
  }
  return perCall(
    (i) => {
      const [ticket, command, at] = waiting[i % many] as [Ticket, Command, number]
      return unwrap(decide(definition, ticket, command, at)).events.length
    },
    65_536,
    1_500,
  )
}

console.log('· decide')
const shapes = [
  ['no clocks', 0, 0],
  ['1 clock', 1, 0],
  ['3 clocks', 3, 0],
  ['7 clocks', 7, 0],
  ['7 clocks, 20 steps', 7, 20],
] as const
const decides = shapes.map(([name, clocks, steps]) => {
  const [open, office] = (['alwaysOpen', 'office'] as const).map((calendar) =>
    decideCost(deskOf(clocks, steps, calendar)),
  ) as [number, number]
  return { name, open, office }
})
const bare = decides[0]?.open as number
const full = decides.at(-1)?.open as number

console.log('· event 10 against event 16,000')
const long = deskOf(3, 0, 'office')
const [tenth, sixteenThousandth] = longHistory(long)

/** The same command on a ticket with 10 events behind it, and with 16,000. */
function longHistory(definition: Definition): [number, number] {
  const commands = Array.from({ length: many }, (_, i) =>
    commandOf('t', i % 2 ? ana : mari, (i % 2 ? answers : asks)[1]),
  )
  const requests = Array.from({ length: 16_000 }, (_, i) => (i === 0 ? opening : i % 2 ? notes : asks))
  const [short, tall] = [5, 8_000].map((length) => tell(definition, 't', from, requests.slice(0, length)).ticket)
  return [short, tall].map((ticket) =>
    perCall(
      (i) =>
        unwrap(
          decide(
            definition,
            ticket as Ticket,
            commands[i % many] as Command,
            (ticket as Ticket).lastAt + (i % 600) * 1_000,
          ),
        ).events.length,
      65_536,
      1_500,
    ),
  ) as [number, number]
}

console.log('· counting 100,000 tickets anew after a calendar edit')
const before = deskOf(3, 0, 'office')
const edited = [before, deskOf(3, 0, 'office', from + 3 * day)] as const
const open = Array.from({ length: 1_000 }, (_, i) =>
  tell(before, `t${i}`, from + i * 3 * minute, [opening, answers, asks, notes, answers, asks]),
)
const again = commandOf('t', ana, { type: 'reapply' })
const counted: number[] = []
let moved = 0
for (let round = 0; round < 3; round++) {
  const started = performance.now()
  for (let i = 0; i < 100_000; i++) {
    const { ticket, events } = open[i % open.length] as (typeof open)[number]
    const decided = unwrap(
      decide(edited, ticket, { ...again, ticketId: ticket.id }, from + 4 * day, { history: events }),
    )
    if (!decided.unchanged) moved += 1
  }
  counted.push(performance.now() - started)
}
if (moved !== 300_000) throw new Error(`${moved} of 300,000 moved`)

console.log('· explain a year')
const year = tell(deskOf(3, 0, 'office'), 'year', from, [opening])
let ticket = year.ticket
const log = [...year.events]
for (let week = 1; week < 52; week++)
  for (const [k, [actor, request]] of [asks, answers, notes].entries()) {
    const decided = unwrap(
      decide(before, ticket, commandOf('year', actor as typeof ana, request), from + week * 7 * day + k * hour),
    )
    ticket = decided.ticket
    log.push(...decided.events)
  }
const explained = perCall(() => explainClock(before, log, 'resolution').stretches.length, 1, 1_500)
const stretches = explainClock(before, log, 'resolution').stretches.length

console.log('· rebuild')
const replayed = tell(
  deskOf(3, 0, 'office'),
  't',
  from,
  Array.from({ length: 3_000 }, (_, i) => (i === 0 ? opening : i % 2 ? answers : asks)),
)
const perEvent = (work: () => unknown) => {
  const rounds = Array.from({ length: 5 }, () => {
    const started = performance.now()
    work()
    return ((performance.now() - started) * 1e6) / replayed.events.length
  })
  return median(rounds)
}
const whole = perEvent(() => rebuild(replayed.events))
const byImmer = perEvent(() => replayed.events.reduce<Ticket | null>((now, event) => evolve(now, event), null))

const goal = (limit: string, met: boolean) => `${limit}: ${met ? 'met' : 'missed'}`
const anew = median(counted) / 1_000

writeSection(
  'sla',
  'Clocks',
  `
\`decide\` of parsed commands, a reply or a question in turn, on ${many.toLocaleString('en')} tickets in work. Round the clock a calendar query
costs next to nothing, so the first column is what the engine itself takes; the second has 9–17 with 20 holidays. Replies and questions make 4 events each where there are seven clocks.

${table(
  ['', 'round the clock', 'office hours', 'commands a second'],
  decides.map(({ name, open, office }) => [name, duration(open), duration(office), figure(1e9 / office)]),
)}

Goals: seven clocks and 20 steps without calendar queries (the first column) ${goal('at most 5 µs', full <= 5_000)}. They
cost ${duration(full - bare)} more than no clocks. The 16,000th event costs ${figure(sixteenThousandth / tenth)} × the 10th.

| | | goal |
| --- | --: | --: |
| count 100,000 open tickets anew after a calendar edit, each from its log of ${open[0]?.events.length} events | ${figure(anew)} s | ${goal('2 s', anew <= 2)} |
| explain a ticket of a year: ${log.length} events, ${stretches} stretches | ${duration(explained)} | ${goal('5 ms', explained <= 5e6)} |
| \`rebuild\`, an event | ${duration(whole)} (${figure(1e3 / whole)} M a second) | ${goal('1 M a second', whole <= 1_000)} |
| \`evolve\`, an event under immer | ${figure(byImmer / whole)} × that | |
`,
)
console.log('wrote docs/benchmarks.md')

import type { Run } from './run.ts'

const number = (value: number): string => value.toLocaleString('en-US')
const columns = (rows: readonly (readonly [label: string, value: string])[]): string => {
  const width = Math.max(...rows.map(([label]) => label.length))
  return rows.map(([label, value]) => `  ${label.padEnd(width)}  ${value}\n`).join('')
}

/** The figures for people. */
export function report(run: Run): string {
  const { facts, faults } = run
  return [
    `${number(run.incidents)} incidents, ${number(run.commands)} commands (${number(run.refused)} refused), three workers on one PostgreSQL ${run.postgres}\n`,
    '\nWhat the workers did\n',
    columns(
      run.workers.map(({ name, events, effects, killed, troubles }) => [
        name,
        `${number(events)} events of time, ${number(effects)} effects${killed ? '; killed in the middle of one' : ''}${troubles > 0 ? `; ${number(troubles)} troubles, and went on` : ''}`,
      ]),
    ),
    '\nWhat time did, each once\n',
    columns(
      [
        ['breaches', facts.breaches],
        ['steps', facts.steps],
        ['wakes', facts.wakes],
        ['automatic closings', facts.closings],
      ].map(([label, count]) => [String(label), number(Number(count))]),
    ),
    '\nCompared with one desk that nobody disturbs\n',
    columns([
      ['events', `${number(run.events)}; ${number(faults.lost)} lost, ${number(faults.invented)} invented`],
      ['facts of time', `${number(faults.twice)} twice`],
      ['versions', `${number(faults.gaps)} out of order`],
      [
        'effects',
        `${number(run.effects)}; ${number(faults.effectsLost)} lost, ${number(faults.effectsInvented)} invented; ${number(run.effectsAgain)} given out again, under the same id`,
      ],
    ]),
  ].join('')
}

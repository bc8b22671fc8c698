/**
 * The least processor time that something takes, of several times: what it needs, and not what else the machine did
 * meanwhile. Milliseconds.
 */
export function leastCpuMs(run: () => unknown, times = 5): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < times; i++) {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1_000)
  }
  return least
}

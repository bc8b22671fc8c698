const trials = 5

/**
 * The processor time in milliseconds that something needs: the least of five times, whatever else the machine did
 * meanwhile. `enough`: less than that is as good as nothing, and is not tried again.
 */
export function leastCpuMs(run: () => unknown, enough = 0): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < trials && least >= enough; i++) {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1_000)
  }
  return least
}

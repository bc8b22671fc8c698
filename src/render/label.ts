/** A text that belongs to a place on a line and has a stem down to it. */
export interface Label {
  readonly x: number
  readonly width: number
}

/** Where a label stands: its lane, 0 next to the line, and where its text begins. */
export interface Placed<L extends Label> {
  readonly label: L
  readonly lane: number
  readonly textX: number
}

const gap = 3
/** Between texts that stand side by side. */
const space = 6

/**
 * Labels in lanes, so that no text lies over another one, or over another one's stem. A text reaches to the right of
 * its stem, or to the left of it at the right edge; from that side on it is known which stems it might cover, so it
 * can stand above them.
 */
export function placeLabels<L extends Label>(labels: readonly L[], left: number, right: number): Placed<L>[] {
  const placed: Placed<L>[] = []
  const fits = ({ x, width }: Label) => x + gap + width <= right
  const toTheRight = labels.filter(fits).sort((a, b) => b.x - a.x)
  const toTheLeft = labels.filter((label) => !fits(label)).sort((a, b) => a.x - b.x)
  for (const label of [...toTheRight, ...toTheLeft]) {
    const textX = fits(label) ? label.x + gap : Math.max(left, label.x - gap - label.width)
    let lane = 0
    while (lane <= placed.length && placed.some((other) => collide({ label, lane, textX }, other))) lane++
    placed.push({ label, lane, textX })
  }
  return placed
}

function collide(a: Placed<Label>, b: Placed<Label>): boolean {
  if (a.lane === b.lane) return a.textX < b.textX + b.label.width + space && b.textX < a.textX + a.label.width + space
  const [above, below] = a.lane > b.lane ? [a, b] : [b, a]
  // two stems side by side are one line to the eye
  return above.label.x > below.textX - gap / 2 && above.label.x < below.textX + below.label.width + gap
}

/** What a drawing shows, read back from its SVG: where each text stands. */

export interface Box {
  readonly text: string
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

/** A common sans-serif font, 11 px: half as wide as high, and a little more. */
const width = (text: string): number =>
  [...text].reduce((sum, one) => sum + ((one.codePointAt(0) ?? 0) >= 0x1100 ? 11 : 5.6), 0)

export function textsOf(svg: string): Box[] {
  const found = svg.matchAll(/<text([^>]*)>(?:<title>[^<]*<\/title>)?([^<]*)<\/text>/g)
  return [...found].map(([, attributes = '', content = '']) => {
    const number = (name: string) => Number(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? Number.NaN)
    const text = unescaped(content)
    const size = Number.isNaN(number('font-size')) ? 1 : number('font-size') / 11
    const wide = width(text) * size * (attributes.includes('class="head"') ? 14 / 11 : 1)
    const left = attributes.includes('text-anchor="middle"') ? number('x') - wide / 2 : number('x')
    return { text, left, right: left + wide, top: number('y') - 9 * size, bottom: number('y') + 2 * size }
  })
}

/** Texts that lie over each other, or out of the picture. */
export function crowded(svg: string): string[] {
  const [, wide = 0, high = 0] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)?.map(Number) ?? []
  const texts = textsOf(svg)
  const outside = texts.filter(({ left, right, top, bottom }) => left < 0 || right > wide || top < 0 || bottom > high)
  const over = texts.flatMap((a, i) =>
    texts
      .slice(i + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => `${a.text} over ${b.text}`),
  )
  return [...outside.map(({ text }) => `${text} is outside`), ...over]
}

/** Every tag is closed, in order: enough for XML that holds nothing else. */
export function isWellFormed(svg: string): boolean {
  const open: string[] = []
  for (const [tag, closing, name = '', rest = ''] of svg.matchAll(
    /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"<]*")*\s*\/?)>|</g,
  )) {
    if (tag === '<') return false
    if (closing === '/') {
      if (open.pop() !== name) return false
    } else if (!rest.endsWith('/')) open.push(name)
  }
  return open.length === 0
}

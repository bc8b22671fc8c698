import { fail, type Refusal, refuse } from '../errors.ts'
import { isPlainObject } from './json.ts'
import type { Tag } from './tag.ts'

/** WCAG 2.2, success criterion 1.4.3 (AA), for text of ordinary size. */
const enoughContrast = 4.5

/**
 * How far a text stands out from its background, by WCAG 2: 1 (not at all) to 21. Colours are `#rgb`, `#rrggbb` or
 * `rgb(r, g, b)`; null for what is written otherwise, or see-through.
 * @example
 * contrastRatio('#000', '#ffffff') // => 21
 */
export function contrastRatio(color: string, background: string): number | null {
  const [a, b] = [luminanceOf(color), luminanceOf(background)]
  return a === undefined || b === undefined ? null : (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/**
 * Tags whose text is hard to read, each with its path: `low_contrast`. Colours written otherwise are not judged.
 * @throws DeskError `invalid_definition` for what is no list of tags
 */
export function checkTagColors(tags: readonly Tag[], path = 'tags'): Refusal[] {
  const wrong = Array.isArray(tags) ? tags.findIndex((tag) => !isPlainObject(tag)) : -1
  if (wrong >= 0 || !Array.isArray(tags))
    throw fail(
      'invalid_definition',
      { reason: 'tags are a list of { name, … }' },
      wrong < 0 ? path : `${path}[${wrong}]`,
    )
  return tags.flatMap(({ name, color, background }, i) => {
    const ratio = color === undefined || background === undefined ? null : contrastRatio(color, background)
    return ratio === null || ratio >= enoughContrast
      ? []
      : [
          refuse(
            'low_contrast',
            { tag: name, ratio: Math.floor(ratio * 100) / 100, needed: enoughContrast },
            `${path}[${i}].color`,
          ),
        ]
  })
}

/** Relative luminance, 0 to 1: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminanceOf(color: unknown): number | undefined {
  const parts = typeof color === 'string' ? partsOf(color.trim()) : undefined
  if (!parts) return undefined
  const [r = 0, g = 0, b = 0] = parts.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function partsOf(color: string): readonly number[] | undefined {
  const [, short] = /^#([\da-f]{3})$/i.exec(color) ?? []
  if (short !== undefined) return [...short].map((digit) => Number.parseInt(digit + digit, 16))
  const [, long] = /^#([\da-f]{6})$/i.exec(color) ?? []
  if (long !== undefined) return [0, 2, 4].map((at) => Number.parseInt(long.slice(at, at + 2), 16))
  const [, ...numbers] = /^rgb\( ?(\d{1,3}) ?[, ] ?(\d{1,3}) ?[, ] ?(\d{1,3}) ?\)$/i.exec(color) ?? []
  return numbers.length === 3 && numbers.every((part) => Number(part) <= 255) ? numbers.map(Number) : undefined
}

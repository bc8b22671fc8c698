/** Text as it may stand in SVG, between tags and in attributes; what XML cannot hold is left out. */
export const escaped = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML forbids them, escaped or not
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

/** A coordinate, to a hundredth of a pixel. */
export const px = (value: number): string => String(Math.round(value * 100) / 100)

/** How wide a text of 11 px is at most, in any common sans-serif font: too wide is well, too narrow overlaps. */
export function textWidth(text: string): number {
  let width = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    width +=
      code >= 0x1100 ? 12 : /[A-ZMW@%m]/.test(character) ? 8.6 : /[ .,:;·|iljt'()[\]]/.test(character) ? 4.2 : 6.6
  }
  return width
}

/** A text that is no wider than this, shortened if need be. */
export function fitting(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  const characters = [...text]
  while (characters.length > 0 && textWidth(`${characters.join('')}…`) > width) characters.pop()
  return characters.length === 0 ? '' : `${characters.join('').trimEnd()}…`
}

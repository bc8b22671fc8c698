/** How a value is made harmless before it is put into a message. */

/** Line breaks and control characters, and marks that would turn the direction of the text around them. */
const breaking = /[\p{Cc}\u2028\u2029]+/gu
const turning = /[\u202A-\u202E\u2066-\u2069]/gu

/** A value never brings a line of its own: into a subject it could bring another header. */
const plain = (value: string): string => value.replace(turning, '').replace(breaking, ' ')

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
  '=': '&#61;',
}

export const formats = {
  text: plain,
  html: (value: string): string => plain(value).replace(/[&<>"'`=]/g, (character) => entities[character] ?? ''),
} as const

export type Format = keyof typeof formats

/** A tag of the registry. Identity is the folded name: `Straße` and `STRASSE` are one tag. */
export interface Tag {
  readonly name: string
  /** Text colour, CSS. */
  readonly color?: string | undefined
  /** Background colour, CSS. */
  readonly background?: string | undefined
  /** Public tags may be shown to the requester. Private unless said. */
  readonly visibility?: 'public' | 'private' | undefined
  /** Stays on old tickets, cannot be added. */
  readonly archived?: boolean | undefined
}

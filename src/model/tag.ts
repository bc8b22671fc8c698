/** A tag of the registry. Identity is the folded name: `Straße` and `STRASSE` are one tag. */
export interface Tag<P extends string = string> {
  readonly name: string
  /** Text colour, CSS. */
  readonly color?: string | undefined
  /** Background colour, CSS. */
  readonly background?: string | undefined
  /** Public tags may be shown to the requester. Private unless said. */
  readonly visibility?: 'public' | 'private' | undefined
  /** Stays on old tickets, cannot be added. */
  readonly archived?: boolean | undefined
  /** A ticket with the tag is at least as urgent, unless somebody said otherwise by hand. */
  readonly priority?: P | undefined
  /**
   * The tag that it has become: whoever adds, removes, asks for or counts this one means that one, on tickets that were
   * given it before, too. These keep the name in their log, and in `tags` until their tags next change.
   */
  readonly mergedInto?: string | undefined
}

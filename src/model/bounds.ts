/** The limits of SEMANTICS §2: what exceeds one is refused (`too_large`) before anything is copied. */
export const bounds = {
  subjectCharacters: 500,
  excerptCharacters: 500,
  nameCharacters: 200,
  reasonCharacters: 500,
  bodyBytes: 256 * 1024,
  tags: 50,
  people: 50,
  related: 50,
  fields: 100,
  attachments: 50,
  nesting: 32,
  /** Values in one input. */
  values: 200_000,
  /** Values in one definition: 10,000 rules of a few questions each have their place. */
  definitionValues: 1_000_000,
  ticketBytes: 64 * 1024,
  idCharacters: 64,
  externalIdCharacters: 500,
} as const

/** Facts of time that one commit may hold; a command repeats commits until nothing more is due. */
export const maxFactsPerAdvance = 1_000

/** Triggers that one cause may fire on a ticket; what goes beyond is recorded (`rule_loop`). */
export const maxFiringsPerCause = 100

/** Firings of time rules in a row, without a command in between; what goes beyond is recorded and waits for one. */
export const maxTimeRulesInARow = 200

/** Time rules of a definition: a ticket keeps a number for each. */
export const maxTimeRules = 100

/** Something the caller can put right: a wrong argument, a file that cannot be read, a malformed line. */
export class InputError extends Error {}

/** The caller asked in a way that the usage explains. */
export class UsageError extends InputError {}

/** Tables with rows of tenants, all but `meta`: what row security is about, and what has to be there. */
export const tenantTables = [
  ...['tickets', 'events', 'external_ids', 'receipts', 'leases', 'presence', 'turns', 'effects', 'numbers'],
] as const

/** Sequences beside them. */
export const sequences = ['positions', 'turn_numbers', 'effect_positions'] as const

/** Functions by which the store writes and reads more than one statement says. */
export const functions = [
  ...[
    'enter_feed',
    'feed',
    'check_version',
    'conflict',
    'take',
    'save',
    'commit',
    'take_effects',
    'lease',
    'have_turn',
  ],
] as const

/** What row security needs beside policies. */
export const rowSecurityFunctions = ['of_tenant', 'commit_of_tenants'] as const

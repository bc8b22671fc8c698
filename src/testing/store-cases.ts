import { changeCases } from './case/change.ts'
import { commitCases } from './case/commit.ts'
import { durableCases } from './case/durable.ts'
import { effectCases } from './case/effect.ts'
import { equalCases } from './case/equal.ts'
import { failureCases } from './case/failure.ts'
import { findCases } from './case/find.ts'
import { keyCases } from './case/key.ts'
import { largeCases } from './case/large.ts'
import { leaseCases } from './case/lease.ts'
import { nameCases } from './case/name.ts'
import { presenceCases } from './case/presence.ts'
import { sharedCases } from './case/shared.ts'
import { tallyCases } from './case/tally.ts'
import { tenantCases } from './case/tenant.ts'
import { timeCases } from './case/time.ts'
import type { StoreCase } from './store-case.ts'

/**
 * What every store must do, as data for any test runner: each case makes a fresh store, tries one promise of the port
 * and throws an Error that says which part of it is broken.
 * @example
 * for (const { name, run } of storeCases) test(name, () => run(() => ({ store:
 * memoryStore(), close: async () => {} })))
 */
export const storeCases: readonly StoreCase[] = [
  ...commitCases,
  ...keyCases,
  ...nameCases,
  ...largeCases,
  ...timeCases,
  ...leaseCases,
  ...presenceCases,
  ...effectCases,
  ...tenantCases,
  ...findCases,
  ...equalCases,
  ...tallyCases,
  ...changeCases,
  ...durableCases,
  ...sharedCases,
  ...failureCases,
]

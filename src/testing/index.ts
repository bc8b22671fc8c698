export { type ManualClock, manualClock } from './manual-clock.ts'
export { sampleDefinition } from './sample.ts'
export type { MakeStore, StoreCase, StoreSetup } from './store-case.ts'
export { storeCases } from './store-cases.ts'

// stores

export { type ManualClock, manualClock } from './manual-clock.ts'
export { sampleDefinition } from './sample.ts'
export type { MakeStore, RawContents, StoreCase, StoreFailure, StoreSetup } from './store-case.ts'
export { storeCases } from './store-cases.ts'

// policies: clocks under definitions of your own

export { levelOf, officeHours } from './policy/build.ts'
export type { FastCheck, Gen } from './policy/draw.ts'
export type { CalendarOptions } from './policy/draw-calendar.ts'
export type { HistoryOptions } from './policy/draw-history.ts'
export type { LevelOptions } from './policy/draw-level.ts'
export { type Generators, generators } from './policy/generators.ts'
export { type ClockLaw, clockLaws } from './policy/law.ts'
export { type History, type HistoryStep, type TellOptions, type Told, tell } from './policy/tell.ts'

export type { ErrorCode, ErrorFacts, Refusal, Result } from './errors.ts'
export { DeskError, isDeskError } from './errors.ts'

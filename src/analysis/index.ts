export type { Finding } from './finding.ts'
export { lintDefinition } from './lint.ts'

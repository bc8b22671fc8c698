/**
 * The public surface of each entry as one reviewable file, `docs/api/ENTRY.api.md`, made from the built types:
 * a change of the surface shows in a diff. Run as a program it writes them; test/package/api.test.ts compares.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Extractor, ExtractorConfig, type ExtractorLogLevel } from '@microsoft/api-extractor'
import { entries, fileName } from './entries.ts'

const root = resolve(import.meta.dirname, '..')
const none = { logLevel: 'none' as ExtractorLogLevel.None }
const error = { logLevel: 'error' as ExtractorLogLevel.Error }

/**
 * Whether the built types of an entry differ from its report in `folder` (rewritten if `write`),
 * and the types that people meet in it but cannot import.
 */
export function apiReport(entry: string, folder = join(root, 'docs/api'), write = false) {
  const unnamed: string[] = []
  const name = fileName(entry)
  const scratch = mkdtempSync(join(tmpdir(), 'ticketwright-api-'))
  mkdirSync(folder, { recursive: true })
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, `dist/${name}.d.ts`),
      compiler: { overrideTsconfig: { extends: './tsconfig.json', include: [], files: [`dist/${name}.d.ts`] } },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: folder,
        reportTempFolder: scratch,
      },
      docModel: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: error },
        extractorMessageReporting: {
          default: none,
          'ae-forgotten-export': { logLevel: 'warning' as ExtractorLogLevel.Warning },
        },
        tsdocMessageReporting: { default: none },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  })
  try {
    const { apiReportChanged, errorCount } = Extractor.invoke(config, {
      localBuild: write,
      messageCallback: (message) => {
        if (message.messageId === 'ae-forgotten-export') unnamed.push(/"(.+?)"/.exec(message.text)?.[1] ?? message.text)
        if (message.logLevel !== 'error') message.handled = true // it prints what we return
      },
    })
    if (errorCount > 0) throw new Error(`the types of ${entry} do not compile`)
    return { changed: apiReportChanged, unnamed }
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

if (process.argv[1] === import.meta.filename) {
  let main = ''
  for (const entry of Object.keys(entries)) {
    const { changed, unnamed } = apiReport(entry, undefined, true)
    const report = `docs/api/${fileName(entry)}.api.md`
    console.log(`${report} ${changed ? 'rewritten' : 'as it was'}`)
    if (entry === '.') main = readFileSync(join(root, report), 'utf8')
    const exported = (name: string) =>
      new RegExp(`^export (class|const|function|interface|type) ${name}\\b`, 'm').test(main)
    const missing = unnamed.filter((name) => !exported(name))
    if (missing.length > 0) console.log(`  types people meet there but cannot import: ${missing.join(', ')}`)
  }
}

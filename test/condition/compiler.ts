import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Condition } from 'ticketwright'
import ts from 'typescript'

const root = resolve(import.meta.dirname, '../..')
const file = join(root, 'test/condition/asked-of-the-compiler.ts')

/** A value as the type of its literal. */
function typeText(value: unknown): string {
  if (Array.isArray(value)) return `readonly [${value.map(typeText).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const properties = Object.entries(value).filter(([, one]) => one !== undefined)
  return `{ ${properties.map(([key, one]) => `readonly ${JSON.stringify(key)}: ${typeText(one)}`).join('; ')} }`
}

/**
 * The compiler's word on conditions: for each of `types` (written as TypeScript, after `head`) which of `conditions` it
 * takes. All in one program, as the project compiles it; the file is nowhere but in memory.
 */
export function takenByCompiler(
  head: string,
  types: Readonly<Record<string, string>>,
  conditions: readonly Condition[],
): Readonly<Record<string, readonly boolean[]>> {
  const text = [
    head,
    `export interface Types { ${Object.entries(types)
      .map(([name, type]) => `readonly ${name}: ${type}`)
      .join('\n')} }`,
    `export interface Conditions {\n${conditions.map((one, i) => `readonly c${i}: ${typeText(one)}`).join('\n')}\n}`,
  ].join('\n')
  const config = ts.parseJsonConfigFileContent(
    ts.parseConfigFileTextToJson('tsconfig.json', readFileSync(join(root, 'tsconfig.json'), 'utf8')).config,
    { ...ts.sys, readDirectory: () => [file] },
    root,
  )
  const host = ts.createCompilerHost(config.options)
  const { getSourceFile, fileExists } = host
  host.fileExists = (name) => name === file || fileExists.call(host, name)
  host.getSourceFile = (name, language, ...more) =>
    name === file ? ts.createSourceFile(name, text, language) : getSourceFile.call(host, name, language, ...more)
  const program = ts.createProgram([file], config.options, host)
  const source = program.getSourceFile(file) as ts.SourceFile
  const wrong = program.getSemanticDiagnostics(source)
  if (wrong[0]) throw new Error(ts.flattenDiagnosticMessageText(wrong[0].messageText, '\n'))
  const checker = program.getTypeChecker()
  const properties = (name: string): readonly ts.Type[] => {
    const found = source.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name) as ts.Node
    const type = checker.getTypeAtLocation(found)
    return checker.getPropertiesOfType(type).map((property) => checker.getTypeOfSymbol(property))
  }
  const asked = properties('Conditions')
  const targets = properties('Types')
  // places that take the same conditions have one type
  const answers = new Map<ts.Type, readonly boolean[]>()
  const taken = (target: ts.Type): readonly boolean[] => {
    const known = answers.get(target) ?? asked.map((condition) => checker.isTypeAssignableTo(condition, target))
    answers.set(target, known)
    return known
  }
  return Object.fromEntries(Object.keys(types).map((name, i) => [name, taken(targets[i] as ts.Type)]))
}

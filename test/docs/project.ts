import ts from 'typescript'
import type { Snippet } from './snippet.ts'

const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd())

/** Snippets and the library as one program: what the compiler says of the snippets, with the lines of their pages. */
export function typeErrors(snippets: readonly Snippet[]): string[] {
  const program = programOf(new Map(snippets.map(({ file, code }) => [`${process.cwd()}/${file}.ts`, code])))
  return snippets.flatMap(({ file }) => {
    const tree = program.getSourceFile(`${process.cwd()}/${file}.ts`)
    const found = [...program.getSyntacticDiagnostics(tree), ...program.getSemanticDiagnostics(tree)]
    return found.map(({ start = 0, messageText }) => {
      const line = tree ? tree.getLineAndCharacterOfPosition(start).line + 1 : 0
      return `${file}:${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    })
  })
}

/** A program of the files given, which exist in memory only, and of all that they import. */
function programOf(files: ReadonlyMap<string, string>): ts.Program {
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path) ?? readFile(path)
  host.getSourceFile = (path, language, ...more) => {
    const text = files.get(path)
    return text === undefined ? getSourceFile(path, language, ...more) : ts.createSourceFile(path, text, language, true)
  }
  return ts.createProgram([...files.keys()], options, host)
}

/** The public types, as a program sees them that writes `T['a']['b']`. */
export function publicTypes(): {
  /** Names of all properties; of a union, those that every member has. */
  keys: (type: string) => string[]
  required: (type: string) => string[]
  literals: (type: string) => string[]
} {
  const asked = `${process.cwd()}/test/docs/asked.ts`
  const ask = (type: string): { checker: ts.TypeChecker; type: ts.Type } => {
    const known = types.get(type)
    if (!known) throw new Error(`ask for ${type} in test/docs/project.ts`)
    return known
  }
  const names = [
    'ErrorFacts',
    'TicketEventShapes',
    'TicketEvent',
    'CommandType',
    'Operator',
    'DeskDefinition',
    'LevelDefinition',
    'TargetDefinition',
    'ViewDefinition',
    'WorkflowDefinition',
    'Status',
    'Priority',
    'Tag',
    'SlaClock',
  ]
  const source = [
    `import type * as T from 'ticketwright'`,
    ...names.map((name) => `export type ${name} = T.${name}`),
    'export type Events = { [K in keyof T.TicketEventShapes]: T.TicketEventShapes[K] }',
    'export type Commands = { [K in T.CommandType]: T.CommandInput<K> }',
  ].join('\n')
  const program = programOf(new Map([[asked, source]]))
  const checker = program.getTypeChecker()
  const types = new Map<string, { checker: ts.TypeChecker; type: ts.Type }>()
  for (const statement of program.getSourceFile(asked)?.statements ?? [])
    if (ts.isTypeAliasDeclaration(statement))
      types.set(statement.name.text, { checker, type: checker.getTypeAtLocation(statement.name) })
  const step = (type: ts.Type, key: string): ts.Type => {
    const property = type.getProperty(key)
    return property ? checker.getNonNullableType(checker.getTypeOfSymbol(property)) : checker.getNeverType()
  }
  const resolve = (path: string): ts.Type => {
    const [first = '', ...rest] = path.split('.')
    return rest.reduce(step, ask(first).type)
  }
  const keys = (path: string, but = 0): string[] =>
    checker
      .getPropertiesOfType(resolve(path))
      .filter((property) => !(property.flags & but))
      .map((property) => property.name)
      .sort()
  return {
    keys: (path) => keys(path),
    required: (path) => keys(path, ts.SymbolFlags.Optional),
    literals: (path) => {
      const type = resolve(path)
      return (type.isUnion() ? type.types : [type])
        .flatMap((part) => (part.isStringLiteral() ? [part.value] : []))
        .sort()
    },
  }
}

import ts from 'typescript'

/** Code taken from a page or a docstring, line for line where it stood, so that findings name the right line. */
export interface Snippet {
  readonly file: string
  readonly code: string
}

/** The page says of itself that its code runs. */
export const runMark = '<!-- Every ts block of this page runs in test/docs. -->'

/** The `ts` blocks of a page; every other line is left empty. */
export function codeOf(file: string, markdown: string): Snippet {
  let inside = false
  const lines = markdown.split('\n').map((line) => {
    const fence = /^\s*```(.*)$/.exec(line)
    if (!fence) return inside ? line : ''
    inside = !inside && fence[1] === 'ts'
    return ''
  })
  return { file, code: lines.join('\n') }
}

/** The examples of docstrings that promise a value; each begins at the line of its tag. */
export function examplesOf(file: string, source: string): Snippet[] {
  const examples: Snippet[] = []
  const visit = (node: ts.Node): void => {
    for (const tag of ts.getJSDocTags(node)) {
      const code = ts.getTextOfJSDocComment(tag.comment) ?? ''
      if (tag.tagName.text !== 'example' || !code.includes('// =>')) continue
      const line = ts.getLineAndCharacterOfPosition(tree, tag.pos).line
      examples.push({ file, code: '\n'.repeat(line) + code })
    }
    ts.forEachChild(node, visit)
  }
  const tree = ts.createSourceFile('x.ts', source, ts.ScriptTarget.ES2023, true)
  visit(tree)
  return [...new Map(examples.map((example) => [example.code, example])).values()]
}

export type Module = Readonly<Record<string, unknown>>

export interface RunOptions {
  /** What `import` finds, by specifier; `node:*` is found anyway. */
  readonly modules: Readonly<Record<string, Module>>
  /** Names that need no import. */
  readonly globals?: Module
  /** Called for each `// =>` with what was found and what was promised. */
  readonly same: (where: string, found: unknown, promised: unknown) => void
}

/** Runs a snippet as one module; says how many promises it made. */
export async function run({ file, code }: Snippet, { modules, globals = {}, same }: RunOptions): Promise<number> {
  const { text, promises } = withPromises(file, code)
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  })
  const find = (name: string): unknown => {
    const found = modules[name] ?? (name.startsWith('node:') ? process.getBuiltinModule(name) : undefined)
    if (!found) throw new Error(`${file} imports ${name}, which is not there`)
    return found
  }
  const refuses = async (where: string, act: () => Promise<unknown>, code: string): Promise<void> => {
    const outcome = await act().then(
      (value) => ({ value }),
      (error: unknown) => error,
    )
    same(where, (outcome as { code?: unknown }).code ?? outcome, code)
  }
  const names = Object.keys(globals)
  const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => (...args: unknown[]) => Promise<void>
  const body = new AsyncFunction('require', 'exports', '$same', '$refuses', ...names, outputText)
  await body(find, {}, same, refuses, ...names.map((name) => globals[name]))
  return promises
}

/** `x // => 1` becomes a comparison, `x // => DeskError code` a refusal that must come. */
function withPromises(file: string, code: string): { text: string; promises: number } {
  const tree = ts.createSourceFile('x.ts', code, ts.ScriptTarget.ES2023, true)
  let text = ''
  let done = 0
  let promises = 0
  for (const statement of tree.statements) {
    // behind the statement, or alone on the next line
    const [comment, promised] = /^;?[ \t]*\n?[ \t]*\/\/ => (.+)/.exec(code.slice(statement.end)) ?? []
    if (comment === undefined || promised === undefined) continue
    const found = promisedBy(statement)
    const where = JSON.stringify(`${file}:${tree.getLineAndCharacterOfPosition(statement.end).line + 1}`)
    if (found === undefined) throw new Error(`${where}: a value is promised of something that has none`)
    const refusal = /^DeskError (\w+)$/.exec(promised)?.[1]
    text += code.slice(done, found.from)
    text += refusal
      ? `;await $refuses(${where}, async () => (${found.value}), '${refusal}');`
      : `;$same(${where}, (${found.value}), (${promised}));`
    done = statement.end + comment.length
    promises += 1
  }
  const marks = code.match(/\/\/ =>/g)?.length ?? 0
  if (marks !== promises) throw new Error(`${file}: ${marks - promises} of ${marks} "// =>" belong to no statement`)
  return { text: text + code.slice(done), promises }
}

/** An expression is its own value, `const x = …` that of x. */
function promisedBy(statement: ts.Statement): { from: number; value: string } | undefined {
  if (ts.isExpressionStatement(statement))
    return { from: statement.getStart(), value: statement.expression.getText().replace(/;$/, '') }
  const [declaration, ...more] = ts.isVariableStatement(statement) ? statement.declarationList.declarations : []
  return declaration && more.length === 0 && ts.isIdentifier(declaration.name)
    ? { from: statement.end, value: declaration.name.text }
    : undefined
}

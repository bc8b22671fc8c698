import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'
import ts from 'typescript'

/**
 * Lets bundlers drop what a module computes while it loads when nobody uses it. They may not assume that
 * `const Id = z.string()` does nothing else, and would ship every schema to somebody who imports a calendar.
 */
export const droppableConstants: Plugin = {
  name: 'droppable-constants',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => ({
      contents: withDroppableConstants(await readFile(path, 'utf8')),
      loader: 'ts',
    }))
  },
}

/**
 * The same module with `const x = f(y.z)` at its top level written as `const x = (() => f(y.z))()`, marked pure;
 * a pattern, which cannot be dropped as it stands, becomes one such constant for each of its names.
 */
export function withDroppableConstants(source: string): string {
  const tree = ts.createSourceFile('module.ts', source, ts.ScriptTarget.ES2023)
  const text = (node: ts.Node) => node.getText(tree)
  const pure = (expression: string) => `/* @__PURE__ */ (() => ${expression})()`

  const rewritten = (declaration: ts.VariableDeclaration, index: number): [ts.Node, string][] => {
    const { name, initializer } = declaration
    if (!initializer) return []
    if (ts.isIdentifier(name)) return computes(initializer) ? [[initializer, pure(`(${text(initializer)})`)]] : []
    const names = namesIn(name).map(text)
    const whole = `taken${index}`
    const taken = `${whole} = ${pure(`{ const ${text(name)} = ${text(initializer)}; return { ${names.join(', ')} } }`)}`
    return [[declaration, [taken, ...names.map((one) => `${one} = ${pure(`${whole}.${one}`)}`)].join(', ')]]
  }

  let written = ''
  let at = 0
  const declarations = tree.statements
    .filter(ts.isVariableStatement)
    .flatMap((each) => each.declarationList.declarations)
  for (const [node, replacement] of declarations.flatMap(rewritten)) {
    written += source.slice(at, node.getStart(tree)) + replacement
    at = node.end
  }
  return written + source.slice(at)
}

const namesIn = (pattern: ts.BindingPattern): ts.Identifier[] =>
  pattern.elements.flatMap((element) =>
    ts.isOmittedExpression(element) ? [] : ts.isIdentifier(element.name) ? [element.name] : namesIn(element.name),
  )

/** Whether it calls or reads something when evaluated, which might have an effect for all that a bundler knows. */
function computes(node: ts.Node): boolean {
  if (ts.isFunctionLike(node) || ts.isTypeNode(node)) return false // runs later, if at all
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) return true
  if (ts.isSpreadElement(node) || ts.isSpreadAssignment(node)) return true
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return true
  if (ts.isBinaryExpression(node)) return true // an operand's `valueOf` may do anything
  return ts.forEachChild(node, computes) ?? false
}

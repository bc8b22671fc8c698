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

/** The same module with `const x = f(y.z)` at its top level written as `const x = (() => f(y.z))()`, marked pure. */
export function withDroppableConstants(source: string): string {
  const tree = ts.createSourceFile('module.ts', source, ts.ScriptTarget.ES2023)
  const initialisers = tree.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => declarationList.declarations)
    .flatMap(({ name, initializer }) => (initializer && ts.isIdentifier(name) ? [initializer] : []))
  let written = ''
  let at = 0
  for (const initialiser of initialisers.filter(computes)) {
    written += `${source.slice(at, initialiser.getStart(tree))}/* @__PURE__ */ (() => (${initialiser.getText(tree)}))()`
    at = initialiser.end
  }
  return written + source.slice(at)
}

/** Whether it calls or reads something when evaluated, which might have an effect for all that a bundler knows. */
function computes(node: ts.Node): boolean {
  if (ts.isFunctionLike(node) || ts.isTypeNode(node)) return false // runs later, if at all
  if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isSpreadElement(node)) return true
  if (ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)) return true
  return ts.forEachChild(node, computes) ?? false
}

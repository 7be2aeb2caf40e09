import ts from 'typescript'
import type { CodeBlock } from './markdown.ts'

/** A part of a page's text that is blanked out, so that line numbers stay the same. */
interface Cut {
  readonly from: number
  readonly to: number
}

/**
 * Combines the blocks of a page into a module with the line numbers of the page. Imports of all blocks come first, on
 * the first line; each block is a scope inside that of the block before, so that it continues it and may declare the same names again.
 */
export function pageModule(blocks: readonly CodeBlock[]): string {
  const imports = new Set<string>()
  const lines: string[] = []
  for (const { code, line } of blocks) {
    while (lines.length < line - 1) lines.push('')
    lines.push('{')
    lines.push(...withoutImports(code, imports).split('\n').slice(0, -1))
  }
  lines[0] = `${[...imports].join('; ')}${lines[0] ?? ''}`
  return `${lines.join('\n')}\n${'}'.repeat(blocks.length)}\nexport {}\n`
}

/** Removes the imports and `export`s of the code, and adds the imports to those of the page. */
function withoutImports(code: string, imports: Set<string>): string {
  const source = ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest, true)
  const cuts: Cut[] = []
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      for (const text of bindings(statement)) imports.add(text)
      cuts.push({ from: statement.getStart(), to: statement.end })
    }
    for (const modifier of ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []) {
      if (modifier.kind === ts.SyntaxKind.ExportKeyword) cuts.push({ from: modifier.getStart(), to: modifier.end })
    }
  }
  let text = code
  for (const { from, to } of cuts)
    text = text.slice(0, from) + text.slice(from, to).replaceAll(/[^\n]/g, ' ') + text.slice(to)
  return text
}

/** Merges imports, so that blocks with the same import do not collide. */
function bindings(statement: ts.ImportDeclaration): string[] {
  const from = statement.moduleSpecifier.getText()
  const clause = statement.importClause
  if (clause === undefined) return [`import ${from}`]
  const type = clause.phaseModifier === ts.SyntaxKind.TypeKeyword ? 'type ' : ''
  const named = clause.namedBindings
  return [
    ...(clause.name === undefined ? [] : [`import ${type}${clause.name.text} from ${from}`]),
    ...(named === undefined ? [] : namedImports(named).map((text) => `import ${type}${text} from ${from}`)),
  ]
}

function namedImports(named: ts.NamedImportBindings): string[] {
  if (ts.isNamespaceImport(named)) return [named.getText()]
  return named.elements.map((element) => `{ ${element.getText()} }`)
}

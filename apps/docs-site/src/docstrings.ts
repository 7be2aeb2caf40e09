import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { z } from 'zod'
import { type Document, parseDocument } from './markdown.ts'
import { root } from './repository.ts'

/** A published module, such as `@billfold/core/storage`, and its built declarations. */
export interface PublicModule {
  readonly name: string
  readonly declarations: string
}

const manifestShape = z.object({
  name: z.string(),
  private: z.boolean().optional(),
  exports: z.record(z.string(), z.union([z.string(), z.object({ types: z.string().optional() })])).optional(),
})

/** Lists the modules of the published packages, as their manifests export them. */
export function publicModules(): readonly PublicModule[] {
  return readdirSync(join(root, 'packages')).flatMap((folder) => {
    const file = join(root, 'packages', folder, 'package.json')
    if (!existsSync(file)) return []
    const manifest = manifestShape.parse(JSON.parse(readFileSync(file, 'utf8')))
    if (manifest.private === true) return []
    return Object.entries(manifest.exports ?? {}).flatMap(([path, target]) => {
      if (typeof target === 'string' || target.types === undefined) return []
      const name = manifest.name + path.slice(1)
      return [{ name, declarations: join(root, 'packages', folder, target.types) }]
    })
  })
}

/** A name that a public module exports. */
interface PublicExport {
  readonly module: string
  readonly name: string
  readonly documented: boolean
}

/**
 * Lists every name that the modules export, except those of third-party packages.
 * @throws Error if the declarations of a module do not exist
 */
export function publicExports(modules: readonly PublicModule[]): readonly PublicExport[] {
  const files = modules.map(({ declarations }) => declarations)
  const program = ts.createProgram(files, { module: ts.ModuleKind.NodeNext, skipLibCheck: true, types: [] })
  const checker = program.getTypeChecker()
  return modules.flatMap(({ name, declarations }) => {
    const source = program.getSourceFile(declarations)
    const symbol = source === undefined ? undefined : checker.getSymbolAtLocation(source)
    if (symbol === undefined) throw new Error(`${name}: ${declarations} does not exist, or is not a module`)
    return checker.getExportsOfModule(symbol).flatMap((exported) => {
      const original = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      if (isForeign(original)) return []
      const documented =
        original.getDocumentationComment(checker).length > 0 || original.getJsDocTags(checker).length > 0
      return [{ module: name, name: exported.name, documented }]
    })
  })
}

/** Lists the public exports without a docstring, one line each. */
export function missingDocstrings(modules: readonly PublicModule[]): readonly string[] {
  return publicExports(modules)
    .filter(({ documented }) => !documented)
    .map(({ module, name }) => `${module}: ${name} has no docstring`)
}

/** True if a name comes from a third-party package, whose authors document it. */
function isForeign({ declarations = [] }: ts.Symbol): boolean {
  return declarations.every((declaration) => declaration.getSourceFile().fileName.includes('/node_modules/'))
}

/** Parses the docstrings of the published packages, one document per source: its code blocks are the examples. */
export function docstringDocuments(): readonly Document[] {
  const folders = new Set(publicModules().map(({ name }) => name.split('/')[1] ?? ''))
  return [...folders].flatMap((folder) => {
    const sources = join(root, 'packages', folder, 'src')
    return readdirSync(sources, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => {
        const path = ['packages', folder, 'src', name.replaceAll('\\', '/')].join('/')
        return parseDocument(path, extractComments(readFileSync(join(root, path), 'utf8')))
      })
  })
}

/** Blanks out everything but the comments of a source, so that line numbers stay the same. */
function extractComments(source: string): string {
  return source
    .split('\n')
    .map((line) => /^\s*\* ?(?!\/)(.*)$/.exec(line)?.[1] ?? '')
    .join('\n')
}

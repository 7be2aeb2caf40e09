import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { z } from 'zod'
import { type Document, parseDocument } from './markdown.ts'
import { root } from './repository.ts'

/** A module that is published: `@billfold/core/storage`, and its declarations as built. */
export interface PublicModule {
  readonly name: string
  readonly declarations: string
}

const manifestShape = z.object({
  name: z.string(),
  private: z.boolean().optional(),
  exports: z.record(z.string(), z.union([z.string(), z.object({ types: z.string().optional() })])).optional(),
})

/** Every module of the packages that are published, by what their manifests export. */
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
 * Every name that the modules export, without those of packages that are not ours.
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

/** The public exports without a docstring, one line each. */
export function missingDocstrings(modules: readonly PublicModule[]): readonly string[] {
  return publicExports(modules)
    .filter(({ documented }) => !documented)
    .map(({ module, name }) => `${module}: ${name} has no docstring`)
}

/** True if a name comes from a package that is not ours: its documentation is its authors'. */
function isForeign({ declarations = [] }: ts.Symbol): boolean {
  return declarations.every((declaration) => declaration.getSourceFile().fileName.includes('/node_modules/'))
}

/** The docstrings of the packages that are published, each source as a document: its code is that of the examples. */
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

/** The comments of a source, each line where it is; nothing else. */
function extractComments(source: string): string {
  return source
    .split('\n')
    .map((line) => /^\s*\* ?(?!\/)(.*)$/.exec(line)?.[1] ?? '')
    .join('\n')
}

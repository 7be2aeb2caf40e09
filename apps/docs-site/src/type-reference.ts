import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { Application } from 'typedoc'
import type { PluginOptions } from 'typedoc-plugin-markdown'
import type { PublicModule } from './docstrings.ts'
import { parseDocument } from './markdown.ts'
import type { Page } from './page.ts'
import { output, root } from './repository.ts'
import { compilerOptions } from './compiler-options.ts'

/**
 * Generates the reference of every module from its docstrings: pages in `reference/`.
 * @throws Error if TypeDoc cannot read the declarations, or warns
 */
export async function typeReference(modules: readonly PublicModule[]): Promise<readonly Page[]> {
  const out = mkdtempSync(join(tmpdir(), 'billfold-reference-'))
  try {
    await writeMarkdown(modules, out)
    return readdirSync(out, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => {
        const path = `reference/${name.replaceAll('\\', '/')}`
        const markdown = readFileSync(join(out, name), 'utf8')
        return { url: path.replace(/\.md$/, '.html'), title: parseDocument(path, markdown).title, markdown }
      })
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

async function writeMarkdown(modules: readonly PublicModule[], out: string): Promise<void> {
  const looks: Partial<PluginOptions> = {
    hidePageHeader: true,
    hideBreadcrumbs: true,
    indexFormat: 'table',
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    propertyMembersFormat: 'table',
    useCodeBlocks: true,
    sanitizeComments: true,
    tableColumnSettings: { hideModifiers: true },
    entryFileName: 'index',
  }
  const entryPoints = modules.map(({ declarations }) => declarations)
  const tsconfig = join(output, 'tsconfig.reference.json')
  writeFileSync(tsconfig, JSON.stringify({ compilerOptions, files: entryPoints }))
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints,
    tsconfig,
    name: 'TypeScript reference',
    readme: 'none',
    disableSources: true,
    excludeExternals: true,
    skipErrorChecking: true,
    logLevel: 'Error',
    out,
    ...looks,
  })
  const project = await app.convert()
  if (project === undefined) throw new Error('TypeDoc cannot read the declarations')
  // TypeDoc names a module by its file: `core/dist/storage`.
  const names = new Map(modules.map(({ name, declarations }) => [fileName(declarations), name]))
  for (const module of project.children ?? []) module.name = names.get(module.name) ?? module.name
  await app.generateOutputs(project)
  if (app.logger.hasErrors()) throw new Error('TypeDoc has found errors')
}

function fileName(declarations: string): string {
  return relative(join(root, 'packages'), declarations)
    .replaceAll('\\', '/')
    .replace(/(\/index)?\.d\.ts$/, '')
}

// Checks that the storage on the page about storage adapters fulfils the contract: the last block of the page runs the suite.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { readDocument } from './markdown.ts'
import { pageModule } from './page-module.ts'
import { root } from './repository.ts'

const blocks = readDocument('docs/storage-adapters.md').blocks.filter(({ language }) => language === 'ts')
const { outputText } = ts.transpileModule(pageModule(blocks), {
  compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
})
const folder = join(root, 'apps/docs-site/dist/tests')
mkdirSync(folder, { recursive: true })
const file = join(folder, 'storage-page.mjs')
writeFileSync(file, outputText)
await import(pathToFileURL(file).href)

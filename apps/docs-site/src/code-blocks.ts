import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { firstProgram } from './first-steps.ts'
import type { CodeBlock, Document } from './markdown.ts'
import { pageModule } from './page-module.ts'
import { output } from './repository.ts'
import { compilerOptions } from './compiler-options.ts'

/** The folder for the blocks of the pages, written as modules. */
export const blocksFolder = join(output, 'blocks')

/** The languages whose blocks are type-checked. */
const checked = new Set(['ts', 'js'])

/** The modules written for the compiler and for the process that runs pages. */
export interface WrittenBlocks {
  readonly blocks: number
  readonly pages: number
  readonly run: number
}

/**
 * Writes the blocks of each page as one module: `ts` and `js` for the compiler, and the `js` blocks a second time to be run. What readers
 * copy from the pages for first steps is a module of its own for the compiler, without what they do not see.
 */
export function writeBlocks(documents: readonly Document[]): WrittenBlocks {
  rmSync(blocksFolder, { recursive: true, force: true })
  for (const folder of ['run', 'visible']) mkdirSync(join(blocksFolder, folder), { recursive: true })
  writeFileSync(
    join(blocksFolder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['*.ts', 'visible/*.ts'] }),
  )
  const written = { blocks: 0, pages: 0, run: 0 }
  for (const { path, blocks } of documents) {
    const code = blocks.filter(({ language }) => checked.has(language))
    const runnable = code.filter(({ language }) => language === 'js')
    written.blocks += code.length
    if (code.length > 0) written.pages += writeModule(`${fileName(path)}.ts`, code)
    if (runnable.length > 0) written.run += writeModule(join('run', `${fileName(path)}.mjs`), runnable)
    const copied = firstProgram(path, blocks)
    if (copied.length > 0) writeModule(join('visible', `${fileName(path)}.ts`), copied)
  }
  return written
}

function writeModule(name: string, blocks: readonly CodeBlock[]): number {
  writeFileSync(join(blocksFolder, name), pageModule(blocks))
  return 1
}

/** Converts a path such as `docs/dids.md` to a file name. */
function fileName(path: string): string {
  return path.replaceAll('/', '~')
}

/** Rewrites the output of the compiler to refer to pages instead of modules. */
export function aboutPages(text: string): string {
  return text.replaceAll(
    /^.*?([\w.~-]+\.(?:md|ts))\.ts\((\d+),(\d+)\)/gm,
    (_, name: string, line: string, column: string) => {
      return `${name.replaceAll('~', '/')}:${line}:${column}`
    },
  )
}

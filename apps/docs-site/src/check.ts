// Checks the documentation against the code: links, code blocks, docstrings and generated tables. Prints the problems, and exits
// with status 1 if there are any.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { aboutPages, blocksFolder, writeBlocks } from './code-blocks.ts'
import { docstringDocuments, missingDocstrings, publicModules } from './docstrings.ts'
import { tableFaults } from './derived-tables.ts'
import { linkFaults } from './links.ts'
import { readDocument } from './markdown.ts'
import { contentsFaults } from './navigation.ts'
import { documentPaths, output, root } from './repository.ts'

const documents = documentPaths().map(readDocument)

function report(name: string, faults: readonly string[]): void {
  for (const fault of faults) console.error(fault)
  if (faults.length === 0) return
  console.error(`${name}: ${faults.length} wrong\n`)
  process.exitCode = 1
}

/** Runs a script of this repository and returns the lines it prints if it fails. */
function complaints(script: string, ...args: string[]): readonly string[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { cwd: root, encoding: 'utf8' })
  return status === 0 ? [] : aboutPages(`${stdout}${stderr}`).trim().split('\n')
}

report('links', linkFaults(documents))
report('contents', contentsFaults(readDocument('docs/README.md'), documents))
report('tables', tableFaults())
const { blocks, pages, run } = writeBlocks([...documents, ...docstringDocuments()])
report('types of code blocks', complaints(join(root, 'node_modules/typescript/bin/tsc'), '-p', blocksFolder))
report('code blocks that are run', complaints(join(output, 'run-pages.js')))
const modules = publicModules()
report('docstrings', missingDocstrings(modules))
console.log(
  `${documents.length} documents, ${blocks} code blocks on ${pages} pages, ${run} pages run, ${modules.length} modules`,
)

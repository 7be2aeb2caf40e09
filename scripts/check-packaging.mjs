// Packs every published package and checks the tarballs with publint and are-the-types-wrong, their manifests and their sizes.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { runChecks } from './checks.mjs'
import { checkClientSize, checkTarballSize } from './package-limits.mjs'
import { packAll } from './public-packages.mjs'
import { root, runProgram } from './run-command.mjs'

const folder = mkdtempSync(join(tmpdir(), 'billfold-packed-'))
const publint = join(root, 'node_modules', 'publint', 'src', 'cli.js')

/** How `require` and the resolution of Node 10 find types: the packages are ES modules with `exports`. */
const ignoredResolutions = ['node10', 'node16-cjs']

/** Fields that the registry page and tools read. */
const requiredFields = ['description', 'keywords', 'license', 'type', 'sideEffects', 'engines', 'exports']

/** @param {string} tarball */
async function checkManifest(tarball) {
  const read = (/** @type {readonly string[]} */ ...args) => execFileSync('tar', args, { encoding: 'utf8' })
  const files = read('-tzf', tarball).split('\n')
  const manifest = JSON.parse(read('-xzOf', tarball, 'package/package.json'))
  const missing = [
    ...['README.md', 'LICENSE'].filter((name) => !files.includes(`package/${name}`)),
    ...requiredFields.filter((name) => manifest[name] === undefined),
  ]
  if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`)
}

/**
 * Checks in this process: programs of their own would each load a compiler.
 * @param {string} tarball
 */
async function checkTypes(tarball) {
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))))
  if (analysis.types === false) return
  const problems = analysis.problems.filter(
    (problem) => !('resolutionKind' in problem && ignoredResolutions.includes(problem.resolutionKind)),
  )
  if (problems.length > 0) throw new Error(problems.map((problem) => JSON.stringify(problem)).join('\n'))
}

try {
  const tarballs = [...(await packAll(folder))]
  const { failed } = await runChecks([
    ...tarballs.flatMap(([name, tarball]) => [
      { name: `publint ${name}`, run: () => runProgram(process.execPath, [publint, 'run', tarball, '--strict']) },
      { name: `types of ${name}`, run: () => checkTypes(tarball) },
      { name: `manifest, README and licence of ${name}`, run: () => checkManifest(tarball) },
      { name: `size of ${name}`, run: async () => checkTarballSize(name, tarball) },
    ]),
    { name: 'size of @billfold/core/client in a browser', run: checkClientSize },
  ])
  if (failed > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}

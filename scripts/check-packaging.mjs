// Packs every published package and checks the tarballs with publint and are-the-types-wrong, their manifests and their sizes.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChecks } from './checks.mjs'
import { checkClientSize, checkTarballSize } from './package-limits.mjs'
import { packAll } from './public-packages.mjs'
import { root, runProgram } from './run-command.mjs'

const folder = mkdtempSync(join(tmpdir(), 'billfold-packed-'))
const publint = join(root, 'node_modules', 'publint', 'src', 'cli.js')
const attw = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js')

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

try {
  const tarballs = [...(await packAll(folder))]
  const { failed } = await runChecks([
    ...tarballs.flatMap(([name, tarball]) => [
      { name: `publint ${name}`, run: () => runProgram(process.execPath, [publint, 'run', tarball, '--strict']) },
      {
        name: `types of ${name}`,
        run: () =>
          runProgram(process.execPath, [attw, tarball, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii']),
      },
      { name: `manifest, README and licence of ${name}`, run: () => checkManifest(tarball) },
      { name: `size of ${name}`, run: async () => checkTarballSize(name, tarball) },
    ]),
    { name: 'size of @billfold/core/client in a browser', run: checkClientSize },
  ])
  if (failed > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}

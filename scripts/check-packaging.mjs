// Packs every published package and holds the tarballs against publint and are-the-types-wrong.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChecks } from './checks.mjs'
import { packAll } from './public-packages.mjs'
import { root, runProgram } from './run-command.mjs'

const folder = mkdtempSync(join(tmpdir(), 'billfold-packed-'))
const publint = join(root, 'node_modules', 'publint', 'src', 'cli.js')
const attw = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js')
try {
  for (const [name, tarball] of await packAll(folder)) {
    const { failed } = await runChecks([
      { name: `publint ${name}`, run: () => runProgram(process.execPath, [publint, 'run', tarball, '--strict']) },
      {
        name: `types of ${name}`,
        run: () =>
          runProgram(process.execPath, [attw, tarball, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii']),
      },
    ])
    if (failed > 0) process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true })
}

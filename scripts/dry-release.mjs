// Shows what a release would contain, in a temporary clone: versions and changelogs from the changesets, and the files to publish.
// Nothing is uploaded.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { publicPackages } from './public-packages.mjs'
import { root, runLine } from './run-command.mjs'

const clone = join(mkdtempSync(join(tmpdir(), 'billfold-release-')), 'billfold')

/**
 * @param {string} line
 * @param {string} [cwd]
 */
async function run(line, cwd = clone) {
  const { status, output } = await runLine(line, { cwd })
  if (status !== 0) throw new Error(`${line}\n${output}`)
  return output
}

try {
  await run(`git clone --quiet "${root}" "${clone}"`, root)
  await run('node scripts/bootstrap.mjs')
  await run('npx changeset version')
  for (const { name, folder } of publicPackages()) {
    const read = (/** @type {string} */ file) => readFileSync(join(clone, 'packages', folder, file), 'utf8')
    console.log(`${name} ${JSON.parse(read('package.json')).version}`)
    if (folder === 'core') console.log(read('CHANGELOG.md'))
  }
  const published = await run('npx --yes pnpm@12.21.0 publish --recursive --dry-run --no-git-checks --access public')
  console.log(
    published
      .split('\n')
      .filter((line) => !/ WARN |^npm warn/i.test(line))
      .join('\n'),
  )
} finally {
  rmSync(join(clone, '..'), { recursive: true, force: true })
}

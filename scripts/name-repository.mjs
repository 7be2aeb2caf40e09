// Writes the repository field that provenance requires into each published manifest, from GITHUB_SERVER_URL and
// GITHUB_REPOSITORY, so that a fork publishes its own. Run it in a temporary checkout.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publicPackages } from './public-packages.mjs'
import { root } from './run-command.mjs'

const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env
if (!GITHUB_SERVER_URL || !GITHUB_REPOSITORY) throw new Error('GITHUB_SERVER_URL and GITHUB_REPOSITORY must be set')
for (const { folder } of publicPackages()) {
  const file = join(root, 'packages', folder, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  const repository = {
    type: 'git',
    url: `git+${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}.git`,
    directory: `packages/${folder}`,
  }
  writeFileSync(file, `${JSON.stringify({ ...manifest, repository }, null, 2)}\n`)
}

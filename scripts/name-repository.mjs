// Writes into each published manifest where its sources are, as provenance asks for: what GITHUB_SERVER_URL and
// GITHUB_REPOSITORY say, so that a fork that publishes says its own. For a checkout that is thrown away.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publicPackages } from './public-packages.mjs'
import { root } from './run-command.mjs'

const { GITHUB_SERVER_URL, GITHUB_REPOSITORY } = process.env
if (!GITHUB_SERVER_URL || !GITHUB_REPOSITORY)
  throw new Error('GITHUB_SERVER_URL and GITHUB_REPOSITORY say where the sources are')
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

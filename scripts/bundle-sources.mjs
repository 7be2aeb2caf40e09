import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bundleAuthenticationPage } from './bundle-authentication-page.mjs'
import { bundleFaceModels } from './bundle-face-models.mjs'
import { bundleKdfWorker } from './bundle-kdf-worker.mjs'
import { bundlePackages } from './bundle-packages.mjs'
import { root } from './run-command.mjs'

/** What the bundles are made of. */
const inputs = [
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/src`),
  'packages/core/data',
  'packages/storage-kysely/migrations',
  'apps/authentication-page/src',
  'scripts',
]
const stamp = join(root, 'node_modules', '.cache', 'billfold-bundles')

/** Bundles the authentication page and the workers, and then the published packages, which contain them. */
export async function bundleSources() {
  const startedAt = new Date()
  await Promise.all([bundleAuthenticationPage(), bundleKdfWorker(), bundleFaceModels()])
  await bundlePackages()
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, startedAt.toISOString())
}

/** The global setup of the suites: some of them start processes that run from the bundles. */
export async function setup() {
  if (!isCurrent()) await bundleSources()
}

function isCurrent() {
  const { mtimeMs: bundledAt } = statSync(stamp, { throwIfNoEntry: false }) ?? { mtimeMs: 0 }
  return inputs.every((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).every(
      (file) => statSync(join(root, folder, file)).mtimeMs < bundledAt,
    ),
  )
}

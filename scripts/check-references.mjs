// Checks that tsconfig.json references every project: the build at the root silently skips any other.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run-command.mjs'

/** @type {{ references: { path: string }[] }} */
const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
const referenced = new Set(references.map(({ path }) => path))
const projects = ['packages', 'tests', 'apps', 'examples']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
  .concat('benchmarks', 'scripts')
  .filter((path) => existsSync(join(root, path, 'tsconfig.json')))
for (const path of projects.filter((one) => !referenced.has(one))) {
  console.error(`tsconfig.json does not reference ${path}`)
  process.exitCode = 1
}

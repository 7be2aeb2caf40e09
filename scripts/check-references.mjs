// Every project of the workspace is built from the root: one that is not named in tsconfig.json would silently be left out.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run-command.mjs'

/** @type {{ references: { path: string }[] }} */
const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
const named = new Set(references.map(({ path }) => path))
const projects = ['packages', 'tests', 'apps', 'examples']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
  .concat('benchmarks', 'scripts')
  .filter((path) => existsSync(join(root, path, 'tsconfig.json')))
for (const path of projects.filter((one) => !named.has(one))) {
  console.error(`tsconfig.json does not reference ${path}`)
  process.exitCode = 1
}

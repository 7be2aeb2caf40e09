// Checks that tsconfig.json references every project of the workspace: the build at the root silently skips any other.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run-command.mjs'

/** @type {{ references: { path: string }[] }} */
const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'))
const referenced = new Set(references.map(({ path }) => path))
/** What the workspace leaves out is not built with it: each such project has a check that installs it apart. */
const apart = new Set(
  [...readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8').matchAll(/^ +- "!(.+)"$/gm)].map(([, path]) => path),
)
const projects = ['packages', 'tests', 'apps', 'examples']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
  .concat('benchmarks', 'scripts')
  .filter((path) => !apart.has(path) && existsSync(join(root, path, 'tsconfig.json')))
for (const path of projects.filter((one) => !referenced.has(one))) {
  console.error(`tsconfig.json does not reference ${path}`)
  process.exitCode = 1
}

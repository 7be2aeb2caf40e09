// Installs the packed packages with pnpm, where a package can import only its own dependencies, and emits the declarations of a
// project that exports values of all packages with inferred types: for each TypeScript version and module resolution.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalogVersions } from './catalog.mjs'
import { saveCounts, runChecks } from './checks.mjs'
import { packAll, publicPackages } from './public-packages.mjs'
import { root, runLine, runProgram } from './run-command.mjs'

const typescripts = { 5.9: '5.9.3', '6.0': '6.0.3', 7: catalogVersions(['typescript'])['typescript'] }
const resolutions = { nodenext: 'nodenext', bundler: 'esnext' }
// zod is a dependency of every host that defines a module: its tables of events and routes are zod schemas.
const hostDependencies = ['@types/express', '@types/koa', '@types/node', 'express', 'koa', 'kysely', 'libsql', 'zod']

const folder = mkdtempSync(join(tmpdir(), 'billfold-declarations-'))

async function install() {
  const tarballs = Object.fromEntries(
    [...(await packAll(folder))]
      .filter(([name]) => name !== '@billfold/testing')
      .map(([name, file]) => [name, `file:${file}`]),
  )
  const compilers = Object.entries(typescripts).map(([name, version]) => [
    `typescript-${name}`,
    `npm:typescript@${version}`,
  ])
  const dependencies = { ...tarballs, ...catalogVersions(hostDependencies), ...Object.fromEntries(compilers) }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
  // JSON is valid YAML. The overrides make packages that depend on each other use the tarballs as well.
  const settings = { pmOnFail: 'ignore', engineStrict: false, overrides: tarballs }
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), JSON.stringify(settings))
  for (const name of ['inferred-host.ts', 'generate-inferred.mjs'])
    copyFileSync(join(root, 'scripts/consumers', name), join(folder, name))
  return await runLine('npx --yes pnpm@12.21.0 install --prefer-offline', { cwd: folder })
}

/** All entry points except `@billfold/testing`, which can be loaded in vitest only. */
function entryPoints() {
  return publicPackages()
    .filter(({ name }) => name !== '@billfold/testing')
    .flatMap(({ name, exports }) => Object.keys(exports).map((path) => `${name}${path.slice(1)}`))
    .filter((entry) => !entry.endsWith('/package.json'))
}

/**
 * @param {string} typescript
 * @param {[string, string]} resolution module resolution and module kind
 */
async function emits(typescript, [moduleResolution, module]) {
  const config = `tsconfig.${typescript}.${moduleResolution}.json`
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023'],
    types: ['node'],
    module,
    moduleResolution,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: '.',
    outDir: `declarations-${typescript}-${moduleResolution}`,
  }
  const files = ['inferred-host.ts', 'inferred.ts']
  writeFileSync(join(folder, config), JSON.stringify({ compilerOptions, files }))
  const compiler = join(folder, 'node_modules', `typescript-${typescript}`, 'bin', 'tsc')
  return await runProgram(process.execPath, [compiler, '-p', config], { cwd: folder })
}

try {
  const prepared = await runChecks([{ name: 'the packed packages install with pnpm', run: install }])
  const generate = () => runProgram(process.execPath, ['generate-inferred.mjs', ...entryPoints()], { cwd: folder })
  const counts = [prepared]
  if (prepared.failed === 0)
    counts.push(await runChecks([{ name: 'the project with inferred types is generated', run: generate }]))
  if (counts.every(({ failed }) => failed === 0))
    for (const typescript of Object.keys(typescripts))
      counts.push(
        await runChecks(
          Object.entries(resolutions).map((resolution) => ({
            name: `declarations of TypeScript ${typescript}, ${resolution[0]}`,
            run: () => emits(typescript, resolution),
          })),
        ),
      )
  const { failed } = saveCounts('declarations', counts)
  if (failed > 0) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

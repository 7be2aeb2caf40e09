// Runs the `npm install` lines of the READMEs literally, in empty folders and on the oldest Node that is promised, with the packed
// packages in place of the released ones. npm chooses among the versions of a dependency by their `engines`.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogVersions } from './catalog.mjs'
import { publicPackages } from './public-packages.mjs'
import { root, runLine } from './run-command.mjs'

/** The first Node that `engines` of the packages allows. */
export const oldestNode = '20.19.0'

/** @typedef {{ file: string, line: string }} InstallLine */

/**
 * Lists the install lines of the READMEs that are read first.
 * @returns {InstallLine[]}
 */
export function installLines() {
  const files = ['README.md', ...publicPackages().map(({ folder }) => `packages/${folder}/README.md`)]
  return files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/npm install (?!-g)[^`\n#]+/g)].map(([line]) => ({
      file,
      line: line.trim(),
    })),
  )
}

/**
 * Returns functions that run the install lines.
 * @param {string} folder an empty folder
 * @param {ReadonlyMap<string, string>} tarballs the packed packages by name
 */
export function installLineChecks(folder, tarballs) {
  const lines = installLines()
  const first = lines.filter(({ file }) => file === 'README.md')
  if (first.length < 2) throw new Error('README.md has no install lines for Express and Koa')
  return [
    {
      name: `the install lines of README.md on Node ${oldestNode}, and what they install`,
      run: () => runAndUse(join(folder, 'readme'), first, tarballs),
    },
    ...lines
      .filter(({ file }) => file !== 'README.md')
      .map((each, at) => ({
        name: `${each.file}: ${each.line}`,
        // npm 11 writes lock files for vitest that it does not accept itself: optional dependencies of other systems are missing.
        run: () =>
          runSteps(join(folder, `line-${at}`), [
            toNpm(each.line, tarballs),
            ...(each.line.includes('vitest') ? validations.slice(0, 1) : validations),
          ]),
      })),
  ]
}

/** A tree with an unmet peer dependency is invalid, and fails to be installed from its lock file. */
const validations = ['ls', 'ci --no-audit --no-fund']

/**
 * Installs what the README says, and uses it: the host, and the conformance suite on SQLite with the Kysely that npm chose.
 * @param {string} folder
 * @param {readonly InstallLine[]} lines
 * @param {ReadonlyMap<string, string>} tarballs
 */
async function runAndUse(folder, lines, tarballs) {
  const installed = await runSteps(folder, [...lines.map(({ line }) => toNpm(line, tarballs)), ...validations])
  if (installed.status !== 0) return installed
  const { vitest } = catalogVersions(['vitest'])
  const suite = await runSteps(folder, [`install --no-save vitest@${vitest} ${tarballs.get('@billfold/testing')}`])
  if (suite.status !== 0) return suite
  copyFileSync(join(root, 'scripts/consumers/esm-host.mjs'), join(folder, 'esm-host.mjs'))
  copyFileSync(join(root, 'scripts/consumers/sqlite-conformance.mjs'), join(folder, 'sqlite.test.mjs'))
  const host = await runOnOldestNode(folder, 'esm-host.mjs')
  return host.status === 0 ? await runOnOldestNode(folder, 'node_modules/vitest/vitest.mjs run') : host
}

/**
 * Replaces the names of the packages with their tarballs.
 * @param {string} line
 * @param {ReadonlyMap<string, string>} tarballs
 */
function toNpm(line, tarballs) {
  const words = line.split(' ').slice(1)
  // The registry does not have the packages that these depend on.
  words.push(...words.flatMap((word) => dependenciesOf(word)).filter((name) => !words.includes(name)))
  return `${words.map((word) => tarballs.get(word) ?? word).join(' ')} --no-audit --no-fund --prefer-offline`
}

/**
 * Lists the packages of this repository that one of them depends on.
 * @param {string} name
 * @returns {string[]}
 */
export function dependenciesOf(name) {
  const folder = publicPackages().find((each) => each.name === name)?.folder
  if (folder === undefined) return []
  const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))
  const names = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
  return names.filter((each) => each.startsWith('@billfold/'))
}

/**
 * Runs npm commands one after the other, until one fails.
 * @param {string} folder
 * @param {readonly string[]} commands
 */
async function runSteps(folder, commands) {
  mkdirSync(folder, { recursive: true })
  const manifest = join(folder, 'package.json')
  if (!existsSync(manifest)) writeFileSync(manifest, JSON.stringify({ private: true, type: 'module' }))
  const npm = join((await runLine('npm root --global')).output.trim(), 'npm', 'bin', 'npm-cli.js')
  for (const command of commands) {
    const outcome = await runOnOldestNode(folder, `"${npm}" ${command}`)
    if (outcome.status !== 0) return { ...outcome, output: `npm ${command}\n${outcome.output}` }
  }
  return { status: 0, output: '' }
}

/**
 * @param {string} folder
 * @param {string} line
 */
function runOnOldestNode(folder, line) {
  return runLine(`npx --yes node@${oldestNode} ${line}`, { cwd: folder })
}

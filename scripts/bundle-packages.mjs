import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build } from 'esbuild'
import { publicPackages } from './public-packages.mjs'
import { rawTextPlugin } from './raw-text-plugin.mjs'
import { root } from './run-command.mjs'

/** Entry points that browsers load: in one file, which shares nothing with the server. */
const browserEntries = new Set(['packages/core/src/client/index.ts'])

/**
 * Bundles the published packages from their sources: a file per entry point, and chunks for what several of them share, so that
 * every class exists once. Loading hundreds of small modules takes most of the time of an import. Dependencies stay imports, and
 * `tsc` emits the declarations.
 */
export async function bundlePackages() {
  await Promise.all(publicPackages().map(bundlePackage))
}

/** @param {import('./public-packages.mjs').PublicPackage} one */
async function bundlePackage({ folder, sources }) {
  const here = join(root, 'packages', folder)
  const entries = sources.map((file) => join(here, file))
  const isForBrowsers = (/** @type {string} */ file) => browserEntries.has(relative(root, file))
  const files = [
    ...(await bundle(
      here,
      entries.filter((file) => !isForBrowsers(file)),
    )),
    ...(await bundle(here, entries.filter(isForBrowsers))),
  ]
  for (const { path, contents, text } of files)
    writeIfChanged(path, path.endsWith('.js') ? Buffer.from(withoutBareImports(text)) : contents)
  removeStale(join(here, 'dist'), new Set(files.map(({ path }) => path)))
}

/**
 * @param {string} folder
 * @param {readonly string[]} entryPoints
 */
async function bundle(folder, entryPoints) {
  if (entryPoints.length === 0) return []
  const { outputFiles } = await build({
    entryPoints: [...entryPoints],
    absWorkingDir: folder,
    outbase: join(folder, 'src'),
    outdir: join(folder, 'dist'),
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    write: false,
    packages: 'external',
    plugins: [rawTextPlugin],
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // File and line of a stack trace, without the text: with it the packages would be twice the size.
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'error',
  })
  return outputFiles
}

/**
 * Removes imports of chunks that nothing is taken from. They keep the order of side effects, of which the packages declare that
 * they have none: the bundlers of hosts would warn of each. The lines stay, for the source maps.
 * @param {string} code
 */
function withoutBareImports(code) {
  return code.replaceAll(/^import "\.[^"\n]*";$/gm, '')
}

/**
 * A process may be loading the file.
 * @param {string} path
 * @param {Uint8Array} contents
 */
function writeIfChanged(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, contents)
}

/**
 * Removes code of earlier builds, which would be published. Other scripts write the folders that have no declarations.
 * @param {string} out
 * @param {ReadonlySet<string>} current
 */
function removeStale(out, current) {
  for (const file of readdirSync(out, { recursive: true, encoding: 'utf8' })) {
    if (/^(?:engine|authentication-page|kdf-worker)\b/.test(file) || !/\.js(?:\.map)?$/.test(file)) continue
    if (!current.has(join(out, file))) rmSync(join(out, file))
  }
}

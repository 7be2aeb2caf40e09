import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runLine } from './run-command.mjs'

/**
 * `sources`: the source files of the entry points and programs.
 * @typedef {{ name: string, version: string, folder: string, exports: Readonly<Record<string, unknown>>, sources: readonly string[] }} PublicPackage
 */

/**
 * Lists the published packages of this repository.
 * @returns {PublicPackage[]}
 */
export function publicPackages() {
  return readdirSync(join(root, 'packages')).flatMap((folder) => {
    const file = join(root, 'packages', folder, 'package.json')
    const manifest = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { private: true }
    if (manifest.private === true) return []
    const { name, version, exports = {}, bin = {} } = manifest
    return [{ name, version, folder, exports, sources: sourcesOf(exports, bin) }]
  })
}

/**
 * @param {Readonly<Record<string, string | { 'billfold-source'?: string }>>} exports
 * @param {Readonly<Record<string, string>>} bin
 */
function sourcesOf(exports, bin) {
  const entryPoints = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [] : (target['billfold-source'] ?? []),
  )
  const programs = Object.values(bin).map((file) => file.replace('./dist/', './src/').replace(/\.js$/, '.ts'))
  return [...entryPoints, ...programs]
}

/**
 * Packs the published packages exactly as `publish` does. Several checks of one run share the tarballs of the first: those in the
 * folder `BILLFOLD_TARBALLS`.
 * @param {string} destination a folder, used unless the environment names a shared one
 * @returns {Promise<Map<string, string>>} the tarballs by package name
 */
export async function packAll(destination) {
  const packages = publicPackages()
  const folder = process.env['BILLFOLD_TARBALLS'] ?? destination
  const tarballs = new Map(
    packages.map(({ name, version }) => {
      const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
      return [name, join(folder, file)]
    }),
  )
  if ([...tarballs.values()].every((file) => existsSync(file))) return tarballs
  const filters = packages.map(({ name }) => `--filter ${name}`).join(' ')
  const line = `npx --yes pnpm@12.21.0 ${filters} pack --pack-destination "${folder}"`
  const { status, output } = await runLine(line)
  if (status !== 0) throw new Error(output)
  return tarballs
}

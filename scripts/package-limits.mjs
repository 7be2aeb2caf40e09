// How large what is published may be. A change that needs more raises the number here, and says why.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './run-command.mjs'

/**
 * In kB (1,000 bytes), by package: the tarball, and what it unpacks to.
 * @type {Readonly<Record<string, { packed: number, unpacked: number }>>}
 */
const tarballLimits = {
  '@billfold/core': { packed: 760, unpacked: 3800 },
  '@billfold/express-adapter': { packed: 6, unpacked: 25 },
  '@billfold/koa-adapter': { packed: 6, unpacked: 25 },
  '@billfold/storage-kysely': { packed: 80, unpacked: 500 },
  // Almost all of it is the models, and the WebAssembly that runs them.
  '@billfold/verifier-face': { packed: 5400, unpacked: 10_400 },
  '@billfold/cli': { packed: 30, unpacked: 160 },
  '@billfold/testing': { packed: 40, unpacked: 230 },
}

/** In kB: `@billfold/core/client` in a browser's bundle, with the curves that it brings; and what a browser is sent of it. */
const clientLimits = { minified: 54, gzipped: 21 }

/**
 * Throws where a tarball is larger than it may be, or has no limit.
 * @param {string} name
 * @param {string} tarball
 */
export function checkTarballSize(name, tarball) {
  const limits = tarballLimits[name]
  if (limits === undefined) throw new Error(`package-limits.mjs has no line for ${name}`)
  const bytes = readFileSync(tarball)
  hold(name, { packed: bytes.length, unpacked: gunzipSync(bytes).length }, limits)
}

/** Throws where the client's bundle is larger than it may be, or needs anything that a browser does not have. */
export async function checkClientSize() {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'packages/core/dist/client/index.js')],
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
  })
  const bundle = outputFiles[0]?.contents ?? new Uint8Array()
  hold(
    '@billfold/core/client',
    { minified: bundle.length, gzipped: gzipSync(bundle, { level: 9 }).length },
    clientLimits,
  )
}

/**
 * @param {string} name
 * @param {Readonly<Record<string, number>>} bytes
 * @param {Readonly<Record<string, number>>} limits in kB
 */
function hold(name, bytes, limits) {
  const over = Object.entries(bytes).filter(([what, size]) => size > (limits[what] ?? 0) * 1000)
  if (over.length === 0) return
  const said = over.map(([what, size]) => `${Math.ceil(size / 1000)} kB ${what}, of ${limits[what]}`)
  throw new Error(`${name}: ${said.join('; ')}`)
}

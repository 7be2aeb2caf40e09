// Size limits of the published packages. A change that exceeds one raises it here and gives the reason.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './run-command.mjs'

/**
 * In kB (1,000 bytes) by package: the tarball, and its unpacked size.
 * @type {Readonly<Record<string, { packed: number, unpacked: number }>>}
 */
const tarballLimits = {
  // With the contracts, tokens, saved requests and resolver formats that existing clients use, and the blocks of five kinds of chains.
  '@billfold/core': { packed: 1200, unpacked: 5500 },
  '@billfold/express-adapter': { packed: 6, unpacked: 25 },
  '@billfold/koa-adapter': { packed: 6, unpacked: 25 },
  '@billfold/fetch-adapter': { packed: 8, unpacked: 30 },
  '@billfold/rate-limits-redis': { packed: 8, unpacked: 30 },
  '@billfold/storage-kysely': { packed: 80, unpacked: 500 },
  // Mostly models, and the WebAssembly that runs them.
  '@billfold/verifier-face': { packed: 5400, unpacked: 10_400 },
  '@billfold/risk': { packed: 80, unpacked: 400 },
  '@billfold/passkeys': { packed: 40, unpacked: 180 },
  // Three roles, two formats, and the certificate paths that they are trusted by.
  '@billfold/credentials': { packed: 300, unpacked: 1500 },
  // Help for every subcommand, the hosts that init writes, and the checks of doctor.
  '@billfold/cli': { packed: 80, unpacked: 370 },
  // The types of five APIs.
  '@billfold/api-client': { packed: 60, unpacked: 1000 },
  '@billfold/admin': { packed: 25, unpacked: 100 },
  // Source maps, the test vectors of WebAuthn, and the contract of transfer sources.
  '@billfold/testing': { packed: 80, unpacked: 380 },
}

/** In kB: the browser bundle of `@billfold/core/client` with its curves, and its compressed size. */
const clientLimits = { minified: 58, gzipped: 23 }

/**
 * Throws if a tarball exceeds its limit or has none.
 * @param {string} name
 * @param {string} tarball
 */
export function checkTarballSize(name, tarball) {
  const limits = tarballLimits[name]
  if (limits === undefined) throw new Error(`package-limits.mjs has no limit for ${name}`)
  const bytes = readFileSync(tarball)
  assertWithinLimits(name, { packed: bytes.length, unpacked: gunzipSync(bytes).length }, limits)
}

/** Throws if the bundle of the client exceeds its limit or imports anything that browsers lack. */
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
  assertWithinLimits(
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
function assertWithinLimits(name, bytes, limits) {
  const exceeded = Object.entries(bytes).filter(([kind, size]) => size > (limits[kind] ?? 0) * 1000)
  if (exceeded.length === 0) return
  const sizes = exceeded.map(([kind, size]) => `${Math.ceil(size / 1000)} kB ${kind}, limit ${limits[kind]} kB`)
  throw new Error(`${name}: ${sizes.join('; ')}`)
}

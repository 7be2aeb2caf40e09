import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from './run-command.mjs'

/** Bundles the worker of the keystores' KDFs into one script. Core imports it as text. */
export async function bundleKdfWorker() {
  const core = join(root, 'packages', 'core')
  await build({
    entryPoints: [join(core, 'src/custody/wallets/keystores/kdf-worker.ts')],
    outdir: join(core, 'dist/kdf-worker'),
    bundle: true,
    platform: 'node',
    // A worker that starts from text is CommonJS.
    format: 'cjs',
    target: 'node20',
    minify: true,
    banner: { js: '/*! Contains @noble/hashes: MIT License, Copyright (c) 2022 Paul Miller */' },
    logLevel: 'error',
  })
}

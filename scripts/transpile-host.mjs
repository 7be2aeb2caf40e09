import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from './run-command.mjs'

/** Transpiles the example host and its console, file by file, to where `tsc` writes them. */
export async function transpileHost() {
  await Promise.all([transpile('examples/host'), transpile('examples/host/demo')])
}

/** @param {string} folder */
async function transpile(folder) {
  const sources = join(root, folder, 'src')
  await build({
    entryPoints: readdirSync(sources, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => join(sources, file)),
    outbase: sources,
    outdir: join(root, folder, 'dist'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2023',
    packages: 'external',
    plugins: [keepImports],
    logLevel: 'error',
  })
}

/**
 * Every import stays one, of the file that the other source becomes.
 * @type {import('esbuild').Plugin}
 */
const keepImports = {
  name: 'keep imports',
  setup(host) {
    host.onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path: path.replace(/\.ts$/, '.js'), external: true },
    )
  },
}

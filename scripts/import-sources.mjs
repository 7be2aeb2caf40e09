import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { rawTextPlugin } from './raw-text-plugin.mjs'
import { root } from './run-command.mjs'

/**
 * Imports a TypeScript module written here from its sources, so that a script needs no build.
 * @param {string} contents
 * @param {string} resolveDir the folder that its relative imports start from
 * @returns {Promise<any>} its exports, which the caller declares
 */
export async function importSources(contents, resolveDir) {
  const cache = join(root, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'sources-'))
  try {
    const outfile = join(folder, 'module.mjs')
    await build({
      stdin: { contents, resolveDir, loader: 'ts' },
      outfile,
      bundle: true,
      plugins: [rawTextPlugin],
      conditions: ['billfold-source'],
      platform: 'node',
      format: 'esm',
      target: 'node20',
      // Dependencies that are CommonJS.
      banner: {
        js: "import { createRequire as requireFor } from 'node:module'\nconst require = requireFor(import.meta.url)",
      },
      logLevel: 'error',
    })
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

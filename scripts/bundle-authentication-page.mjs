import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { root } from './run-command.mjs'

/** Bundles the authentication page for browsers. Core imports the three files as text. */
export async function bundleAuthenticationPage() {
  const sources = join(root, 'apps', 'authentication-page', 'src')
  const out = join(root, 'packages', 'core', 'dist', 'authentication-page')
  mkdirSync(out, { recursive: true })
  await build({
    entryPoints: [join(sources, 'main.ts')],
    outfile: join(out, 'page.js'),
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: ['es2022'],
    conditions: ['billfold-source'],
    minify: true,
    legalComments: 'eof',
    logLevel: 'error',
  })
  for (const name of ['page.html', 'page.css']) copyFileSync(join(sources, name), join(out, name))
}

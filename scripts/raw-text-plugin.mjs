import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Imports `file?raw` as a string, as Vite does: data files become part of the code, so that nothing is read at run time.
 * @type {import('esbuild').Plugin}
 */
export const rawTextPlugin = {
  name: 'raw text',
  setup(build) {
    build.onResolve({ filter: /\?raw$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.slice(0, -'?raw'.length)),
      namespace: 'raw-text',
    }))
    build.onLoad({ filter: /./, namespace: 'raw-text' }, ({ path }) => ({
      contents: readFileSync(path, 'utf8'),
      loader: 'text',
      watchFiles: [path],
    }))
  },
}

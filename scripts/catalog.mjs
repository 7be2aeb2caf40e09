import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run-command.mjs'

/**
 * The exact versions that the workspace's catalog has, so that what is tested does not change by itself.
 * @param {readonly string[]} names
 * @returns {Record<string, string>}
 */
export function catalogVersions(names) {
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  return Object.fromEntries(
    names.map((name) => {
      const version = new RegExp(`^ {2}"?${name}"?: (\\S+)$`, 'm').exec(workspace)?.[1]
      if (version === undefined) throw new Error(`the catalog has no ${name}`)
      return [name, version]
    }),
  )
}

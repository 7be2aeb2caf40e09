import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './run-command.mjs'

/**
 * Reads exact versions from the catalog of the workspace, so that the tested versions do not change by themselves.
 * @param {readonly string[]} names
 * @returns {Record<string, string>}
 */
export function catalogVersions(names) {
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  return Object.fromEntries(
    names.map((name) => {
      const version = new RegExp(`^ {2}"?${name}"?: (\\S+)$`, 'm').exec(workspace)?.[1]
      if (version === undefined) throw new Error(`${name} is not in the catalog of pnpm-workspace.yaml`)
      return [name, version]
    }),
  )
}

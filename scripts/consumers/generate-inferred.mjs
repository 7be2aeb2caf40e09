// Writes inferred.ts, which exports the results of all functions of all entry points and of a Billfold with inferred types. Its
// declarations can be emitted only if consumers can name every type involved.
// usage, in a folder with the packed packages: generate-inferred.mjs ENTRY...
import { writeFileSync } from 'node:fs'
import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'

/** `Parameters` cannot infer the arguments of these; inferred-host.ts calls them. */
const calledInHost = new Set(['batch', 'route'])

/** @type {string[]} */
const lines = ["import { billfold } from './inferred-host.js'"]

/**
 * @param {string} expression
 * @param {unknown} value its value
 */
function exportOne(expression, value) {
  const name = expression.replaceAll('.', '_')
  if (typeof value !== 'function') lines.push(`export const ${name} = ${expression}`)
  else if (/^class\b/.test(String(value))) lines.push(`export class ${name} extends ${expression} {}`)
  // A function of an API may be optional.
  else if (expression.startsWith('billfold.'))
    lines.push(
      `export const ${name} = (...args: Parameters<NonNullable<typeof ${expression}>>) => ${expression}?.(...args)`,
    )
  else lines.push(`export const ${name} = (...args: Parameters<typeof ${expression}>) => ${expression}(...args)`)
}

/**
 * Exports the functions of an object and of its nested objects that consist of functions.
 * @param {string} path
 * @param {object} from
 */
function exportFunctions(path, from) {
  for (const [key, value] of Object.entries(from)) {
    if (typeof value === 'function') exportOne(`${path}.${key}`, value)
    else if (isNamespace(value)) exportFunctions(`${path}.${key}`, value)
  }
}

/** @param {unknown} value */
function isNamespace(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return 'routes' in value || Object.values(value).every((one) => typeof one === 'function')
}

for (const [index, entry] of process.argv.slice(2).entries()) {
  lines.push(`import * as entry${index} from '${entry}'`)
  for (const [key, value] of Object.entries(await import(entry)))
    if (!calledInHost.has(key)) exportOne(`entry${index}.${key}`, value)
}
const keyring = localKeyring({ keys: { first: newKey() }, currentKeyId: 'first' })
exportFunctions('billfold', createBillfold({ storage: memoryStorage(), keyring }))
writeFileSync('inferred.ts', `${lines.join('\n')}\n`)

// Writes inferred.ts, which exports what comes of calling each function of each entry point, and each that Billfold has, their
// types inferred: a declaration can be emitted for it only if a stranger can name every type on the way.
// usage, in a folder with the packed packages: generate-inferred.mjs ENTRY...
import { writeFileSync } from 'node:fs'
import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'

/** `Parameters` cannot tell what these take; inferred-host.ts calls them. */
const byHand = new Set(['batch', 'route'])

/** @type {string[]} */
const lines = ["import { billfold } from './inferred-host.js'"]

/**
 * @param {string} expression
 * @param {unknown} value what it gives
 */
function exportOne(expression, value) {
  const name = expression.replaceAll('.', '_')
  if (typeof value !== 'function') lines.push(`export const ${name} = ${expression}`)
  else if (/^class\b/.test(String(value))) lines.push(`export class ${name} extends ${expression} {}`)
  else lines.push(`export const ${name} = (...given: Parameters<typeof ${expression}>) => ${expression}(...given)`)
}

/**
 * The functions of an object, and those of the objects in it that consist of functions.
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
    if (!byHand.has(key)) exportOne(`entry${index}.${key}`, value)
}
const keyring = localKeyring({ keys: { first: newKey() }, currentKeyId: 'first' })
exportFunctions('billfold', createBillfold({ storage: memoryStorage(), keyring }))
writeFileSync('inferred.ts', `${lines.join('\n')}\n`)

/**
 * Data as the source that makes it: on one line where it fits, or else a line an entry.
 *
 * @param {unknown} value
 * @param {string} indent
 * @returns {string}
 */
export function printData(value, indent) {
  const flat = printFlat(value)
  if (indent.length + flat.length <= 100 || typeof value !== 'object' || value === null) return flat
  const inner = `${indent}  `
  if (Array.isArray(value))
    return `[\n${value.map((item) => `${inner}${printData(item, inner)},\n`).join('')}${indent}]`
  return `{\n${Object.entries(value)
    .map(([name, item]) => `${inner}${name}: ${printData(item, inner)},\n`)
    .join('')}${indent}}`
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function printFlat(value) {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  if (Array.isArray(value)) return `[${value.map(printFlat).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Object.entries(value)
  return entries.length === 0 ? '{}' : `{ ${entries.map(([name, item]) => `${name}: ${printFlat(item)}`).join(', ')} }`
}

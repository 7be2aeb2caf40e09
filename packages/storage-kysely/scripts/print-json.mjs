/**
 * Formats JSON for review: a value stays on one line if it fits, otherwise each entry gets a line.
 *
 * @param {unknown} value
 * @param {string} [indent]
 * @returns {string}
 */
export function printJson(value, indent = '') {
  const flat = printFlat(value)
  if (indent.length + flat.length <= 100 || typeof value !== 'object' || value === null) return flat
  const inner = `${indent}  `
  const lines = Array.isArray(value)
    ? value.map((item) => `${inner}${printJson(item, inner)}`)
    : Object.entries(value).map(([name, item]) => `${inner}${JSON.stringify(name)}: ${printJson(item, inner)}`)
  const [opening, closing] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return `${opening}\n${lines.join(',\n')}\n${indent}${closing}`
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function printFlat(value) {
  if (Array.isArray(value)) return `[${value.map(printFlat).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
  if (entries.length === 0) return '{}'
  return `{ ${entries.map(([name, item]) => `${JSON.stringify(name)}: ${printFlat(item)}`).join(', ')} }`
}

/** Maximum bytes of attributes as JSON: in a body, in a part, and of all attributes of an application. */
export const maxAttributesBytes = 256 * 1024

/**
 * Limits of a submitted attribute value. They apply before a schema sees the value, because the cost of a validation
 * grows with the product of value and schema.
 */
export const attributeValueLimits = {
  /** Maximum number of values in the value, itself and all nested ones included. */
  maxValues: 2_000,
  /** Maximum nesting depth. */
  maxDepth: 24,
  /** Maximum items of an array. */
  maxItems: 500,
  /** Maximum properties of an object. */
  maxProperties: 200,
  /** Maximum length of a text, in UTF-16 code units. */
  maxTextLength: 20_000,
} as const

interface Pending {
  readonly value: unknown
  readonly depth: number
}

/**
 * Returns the limit that a JSON value exceeds, as the message of an issue; undefined if it exceeds none. Walks without
 * recursion, so that no nesting overflows the stack.
 */
export function findExceededLimit(value: unknown): string | undefined {
  const { maxValues, maxDepth, maxItems, maxProperties, maxTextLength } = attributeValueLimits
  const pending: Pending[] = [{ value, depth: 1 }]
  let values = 0
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (++values > maxValues) return `must contain at most ${maxValues} values`
    const { value: current, depth } = next
    if (typeof current === 'string' && current.length > maxTextLength)
      return `must contain texts of at most ${maxTextLength} characters`
    if (typeof current !== 'object' || current === null) continue
    if (depth > maxDepth) return `must be nested at most ${maxDepth} levels deep`
    const nested: readonly unknown[] = Array.isArray(current) ? current : Object.values(current)
    if (Array.isArray(current) && nested.length > maxItems) return `must contain arrays of at most ${maxItems} items`
    if (nested.length > maxItems || (!Array.isArray(current) && nested.length > maxProperties))
      return `must contain objects of at most ${maxProperties} properties`
    for (const item of nested) pending.push({ value: item, depth: depth + 1 })
  }
  return undefined
}

/** Reads the value at a path in JSON; undefined if there is none. */
export function getIn(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value
  for (const step of path) found = typeof found === 'object' && found !== null ? Reflect.get(found, step) : undefined
  return found
}

/** Reads the string at a path. @throws Error if there is none */
export function getText(value: unknown, ...path: readonly (string | number)[]): string {
  const found = getIn(value, ...path)
  if (typeof found !== 'string') throw new Error(`The response has no ${path.join('.')}`)
  return found
}

/** Reads the list at a path; empty if there is none. */
export function getList(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = getIn(value, ...path)
  return Array.isArray(found) ? found : []
}

/** Indents JSON. Returns other text unchanged. */
export function formatJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2)
  } catch {
    return text
  }
}

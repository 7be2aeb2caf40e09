import { createHash } from 'node:crypto'

/** Most texts that are ever prepared: each connection of the pool keeps the plan of each of them. */
const mostNames = 256

/** Most texts that are remembered as seen once. */
const mostSeen = 2_000

/**
 * Names for texts under which the server prepares them, so that it parses and plans each once a connection. A text gets its
 * name when it comes the second time, as long as there are names; undefined is a text to be run as it stands.
 */
export function prepareNames(): (text: string) => string | undefined {
  const names = new Map<string, string>()
  const seen = new Set<string>()
  return (text) => {
    const name = names.get(text)
    if (name !== undefined || names.size >= mostNames) return name
    if (!seen.delete(text)) {
      if (seen.size >= mostSeen) seen.clear()
      seen.add(text)
      return undefined
    }
    const made = `billfold_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
    names.set(text, made)
    return made
  }
}

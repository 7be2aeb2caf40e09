import { createBillfold, localKeyring, memoryStorage, newKey } from '@billfold/core'
import { describe, expect, it } from 'vitest'
import { readDocument } from './markdown.ts'

const keyring = localKeyring({ keys: { 1: newKey() }, currentKeyId: '1' })
const { authentication, onboarding, dids, custody, payments } = createBillfold({ storage: memoryStorage(), keyring })

/** Returns the code spans below a heading of the second level. */
function codesBelow(heading: string): ReadonlySet<string> {
  const codes = new Set<string>()
  let inside = false
  const { tokens } = readDocument('docs/compatibility.md')
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open' && token.tag === 'h2') inside = tokens[index + 1]?.content === heading
    if (inside) for (const child of token.children ?? []) if (child.type === 'code_inline') codes.add(child.content)
  }
  return codes
}

describe('the page on compatibility', () => {
  it.each([
    ['Authentication', authentication],
    ['Onboarding', onboarding],
    ['DIDs', dids],
    ['Custody', custody],
    ['Payments', payments],
  ])('names every route of an API: %s', (heading, { routes }) => {
    const named = codesBelow(heading)
    const missing = routes
      .map(({ method, path }) => `${method} ${path}`)
      .filter((one) => one !== 'GET /openapi.json' && !named.has(one))
    expect(missing).toEqual([])
  })
})

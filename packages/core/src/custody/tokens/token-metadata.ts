import { parseBase64 } from '../../kernel/base64.ts'
import { z } from 'zod'
import type { DecodedValue } from '../transactions/formats/evm/decode-output.ts'
import type { NonFungibleMetadata } from './token-indexer.ts'

/** The maximum length of a URL that is passed on, and of metadata that a contract contains, in characters. */
const maxUrlLength = 2048
const maxMetadataLength = 64 * 1024

const text = z.string().max(maxMetadataLength)
const metadataShape = z.object({
  name: text.optional().catch(undefined),
  description: text.optional().catch(undefined),
  image: text.optional().catch(undefined),
  attributes: z
    .array(z.object({ trait_type: z.coerce.string().max(256), value: z.coerce.string().max(1024) }))
    .max(100)
    .optional()
    .catch(undefined),
})

/**
 * Parses what `tokenURI` or `uri` returns: metadata that the contract contains itself (a `data:` URL, RFC 2397), or the URL of it, in
 * which `{id}` stands for the id (ERC-1155, "Metadata"). URLs are not fetched.
 */
export function parseTokenMetadata(
  uri: DecodedValue | undefined,
  tokenId: string,
): { readonly url?: string | undefined; readonly metadata?: NonFungibleMetadata | undefined } {
  if (typeof uri !== 'string' || uri === '' || uri.length > maxMetadataLength) return {}
  const [, encoding, content] = /^data:application\/json(?:;charset=utf-?8)?(;base64)?,(.*)$/is.exec(uri) ?? []
  if (content !== undefined) return { metadata: parseJson(decode(content, encoding)) }
  const id = BigInt(tokenId).toString(16).padStart(64, '0')
  return uri.length > maxUrlLength ? {} : { url: uri.replaceAll('{id}', id) }
}

function decode(content: string, encoding: string | undefined): string {
  if (encoding !== undefined) return Buffer.from(parseBase64(content) ?? []).toString('utf8')
  try {
    return decodeURIComponent(content)
  } catch {
    return content
  }
}

function parseJson(json: string): NonFungibleMetadata | undefined {
  try {
    const { attributes, ...metadata } = metadataShape.parse(JSON.parse(json))
    return { ...metadata, attributes: attributes?.map(({ trait_type: type, value }) => ({ type, value })) }
  } catch {
    return undefined
  }
}

import { addr } from 'micro-eth-signer'
import { parseRfc3339 } from './rfc3339.ts'

/** Fields of a Sign-In with Ethereum message (ERC-4361). Times are epoch milliseconds. */
export interface SignInMessage {
  /** Requesting authority: `example.com` or `https://example.com`. */
  readonly domain: string
  /** Ethereum address with 0x. Formatted with an EIP-55 checksum. */
  readonly address: string
  readonly statement?: string | undefined
  readonly uri: string
  readonly chainId: number
  readonly nonce: string
  readonly issuedAt: number
  readonly expiresAt?: number | undefined
  readonly notBefore?: number | undefined
}

/** Maximum size of a message in bytes. Single fields have no limit of their own. */
const maxMessageBytes = 4096

const introduction = ' wants you to sign in with your Ethereum account:'
/** RFC 3986 section 2: characters of a URI, with complete percent-encodings. */
const uriCharacters = String.raw`(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})`
const uriPattern = String.raw`[A-Za-z][A-Za-z0-9+.-]*:${uriCharacters}*`

/** ERC-4361 version 1. Strict about order and line breaks, because wallets display the fields by position. */
const messagePattern = new RegExp(
  [
    String.raw`^(?<domain>[!-~]+)${introduction}`,
    String.raw`(?<address>0x[0-9a-fA-F]{40})`,
    '',
    String.raw`(?:(?<statement>[^\n]+)\n)?`,
    `URI: (?<uri>${uriPattern})`,
    'Version: 1',
    String.raw`Chain ID: (?<chainId>[1-9]\d{0,14})`,
    String.raw`Nonce: (?<nonce>[A-Za-z0-9]{8,128})`,
    String.raw`Issued At: (?<issuedAt>\S+)`,
  ].join('\n') +
    String.raw`(?:\nExpiration Time: (?<expiresAt>\S+))?(?:\nNot Before: (?<notBefore>\S+))?` +
    String.raw`(?:\nRequest ID: [!-~]*)?(?:\nResources:(?:\n- ${uriPattern})*)?$`,
)

/** Formats the message for a wallet to sign (ERC-4361 version 1). */
export function formatSignInMessage(message: SignInMessage): string {
  const { domain, statement, uri, chainId, nonce, issuedAt, expiresAt } = message
  return [
    `${domain}${introduction}`,
    addr.addChecksum(message.address),
    '',
    ...(statement === undefined ? [] : [statement]),
    '',
    `URI: ${uri}`,
    'Version: 1',
    `Chain ID: ${chainId}`,
    `Nonce: ${nonce}`,
    `Issued At: ${new Date(issuedAt).toISOString()}`,
    ...(expiresAt === undefined ? [] : [`Expiration Time: ${new Date(expiresAt).toISOString()}`]),
  ].join('\n')
}

/**
 * Parses a signed message (ERC-4361 version 1). The address has the checksum of ERC-55, URIs follow RFC 3986 and times RFC 3339.
 * Returns undefined if any part is invalid, or the message is longer than 4 KiB.
 */
export function parseSignInMessage(text: string): SignInMessage | undefined {
  if (Buffer.byteLength(text) > maxMessageBytes) return undefined
  const fields = messagePattern.exec(text)?.groups
  if (fields === undefined) return undefined
  const { domain = '', address = '', statement, uri = '', chainId, nonce = '' } = fields
  if (addr.addChecksum(address) !== address) return undefined
  const issuedAt = parseTime(fields['issuedAt'])
  const [expiresAt, notBefore] = [parseTime(fields['expiresAt']), parseTime(fields['notBefore'])]
  if (issuedAt === undefined || [issuedAt, expiresAt, notBefore].some(Number.isNaN)) return undefined
  return { domain, address, statement, uri, chainId: Number(chainId), nonce, issuedAt, expiresAt, notBefore }
}

function parseTime(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseRfc3339(text)
}

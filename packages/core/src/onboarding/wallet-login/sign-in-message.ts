import { addr } from 'micro-eth-signer'

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

const introduction = ' wants you to sign in with your Ethereum account:'
const timePattern = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)`

/** ERC-4361 version 1. Strict about order and line breaks, because wallets display the fields by position. */
const messagePattern = new RegExp(
  [
    String.raw`^(?<domain>[!-~]{1,256})${introduction}`,
    String.raw`(?<address>0x[0-9a-fA-F]{40})`,
    '',
    String.raw`(?:(?<statement>[^\n]{1,512})\n)?`,
    String.raw`URI: (?<uri>[!-~]{1,512})`,
    'Version: 1',
    String.raw`Chain ID: (?<chainId>[1-9]\d{0,14})`,
    String.raw`Nonce: (?<nonce>[A-Za-z0-9]{8,128})`,
    `Issued At: (?<issuedAt>${timePattern})`,
  ].join('\n') +
    String.raw`(?:\nExpiration Time: (?<expiresAt>${timePattern}))?(?:\nNot Before: (?<notBefore>${timePattern}))?` +
    String.raw`(?:\nRequest ID: [!-~]{0,256})?(?:\nResources:(?:\n- [!-~]{1,512}){0,32})?$`,
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

/** Parses a signed message. Returns undefined if it is not a valid ERC-4361 version 1 message. */
export function parseSignInMessage(text: string): SignInMessage | undefined {
  if (text.length > 20_000) return undefined
  const fields = messagePattern.exec(text)?.groups
  if (fields === undefined) return undefined
  const { domain = '', address = '', statement, uri = '', chainId, nonce = '' } = fields
  const [issuedAt, expiresAt, notBefore] = [fields['issuedAt'], fields['expiresAt'], fields['notBefore']].map((time) =>
    time === undefined ? undefined : Date.parse(time),
  )
  if (issuedAt === undefined || [issuedAt, expiresAt, notBefore].some(Number.isNaN)) return undefined
  return { domain, address, statement, uri, chainId: Number(chainId), nonce, issuedAt, expiresAt, notBefore }
}

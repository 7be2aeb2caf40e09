import { addr } from 'micro-eth-signer'

/** The fields of a Sign-In with Ethereum message (ERC-4361). Times are milliseconds since 1970. */
export interface SignInMessage {
  /** Scheme and host that ask, or the host alone. */
  readonly domain: string
  /** With 0x and an EIP-55 checksum. */
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
const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)`

/** The message of ERC-4361, version 1: every line where the standard puts it, since a wallet shows what stands there. */
const form = new RegExp(
  [
    String.raw`^(?<domain>[!-~]{1,256})${introduction}`,
    String.raw`(?<address>0x[0-9a-fA-F]{40})`,
    '',
    String.raw`(?:(?<statement>[^\n]{1,512})\n)?`,
    String.raw`URI: (?<uri>[!-~]{1,512})`,
    'Version: 1',
    String.raw`Chain ID: (?<chainId>[1-9]\d{0,14})`,
    String.raw`Nonce: (?<nonce>[A-Za-z0-9]{8,128})`,
    `Issued At: (?<issuedAt>${time})`,
  ].join('\n') +
    String.raw`(?:\nExpiration Time: (?<expiresAt>${time}))?(?:\nNot Before: (?<notBefore>${time}))?` +
    String.raw`(?:\nRequest ID: [!-~]{0,256})?(?:\nResources:(?:\n- [!-~]{1,512}){0,32})?$`,
)

/** Writes the message for a wallet to sign. */
export function writeSignInMessage(message: SignInMessage): string {
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

/** Reads a message that a wallet signed; undefined when it is not one of version 1. */
export function readSignInMessage(text: string): SignInMessage | undefined {
  if (text.length > 20_000) return undefined
  const fields = form.exec(text)?.groups
  if (fields === undefined) return undefined
  const { domain = '', address = '', statement, uri = '', chainId, nonce = '' } = fields
  const [issuedAt, expiresAt, notBefore] = [fields['issuedAt'], fields['expiresAt'], fields['notBefore']].map((said) =>
    said === undefined ? undefined : Date.parse(said),
  )
  if (issuedAt === undefined || [issuedAt, expiresAt, notBefore].some(Number.isNaN)) return undefined
  return { domain, address, statement, uri, chainId: Number(chainId), nonce, issuedAt, expiresAt, notBefore }
}

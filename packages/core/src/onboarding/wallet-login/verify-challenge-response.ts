import { normalizeDid } from '../../identity/users/normalize-identifier.ts'
import { auditWrite } from '../../platform/audit/audit-write.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { consumeNonceWrite } from '../../platform/replay-protection/nonces.ts'
import { type RateLimitRule, toSourceAddress } from '../../platform/rate-limits/index.ts'
import type { Services } from '../../platform/services.ts'
import { batch, isCommitError } from '../../kernel/storage/index.ts'
import { type ChallengeClaims, verifyChallengeToken } from './challenge.ts'
import { resolveAddressDid, assertDidHasWalletKey } from './did-keys.ts'
import { hashPersonalMessage, recoverPersonalSigner } from './personal-signature.ts'
import type { WalletLoginSettings } from './settings.ts'
import { parseSignInMessage } from './sign-in-message.ts'
import { loginAudience, loginTokenTypes } from './login-token-types.ts'
import {
  parseAddressFromDid,
  parseWalletIdentifier,
  type ExternalWallet,
  toContractWallet,
  toExternalWallet,
  toWalletIdentifier,
} from './external-wallet.ts'

/** A wallet's response to a challenge. */
export interface ChallengeResponse {
  readonly tenant: string
  /** Source address of the request. */
  readonly ip: string
  /** C-JWT of the challenge. */
  readonly jwt: string
  /** Bytes in hex with `0x`. See `signaturePattern`. */
  readonly signature: string
  /** Verification method that made the signature: `did:ethr:0x…#keys-1`. */
  readonly keyId?: string | undefined
  /** The signed Sign-In with Ethereum message (ERC-4361). Absent if the bare nonce was signed. */
  readonly message?: string | undefined
}

/** Tolerated clock difference of a wallet, in milliseconds. */
const clockSkew = 60_000
/** Signatures that a node has to verify, by source address: each costs the host a call to its node. */
const contractSignaturesPerSource = { limit: 30, windowSeconds: 600 }
/** DIDs that do not contain their key, by source address: the document of each may have to be fetched from a server. */
const documentsPerSource = { limit: 30, windowSeconds: 600 }
/** Milliseconds that a consumed nonce is retained after its token has expired. */
const retentionMargin = 60_000

/**
 * Verifies the response to a challenge and issues a W-JWT for the signing wallet. A challenge can be used once, across all processes.
 * @throws BillfoldError `login.failed` for every fault of the response, `token.invalid`, `token.expired`
 */
export async function verifyChallengeResponse(
  services: Services,
  settings: WalletLoginSettings,
  answer: ChallengeResponse,
): Promise<{ readonly jwt: string; readonly wallet: ExternalWallet }> {
  const { tenant } = answer
  const { token, claims } = await verifyChallengeToken(services, tenant, answer.jwt)
  if (settings.allowIpChange !== true && token.subject !== answer.ip) throw new BillfoldError('login.failed')
  const wallet = await recoverWallet(services, settings, claims, answer)
  const jwt = await services.tokens.issue({
    ...loginTokenTypes.wallet,
    audience: loginAudience,
    tenant,
    subject: toWalletIdentifier(wallet).value,
    claims: { wallet: wallet.address, ...(wallet.did !== undefined && { did: wallet.did }) },
  })
  await consumeChallenge(services, tenant, claims.nonce, token.expiresAt, wallet)
  return { jwt, wallet }
}

/** Verified before the nonce is consumed: nonces cannot be guessed, and an invalid signature writes no row. */
async function recoverWallet(
  services: Services,
  settings: WalletLoginSettings,
  claims: ChallengeClaims,
  response: ChallengeResponse,
): Promise<ExternalWallet> {
  const { tenant, signature } = response
  // Parameters between the DID and the fragment, as in did:selfkey:0x…;selfkey:chain=ropsten#keys-1, name no key.
  const keyId = response.keyId?.replace(/;[^#]*/, '')
  const signed = verifySignedMessage(services, settings, claims.nonce, response.message)
  const claimed = keyId === undefined ? undefined : parseWalletIdentifier(keyId)
  if (keyId !== undefined && (claimed === undefined || !('did' in claimed))) throw new BillfoldError('login.failed')
  const did = claimed !== undefined && 'did' in claimed ? claimed.did : claims.did
  if (!isSameDid(claims.did, did)) throw new BillfoldError('login.failed')
  const matches = ({ address }: ExternalWallet): boolean =>
    [claims.address, signed.account?.address].every((expected) => expected === undefined || expected === address)
  const publicKey = recoverPersonalSigner(signed.text, signature)
  const wallet = publicKey && toExternalWallet(publicKey, did)
  if (wallet === undefined || !matches(wallet))
    return verifyContractWallet(services, settings, signed, response, matches, did)
  if (did !== undefined && !containsKey(did))
    await consumePerSource(services, response, 'onboarding.did-document.ip', documentsPerSource)
  if (did !== undefined)
    await assertDidHasWalletKey(settings.resolveDidKeys ?? resolveAddressDid, tenant, { did, keyId }, wallet)
  return wallet
}

/** Returns true if a wallet answers for the DID that the challenge names, in any spelling, or if it names none. */
function isSameDid(challenged: string | undefined, did: string | undefined): boolean {
  if (challenged === undefined) return true
  return did !== undefined && normalizeDid(challenged) === normalizeDid(did)
}

/**
 * Verifies the signature of the contract account that the message names, on the chain that it names. A contract has no key that a DID
 * could list, and the owner of its address on the DID's chain may be another one, so it cannot claim a DID.
 */
async function verifyContractWallet(
  services: Services,
  { verifyContractSignature }: WalletLoginSettings,
  { text, account }: SignedMessage,
  { tenant, ip, signature }: ChallengeResponse,
  matches: (wallet: ExternalWallet) => boolean,
  did: string | undefined,
): Promise<ExternalWallet> {
  const wallet = account && toContractWallet(account.chainId, account.address)
  if (verifyContractSignature === undefined || account === undefined || wallet === undefined)
    throw new BillfoldError('login.failed')
  if (did !== undefined || !matches(wallet)) throw new BillfoldError('login.failed')
  await consumePerSource(services, { tenant, ip }, 'onboarding.contract-signature.ip', contractSignaturesPerSource)
  const isValid = await verifyContractSignature({
    ...account,
    digest: hashPersonalMessage(text),
    signature: Uint8Array.from(Buffer.from(signature.slice(2), 'hex')),
  })
  if (!isValid) throw new BillfoldError('login.failed')
  return wallet
}

/** Returns true if the key of a DID is known without asking a server. */
function containsKey(did: string): boolean {
  return parseAddressFromDid(did) !== undefined || /^did:(?:key|jwk):/.test(did)
}

/** @throws BillfoldError `rate.limited` */
async function consumePerSource(
  { rateLimiter }: Services,
  { tenant, ip }: Pick<ChallengeResponse, 'tenant' | 'ip'>,
  name: string,
  rule: RateLimitRule,
): Promise<void> {
  const { allowed, retryAfterSeconds } = await rateLimiter.consume({ name, subject: toSourceAddress(ip), tenant }, rule)
  if (!allowed) throw new BillfoldError('rate.limited', { retryAfterSeconds })
}

interface SignedMessage {
  readonly text: string
  /** The account that a Sign-In with Ethereum message names; the address in lower case. */
  readonly account?: { readonly chainId: number; readonly address: string }
}

/** Returns the signed text and, for a Sign-In with Ethereum message, the account that it names. @throws BillfoldError `login.failed` */
function verifySignedMessage(
  services: Services,
  { messageFormat = 'nonce', site }: WalletLoginSettings,
  nonce: string,
  text: string | undefined,
): SignedMessage {
  if (text === undefined && messageFormat !== 'eip4361') return { text: nonce }
  if (text === undefined || messageFormat === 'nonce' || site === undefined) throw new BillfoldError('login.failed')
  const message = parseSignInMessage(text)
  const now = services.now()
  const isValid =
    message !== undefined &&
    message.nonce === nonce &&
    [site.domain, new URL(site.uri).origin].includes(message.domain) &&
    message.uri === site.uri &&
    (site.chainIds ?? [1]).includes(message.chainId) &&
    Math.abs(now - message.issuedAt) <= loginTokenTypes.challenge.lifetimeSeconds * 1000 + clockSkew &&
    now < (message.expiresAt ?? Number.POSITIVE_INFINITY) &&
    now + clockSkew >= (message.notBefore ?? 0)
  if (!isValid) throw new BillfoldError('login.failed')
  return { text, account: { chainId: message.chainId, address: message.address.toLowerCase() } }
}

async function consumeChallenge(
  services: Services,
  tenant: string,
  nonce: string,
  expiresAt: number,
  wallet: ExternalWallet,
): Promise<void> {
  const consumption = consumeNonceWrite('wallet-login', tenant, nonce, expiresAt + retentionMargin)
  const subject = await computeWalletId(services, tenant, toWalletIdentifier(wallet).value)
  const record = auditWrite({ tenant, id: subject }, 'wallet.logged-in', subject, services.now())
  try {
    await services.storage.commit(batch(consumption, record))
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('login.failed', { cause: error })
    throw error
  }
}

/** Computes the id of a wallet in unsealed rows: a blind index of its public key or account, 43 characters. */
export function computeWalletId(services: Services, tenant: string, identifier: string): Promise<string> {
  return services.blindIndex.hash('wallet', tenant, identifier)
}

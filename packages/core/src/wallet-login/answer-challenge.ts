import { auditRecord } from '../audit/record.ts'
import { BillfoldError } from '../errors.ts'
import { useOf } from '../replays/use-once.ts'
import type { Services } from '../services.ts'
import { batch, isCommitError } from '../storage/index.ts'
import { type ChallengeClaims, openChallenge } from './challenge.ts'
import { addressDids, checkDid } from './did-keys.ts'
import { personalSigner } from './personal-signature.ts'
import type { WalletLoginSettings } from './settings.ts'
import { readSignInMessage } from './sign-in-message.ts'
import { loginAudience, tokenKinds } from './token-kinds.ts'
import { readWalletName, type Wallet, walletOf } from './wallet.ts'

/** A wallet's response to a challenge. */
export interface ChallengeAnswer {
  readonly tenant: string
  /** Source address of the request. */
  readonly ip: string
  /** C-JWT of the challenge. */
  readonly jwt: string
  /** `0x` and 65 bytes in hex: r, s, v. See `signaturePattern`. */
  readonly signature: string
  /** Verification method that made the signature: `did:ethr:0x…#keys-1`. */
  readonly keyId?: string | undefined
  /** The signed Sign-In with Ethereum message (ERC-4361). Absent if the bare nonce was signed. */
  readonly message?: string | undefined
}

/** Tolerated clock difference of a wallet, in milliseconds. */
const clockSkew = 60_000
/** Milliseconds that a consumed nonce is retained after its token has expired. */
const retentionMargin = 60_000

/**
 * Verifies the response to a challenge and issues a W-JWT for the signing wallet. A challenge can be used once, across all processes.
 * @throws BillfoldError `login.refused` for every fault of the response, `token.invalid`, `token.expired`
 */
export async function answerChallenge(
  services: Services,
  settings: WalletLoginSettings,
  answer: ChallengeAnswer,
): Promise<{ readonly jwt: string; readonly wallet: Wallet }> {
  const { tenant } = answer
  const { token, claims } = await openChallenge(services, tenant, answer.jwt)
  if (settings.allowOtherIp !== true && token.subject !== answer.ip) throw new BillfoldError('login.refused')
  const wallet = await recoverWallet(services, settings, claims, answer)
  const jwt = await services.tokens.issue({
    ...tokenKinds.wallet,
    audience: loginAudience,
    tenant,
    subject: wallet.publicKey,
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
  { tenant, signature, keyId, message }: ChallengeAnswer,
): Promise<Wallet> {
  const signed = verifySignedMessage(services, settings, claims.nonce, message)
  const claimed = keyId === undefined ? undefined : readWalletName(keyId)
  if (keyId !== undefined && (claimed === undefined || !('did' in claimed))) throw new BillfoldError('login.refused')
  const did = claimed !== undefined && 'did' in claimed ? claimed.did : claims.did
  const wallet = walletOf(personalSigner(signed.text, signature), did)
  const matchesAddress = [claims.address, signed.address].every(
    (address) => address === undefined || address === wallet.address,
  )
  if (!matchesAddress || (claims.did !== undefined && claims.did !== did)) throw new BillfoldError('login.refused')
  if (did !== undefined) await checkDid(settings.resolveDid ?? addressDids, tenant, { did, keyId }, wallet)
  return wallet
}

/** Returns the signed text and, for a Sign-In with Ethereum message, the address that it names. @throws BillfoldError `login.refused` */
function verifySignedMessage(
  services: Services,
  { messageFormat = 'nonce', site }: WalletLoginSettings,
  nonce: string,
  text: string | undefined,
): { readonly text: string; readonly address?: string } {
  if (text === undefined && messageFormat !== 'eip4361') return { text: nonce }
  if (text === undefined || messageFormat === 'nonce' || site === undefined) throw new BillfoldError('login.refused')
  const message = readSignInMessage(text)
  const now = services.now()
  const isValid =
    message !== undefined &&
    message.nonce === nonce &&
    [site.domain, new URL(site.uri).origin].includes(message.domain) &&
    message.uri === site.uri &&
    (site.chainIds ?? [1]).includes(message.chainId) &&
    Math.abs(now - message.issuedAt) <= tokenKinds.challenge.seconds * 1000 + clockSkew &&
    now < (message.expiresAt ?? Number.POSITIVE_INFINITY) &&
    now + clockSkew >= (message.notBefore ?? 0)
  if (!isValid) throw new BillfoldError('login.refused')
  return { text, address: message.address.toLowerCase() }
}

async function consumeChallenge(
  services: Services,
  tenant: string,
  nonce: string,
  expiresAt: number,
  wallet: Wallet,
): Promise<void> {
  const consumption = useOf('wallet-login', tenant, nonce, expiresAt + retentionMargin)
  const subject = await walletId(services, tenant, wallet.publicKey)
  const record = auditRecord({ tenant, id: subject }, 'wallet.logged-in', subject, services.now())
  try {
    await services.storage.commit(batch(consumption, record))
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('login.refused', { cause: error })
    throw error
  }
}

/** Computes the id of a wallet in unsealed rows: a blind index of its public key, 43 characters. */
export function walletId(services: Services, tenant: string, publicKey: string): Promise<string> {
  return services.lookups.hash('wallet', tenant, publicKey)
}

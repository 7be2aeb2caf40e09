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

/** How a wallet answers a challenge. */
export interface ChallengeAnswer {
  readonly tenant: string
  readonly ip: string
  /** The C-JWT. */
  readonly jwt: string
  /** 0x, r, s and v in hex. */
  readonly signature: string
  /** The key of a DID that it was made with: `did:ethr:0x…#keys-1`. */
  readonly keyId?: string | undefined
  /** What was signed, where it is not the nonce: a message of Sign-In with Ethereum. */
  readonly message?: string | undefined
}

/** How far a wallet's clock may be from ours, in milliseconds. */
const clockSkew = 60_000
/** How long a used nonce is remembered beyond its token. */
const margin = 60_000

/**
 * Takes the answer to a challenge and gives a W-JWT for the wallet that signed it. A challenge is answered once, by whomever is first, in
 * any number of processes.
 * @throws BillfoldError `login.refused` for whatever is wrong with the answer, `token.invalid`, `token.expired`
 */
export async function answerChallenge(
  services: Services,
  settings: WalletLoginSettings,
  answer: ChallengeAnswer,
): Promise<{ readonly jwt: string; readonly wallet: Wallet }> {
  const { tenant } = answer
  const { token, claims } = await openChallenge(services, tenant, answer.jwt)
  if (settings.allowOtherIp !== true && token.subject !== answer.ip) throw new BillfoldError('login.refused')
  const wallet = await signerOf(services, settings, claims, answer)
  const jwt = await services.tokens.issue({
    ...tokenKinds.wallet,
    audience: loginAudience,
    tenant,
    subject: wallet.publicKey,
    claims: { wallet: wallet.address, ...(wallet.did !== undefined && { did: wallet.did }) },
  })
  await useUp(services, tenant, claims.nonce, token.expiresAt, wallet)
  return { jwt, wallet }
}

/** The signature is checked before the nonce is used up: nobody can guess one, and a stranger's bad one costs no row. */
async function signerOf(
  services: Services,
  settings: WalletLoginSettings,
  claims: ChallengeClaims,
  { tenant, signature, keyId, message }: ChallengeAnswer,
): Promise<Wallet> {
  const said = signedMessage(services, settings, claims.nonce, message)
  const claimed = keyId === undefined ? undefined : readWalletName(keyId)
  if (keyId !== undefined && (claimed === undefined || !('did' in claimed))) throw new BillfoldError('login.refused')
  const did = claimed !== undefined && 'did' in claimed ? claimed.did : claims.did
  const wallet = walletOf(personalSigner(said.text, signature), did)
  const bound = [claims.address, said.address].every((address) => address === undefined || address === wallet.address)
  if (!bound || (claims.did !== undefined && claims.did !== did)) throw new BillfoldError('login.refused')
  if (did !== undefined) await checkDid(settings.resolveDid ?? addressDids, tenant, { did, keyId }, wallet)
  return wallet
}

/** What must have been signed, and by which address, where the message says so. */
function signedMessage(
  services: Services,
  { messageFormat = 'nonce', site }: WalletLoginSettings,
  nonce: string,
  text: string | undefined,
): { readonly text: string; readonly address?: string } {
  if (text === undefined && messageFormat !== 'eip4361') return { text: nonce }
  if (text === undefined || messageFormat === 'nonce' || site === undefined) throw new BillfoldError('login.refused')
  const message = readSignInMessage(text)
  const now = services.now()
  const fits =
    message !== undefined &&
    message.nonce === nonce &&
    [site.domain, new URL(site.uri).origin].includes(message.domain) &&
    message.uri === site.uri &&
    (site.chainIds ?? [1]).includes(message.chainId) &&
    Math.abs(now - message.issuedAt) <= tokenKinds.challenge.seconds * 1000 + clockSkew &&
    now < (message.expiresAt ?? Number.POSITIVE_INFINITY) &&
    now + clockSkew >= (message.notBefore ?? 0)
  if (!fits) throw new BillfoldError('login.refused')
  return { text, address: message.address.toLowerCase() }
}

async function useUp(
  services: Services,
  tenant: string,
  nonce: string,
  expiresAt: number,
  wallet: Wallet,
): Promise<void> {
  const used = useOf('wallet-login', tenant, nonce, expiresAt + margin)
  const subject = await walletId(services, tenant, wallet.publicKey)
  const record = auditRecord({ tenant, id: subject }, 'wallet.logged-in', subject, services.now())
  try {
    await services.storage.commit(batch(used, record))
  } catch (error) {
    if (isCommitError(error)) throw new BillfoldError('login.refused', { cause: error })
    throw error
  }
}

/** What a wallet is called in rows that are not sealed: a keyed hash of its public key, 43 characters. */
export function walletId(services: Services, tenant: string, publicKey: string): Promise<string> {
  return services.lookups.hash('wallet', tenant, publicKey)
}

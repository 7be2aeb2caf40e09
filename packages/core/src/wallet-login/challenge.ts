import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { BillfoldError } from '../errors.ts'
import type { Services } from '../services.ts'
import type { Token } from '../tokens/index.ts'
import type { WalletLoginSettings } from './settings.ts'
import { writeSignInMessage } from './sign-in-message.ts'
import { loginAudience, tokenKinds } from './token-kinds.ts'
import { addressInDid, type WalletName } from './wallet.ts'

/** A challenge for a wallet. */
export interface Challenge {
  /** The C-JWT. */
  readonly jwt: string
  /** What to sign, where it is a message of Sign-In with Ethereum and the wallet's address is known. */
  readonly message?: string
}

/** What a C-JWT says. */
export interface ChallengeClaims {
  /** 32 random bytes in hex: what is signed, or what the signed message names. */
  readonly nonce: string
  /** Who may answer, where the challenge is bound. */
  readonly address?: string | undefined
  readonly did?: string | undefined
}

/** Makes a challenge. Nothing is kept: it is used up when it is answered. */
export async function issueChallenge(
  services: Services,
  settings: WalletLoginSettings,
  { tenant, ip, wallet }: { readonly tenant: string; readonly ip: string; readonly wallet?: WalletName | undefined },
): Promise<Challenge> {
  const nonce = randomBytes(32).toString('hex')
  const jwt = await services.tokens.issue({
    ...tokenKinds.challenge,
    audience: loginAudience,
    tenant,
    subject: ip,
    // The same value twice: existing wallets read `challenge`, newer ones `nonce`.
    claims: { nonce, challenge: nonce, ...wallet },
  })
  const message = messageFor(services, settings, nonce, wallet)
  return { jwt, ...(message !== undefined && { message }) }
}

function messageFor(
  services: Services,
  { messageFormat = 'nonce', site }: WalletLoginSettings,
  nonce: string,
  wallet: WalletName | undefined,
): string | undefined {
  if (messageFormat === 'nonce' || site === undefined || wallet === undefined) return undefined
  const address = 'address' in wallet ? wallet.address : addressInDid(wallet.did)
  if (address === undefined) return undefined
  const { domain, uri, statement, chainIds } = site
  const issuedAt = services.now()
  const expiresAt = issuedAt + tokenKinds.challenge.seconds * 1000
  return writeSignInMessage({
    domain,
    address,
    statement,
    uri,
    chainId: chainIds?.[0] ?? 1,
    nonce,
    issuedAt,
    expiresAt,
  })
}

const claimsShape = z.object({
  nonce: z.string().regex(/^[0-9a-f]{64}$/),
  address: z.string().optional(),
  did: z.string().optional(),
})

/**
 * Reads a C-JWT.
 * @throws BillfoldError `token.invalid`, `token.expired`
 */
export async function openChallenge(
  services: Services,
  tenant: string,
  jwt: string,
): Promise<{ readonly token: Token; readonly claims: ChallengeClaims }> {
  const { type } = tokenKinds.challenge
  const token = await services.tokens.verify(jwt, { type, audience: loginAudience, tenant })
  const claims = claimsShape.safeParse(token.claims)
  if (!claims.success) throw new BillfoldError('token.invalid')
  return { token, claims: claims.data }
}

import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Services } from '../../platform/services.ts'
import type { VerifiedToken } from '../../platform/tokens/index.ts'
import type { WalletLoginSettings } from './settings.ts'
import { formatSignInMessage } from './sign-in-message.ts'
import { loginAudience, loginTokenTypes } from './login-token-types.ts'
import { parseAddressFromDid, type WalletIdentifier } from './external-wallet.ts'

/** A challenge for a wallet. */
export interface WalletChallenge {
  /** C-JWT: the challenge as a signed token. */
  readonly jwt: string
  /** Sign-In with Ethereum message to sign. Absent in `nonce` format or if the wallet's address is unknown. */
  readonly message?: string
}

/** Claims of a C-JWT. */
export interface ChallengeClaims {
  /** 32 random bytes in hex. The wallet signs it directly or as part of the message. */
  readonly nonce: string
  /** Address of the wallet that the challenge is bound to. */
  readonly address?: string | undefined
  /** DID of the wallet that the challenge is bound to. */
  readonly did?: string | undefined
}

/**
 * Issues a challenge, optionally bound to one wallet. Writes nothing to the storage: the nonce is recorded when it is consumed.
 */
export async function issueChallenge(
  services: Services,
  settings: WalletLoginSettings,
  {
    tenant,
    ip,
    wallet,
  }: { readonly tenant: string; readonly ip: string; readonly wallet?: WalletIdentifier | undefined },
): Promise<WalletChallenge> {
  const nonce = randomBytes(32).toString('hex')
  const jwt = await services.tokens.issue({
    ...loginTokenTypes.challenge,
    audience: loginAudience,
    tenant,
    subject: ip,
    // Older wallets read `challenge`, newer ones `nonce`.
    claims: { nonce, challenge: nonce, ...wallet },
  })
  const message = messageFor(services, settings, nonce, wallet)
  return { jwt, ...(message !== undefined && { message }) }
}

function messageFor(
  services: Services,
  { messageFormat = 'nonce', site }: WalletLoginSettings,
  nonce: string,
  wallet: WalletIdentifier | undefined,
): string | undefined {
  if (messageFormat === 'nonce' || site === undefined || wallet === undefined) return undefined
  const address = 'address' in wallet ? wallet.address : parseAddressFromDid(wallet.did)
  if (address === undefined) return undefined
  const { domain, uri, statement, chainIds } = site
  const issuedAt = services.now()
  const expiresAt = issuedAt + loginTokenTypes.challenge.lifetimeSeconds * 1000
  return formatSignInMessage({
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

const claimsSchema = z.object({
  nonce: z.string().regex(/^[0-9a-f]{64}$/),
  address: z.string().optional(),
  did: z.string().optional(),
})

/**
 * Verifies a C-JWT and parses its claims.
 * @throws BillfoldError `token.invalid`, `token.expired`
 */
export async function verifyChallengeToken(
  services: Services,
  tenant: string,
  jwt: string,
): Promise<{ readonly token: VerifiedToken; readonly claims: ChallengeClaims }> {
  const { type } = loginTokenTypes.challenge
  const token = await services.tokens.verify(jwt, { type, audience: loginAudience, tenant })
  const claims = claimsSchema.safeParse(token.claims)
  if (!claims.success) throw new BillfoldError('token.invalid')
  return { token, claims: claims.data }
}

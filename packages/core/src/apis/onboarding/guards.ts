import { BillfoldError } from '../../errors.ts'
import type { Caller, Guard, IncomingRequest, RequestContext } from '../../http/index.ts'
import type { WalletActor } from '../../onboarding/owner.ts'
import { sourceOf } from '../../rate-limits/index.ts'
import type { Services } from '../../services.ts'
import { loginAudience, tokenKinds, type Wallet, walletId } from '../../wallet-login/index.ts'

/** A wallet that calls: its id is what it owns things by. */
interface WalletCaller extends Caller {
  readonly kind: 'wallet'
  readonly wallet: Wallet
}

type Origins = ReadonlySet<string> | undefined

/** Lets in wallets that bring a W-JWT, from an origin that the host allows. */
export function walletGuard(services: Services, tenant: string, origins: Origins): Guard {
  const scheme = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A W-JWT of POST /auth/challenge' }
  return {
    name: 'wallet',
    security: [{ wallet: [] }],
    schemes: { wallet: scheme },
    admit: async (request): Promise<WalletCaller> => {
      checkOrigin(origins, request)
      const { type } = tokenKinds.wallet
      const token = await services.tokens.verify(bearer(request), { type, audience: loginAudience, tenant })
      const { wallet: address, did } = token.claims
      if (typeof address !== 'string') throw new BillfoldError('token.invalid')
      const wallet = { publicKey: token.subject, address, ...(typeof did === 'string' && { did }) }
      const id = await walletId(services, tenant, wallet.publicKey)
      return { kind: 'wallet', tenant, id, scopes: new Set(), wallet }
    },
  }
}

/** Lets in whoever brings some C-JWT, from an origin that the host allows. */
export function challengeGuard(tenant: string, origins: Origins): Guard {
  const scheme = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A C-JWT of GET /auth/challenge' }
  const caller: Caller = { kind: 'anonymous', tenant, id: 'anonymous', scopes: new Set() }
  return {
    name: 'challenge',
    security: [{ challenge: [] }],
    schemes: { challenge: scheme },
    admit: async (request) => {
      checkOrigin(origins, request)
      bearer(request)
      return caller
    },
  }
}

/** The wallet that a guard let in, as the one that acts. */
export function actorOf({ caller, ip }: RequestContext): WalletActor {
  if (!isWallet(caller)) throw new BillfoldError('caller.unauthenticated')
  return { tenant: caller.tenant, id: caller.id, source: sourceOf(ip), wallet: caller.wallet }
}

function isWallet(caller: Caller): caller is WalletCaller {
  return caller.kind === 'wallet'
}

/** The token of a Bearer `Authorization` header (RFC 6750 section 2.1). @throws BillfoldError `caller.unauthenticated` */
export function bearer({ headers }: Pick<IncomingRequest, 'headers'>): string {
  const header = headers['authorization']
  const token = typeof header === 'string' ? /^bearer +(\S+)$/i.exec(header)?.[1] : undefined
  if (token === undefined) throw new BillfoldError('caller.unauthenticated')
  return token
}

/** A wallet that is no page names itself in `User-Agent`, and need not send an `Origin`. */
function checkOrigin(origins: Origins, { headers }: IncomingRequest): void {
  if (origins === undefined) return
  const { origin, 'user-agent': agent } = headers
  const isWalletApp = typeof agent === 'string' && /^selfkeyidw\//i.test(agent)
  const named = typeof origin === 'string' ? origin : isWalletApp ? 'IDW' : ''
  if (!origins.has(named))
    throw new BillfoldError('caller.forbidden', { message: 'The origin is not one that may call' })
}

import { BillfoldError } from '../../kernel/errors.ts'
import type { Caller, Guard, IncomingRequest, RequestContext, Route } from '../../http/index.ts'
import type { WalletActor } from '../applications/wallet-actor.ts'
import { toSourceAddress } from '../../platform/rate-limits/index.ts'
import type { Services } from '../../platform/services.ts'
import {
  loginAudience,
  loginTokenTypes,
  type ExternalWallet,
  computeWalletId,
  parseWalletSubject,
} from '../wallet-login/index.ts'

/** An authenticated wallet. Its id is the `owner` of its files and applications. */
interface WalletCaller extends Caller {
  readonly kind: 'wallet'
  readonly wallet: ExternalWallet
}

type Origins = ReadonlySet<string> | undefined

/**
 * Routes that a module adds to the onboarding API. The caller that `guards.wallet` admits has the `owner` of its applications as id.
 */
export type OnboardingRoutes = (guards: { readonly wallet: Guard }) => readonly Route[]

/** Authenticates wallets by W-JWT and checks the origin. */
export function walletGuard(services: Services, tenant: string, origins: Origins): Guard {
  const scheme = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A W-JWT of POST /auth/challenge' }
  return {
    name: 'wallet',
    security: [{ wallet: [] }],
    schemes: { wallet: scheme },
    admit: async (request): Promise<WalletCaller> => {
      checkOrigin(origins, request)
      const { type } = loginTokenTypes.wallet
      const token = await services.tokens.verify(parseBearerToken(request), { type, audience: loginAudience, tenant })
      const { wallet: address, did } = token.claims
      if (typeof address !== 'string') throw new BillfoldError('token.invalid')
      const wallet = { ...parseWalletSubject(token.subject), address, ...(typeof did === 'string' && { did }) }
      const id = await computeWalletId(services, tenant, token.subject)
      return { kind: 'wallet', tenant, id, scopes: new Set(), wallet }
    },
  }
}

/**
 * Authenticates a wallet as `wallet` does if an `Authorization` header is sent. Otherwise admits pages of `origins`, whose body must
 * carry a user token, which the route verifies.
 */
export function walletOrPageGuard(wallet: Guard, tenant: string, origins: ReadonlySet<string>): Guard {
  if (origins.size === 0) return wallet
  return {
    ...wallet,
    name: 'wallet-or-page',
    security: [{ wallet: [] }, {}],
    admit: async (request) => {
      const { authorization, origin } = request.headers
      if (authorization !== undefined) return wallet.admit(request)
      if (typeof origin !== 'string' || !origins.has(origin)) throw new BillfoldError('caller.unauthenticated')
      return { kind: 'anonymous', tenant, id: `page ${toSourceAddress(request.ip)}`, scopes: new Set() }
    },
  }
}

/** Requires a bearer token, which the route verifies as a C-JWT, and checks the origin. */
export function challengeGuard(tenant: string, origins: Origins): Guard {
  const scheme = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A C-JWT of GET /auth/challenge' }
  const caller: Caller = { kind: 'anonymous', tenant, id: 'anonymous', scopes: new Set() }
  return {
    name: 'challenge',
    security: [{ challenge: [] }],
    schemes: { challenge: scheme },
    admit: async (request) => {
      checkOrigin(origins, request)
      parseBearerToken(request)
      return caller
    },
  }
}

/** Converts the authenticated wallet of a request to an actor. @throws BillfoldError `caller.unauthenticated` */
export function toWalletActor({ caller, ip }: RequestContext): WalletActor {
  if (!isWallet(caller)) throw new BillfoldError('caller.unauthenticated')
  return { tenant: caller.tenant, id: caller.id, source: toSourceAddress(ip), wallet: caller.wallet }
}

function isWallet(caller: Caller): caller is WalletCaller {
  return caller.kind === 'wallet'
}

/** Parses the token of a Bearer `Authorization` header (RFC 6750 section 2.1). @throws BillfoldError `caller.unauthenticated` */
export function parseBearerToken({ headers }: Pick<IncomingRequest, 'headers'>): string {
  const header = headers['authorization']
  const token = typeof header === 'string' ? /^bearer +(\S+)$/i.exec(header)?.[1] : undefined
  if (token === undefined) throw new BillfoldError('caller.unauthenticated')
  return token
}

/** Checks `Origin`. Native wallets identify themselves by `User-Agent` instead. @throws BillfoldError `caller.forbidden` */
function checkOrigin(origins: Origins, { headers }: IncomingRequest): void {
  if (origins === undefined) return
  const { origin, 'user-agent': agent } = headers
  const isWalletApp = typeof agent === 'string' && /^selfkeyidw\//i.test(agent)
  const named = typeof origin === 'string' ? origin : isWalletApp ? 'IDW' : ''
  if (!origins.has(named)) throw new BillfoldError('caller.forbidden', { message: 'Origin not allowed' })
}

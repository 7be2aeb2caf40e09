import { z } from 'zod'
import { authorizeAct } from '../../platform/acts/authorize-act.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { batch, retryOnConflict } from '../../kernel/storage/index.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Reply, type RequestContext, type Route, route } from '../../http/index.ts'
import { findWalletUserId } from '../applications/wallet-actor.ts'
import { getUser } from '../../identity/users/find.ts'
import {
  verifyChallengeResponse,
  issueChallenge,
  loginAudience,
  parseWalletIdentifier,
  signaturePattern,
  loginTokenTypes,
  type WalletIdentifier,
} from '../wallet-login/index.ts'
import { toWalletActor, parseBearerToken } from './guards.ts'
import type { OnboardingContext } from './context.ts'
import { jwtBody, tokenBody } from './schemas.ts'

const challengeBody = jwtBody.extend({
  message: z.string().optional().describe('Sign-In with Ethereum message to sign (ERC-4361)'),
})

const signature = z.string().regex(signaturePattern, 'must be bytes in hex with 0x, at most 8192')

const responseInput = z.object({
  signature: z.union([signature, z.object({ value: signature, keyId: z.string().min(1).max(320) })]),
  message: z.string().max(20_000).optional().describe('The signed Sign-In with Ethereum message (ERC-4361)'),
})

/** Routes that issue challenges to wallets and exchange responses for tokens. */
export function challengeRoutes(onboarding: OnboardingContext): readonly Route[] {
  const { publicGuard } = onboarding
  return [
    route({
      id: 'getChallenge',
      method: 'GET',
      path: '/auth/challenge',
      summary: 'Get a challenge to sign (C-JWT)',
      guard: publicGuard,
      replies: { 200: { description: 'The challenge', schema: challengeBody } },
      handler: (_input, context) => challengeReply(onboarding, context),
    }),
    route({
      id: 'getChallengeForWallet',
      method: 'GET',
      path: '/auth/challenge/:wallet',
      summary: 'Get a challenge bound to one wallet',
      guard: publicGuard,
      params: z.object({ wallet: z.string().max(320) }),
      replies: { 200: { description: 'The challenge', schema: challengeBody } },
      handler: ({ params }, context) => {
        const wallet = parseWalletIdentifier(params.wallet)
        if (wallet === undefined) {
          const message = 'must be a public key in hex, an Ethereum address or a DID'
          throw new BillfoldError('input.invalid', { issues: [{ path: 'wallet', message }] })
        }
        return challengeReply(onboarding, context, wallet)
      },
    }),
    responseRoute(onboarding),
    userTokenRoute(onboarding, 'getUserToken', '/auth/token'),
    // The path by which Identity Wallets ask.
    userTokenRoute(onboarding, 'getTokenOfUser', '/users/token'),
  ]
}

async function challengeReply(
  { services, settings }: OnboardingContext,
  { caller, ip }: RequestContext,
  wallet?: WalletIdentifier,
): Promise<Reply> {
  return { status: 200, body: await issueChallenge(services, settings.login, { tenant: caller.tenant, ip, wallet }) }
}

function responseRoute({ services, settings, challengeGuard }: OnboardingContext): Route {
  return route({
    id: 'answerChallenge',
    secretReply: true,
    method: 'POST',
    path: '/auth/challenge',
    summary: 'Exchange a signed challenge for a wallet token (W-JWT)',
    guard: challengeGuard,
    limits: [{ by: 'ip', limit: 300, windowSeconds: 600 }],
    body: { encoding: 'json', schema: responseInput, limit: 64 * 1024 },
    replies: { 200: { description: 'The token', schema: jwtBody }, 401: { description: 'The response is invalid' } },
    handler: async ({ body }, context) => {
      const signed = typeof body.signature === 'string' ? { value: body.signature } : body.signature
      const { jwt } = await verifyChallengeResponse(services, settings.login, {
        tenant: context.caller.tenant,
        ip: context.ip,
        jwt: parseBearerToken(context),
        signature: signed.value,
        keyId: 'keyId' in signed ? signed.keyId : undefined,
        message: body.message,
      })
      return { status: 200, body: { jwt } }
    },
  })
}

function userTokenRoute({ services, walletGuard }: OnboardingContext, id: string, path: string): Route {
  return route({
    id,
    method: 'GET',
    path,
    summary: "Get a token for the wallet's user",
    guard: walletGuard,
    replies: {
      200: { description: 'The token', schema: tokenBody },
      404: { description: 'The wallet has no user yet' },
    },
    handler: async (_input, context) => {
      const actor = toWalletActor(context)
      const userId = await findWalletUserId(services, actor)
      if (userId === undefined) throw new BillfoldError('user.not-found')
      await getUser(services, actor.tenant, userId)
      return { status: 200, body: { token: await issueUserToken({ services }, actor, userId) } }
    },
  })
}

/** Issues a user token, once the modules have authorized the login. @throws BillfoldError those of `authorizeAct` */
export async function issueUserToken(
  { services }: Pick<OnboardingContext, 'services'>,
  { tenant, id, source }: Actor,
  userId: string,
): Promise<string> {
  const actor = { tenant, id, ...(source !== undefined && { source }) }
  await retryOnConflict(async () => {
    const counted = await authorizeAct(services, () => ({ kind: 'login', actor, userId, content: 'wallet' }))
    if (counted.length > 0) await services.storage.commit(batch(...counted))
  })
  return services.tokens.issue({ ...loginTokenTypes.user, audience: loginAudience, tenant, subject: userId })
}

import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type Reply, type RequestContext, type Route, route } from '../../http/index.ts'
import { userOfWallet } from '../../onboarding/owner.ts'
import { findUser } from '../../users/find.ts'
import {
  answerChallenge,
  issueChallenge,
  loginAudience,
  readWalletName,
  signaturePattern,
  tokenKinds,
  type WalletName,
} from '../../wallet-login/index.ts'
import { actorOf, bearer } from './guards.ts'
import type { Onboarding } from './onboarding.ts'
import { jwtBody, tokenBody } from './schemas.ts'

const challengeBody = jwtBody.extend({
  message: z.string().optional().describe('Sign-In with Ethereum message to sign (ERC-4361)'),
})

const signature = z.string().regex(signaturePattern, 'must be 0x and 65 bytes in hex, with v as 00, 01, 1b or 1c')

const responseInput = z.object({
  signature: z.union([signature, z.object({ value: signature, keyId: z.string().min(1).max(320) })]),
  message: z.string().max(20_000).optional().describe('The signed Sign-In with Ethereum message (ERC-4361)'),
})

/** Routes that issue challenges to wallets and exchange responses for tokens. */
export function challengeRoutes(onboarding: Onboarding): readonly Route[] {
  const { open } = onboarding
  return [
    route({
      id: 'getChallenge',
      method: 'GET',
      path: '/auth/challenge',
      summary: 'Get a challenge to sign (C-JWT)',
      guard: open,
      replies: { 200: { description: 'The challenge', schema: challengeBody } },
      handler: (_input, context) => challengeReply(onboarding, context),
    }),
    route({
      id: 'getChallengeForWallet',
      method: 'GET',
      path: '/auth/challenge/:wallet',
      summary: 'Get a challenge bound to one wallet',
      guard: open,
      params: z.object({ wallet: z.string().max(320) }),
      replies: { 200: { description: 'The challenge', schema: challengeBody } },
      handler: ({ params }, context) => {
        const wallet = readWalletName(params.wallet)
        if (wallet === undefined) {
          const message = 'must be a public key in hex, an Ethereum address or a DID'
          throw new BillfoldError('input.invalid', { issues: [{ path: 'wallet', message }] })
        }
        return challengeReply(onboarding, context, wallet)
      },
    }),
    responseRoute(onboarding),
    userTokenRoute(onboarding),
  ]
}

async function challengeReply(
  { services, settings }: Onboarding,
  { caller, ip }: RequestContext,
  wallet?: WalletName,
): Promise<Reply> {
  return { status: 200, body: await issueChallenge(services, settings.login, { tenant: caller.tenant, ip, wallet }) }
}

function responseRoute({ services, settings, challenged }: Onboarding): Route {
  return route({
    id: 'answerChallenge',
    method: 'POST',
    path: '/auth/challenge',
    summary: 'Exchange a signed challenge for a wallet token (W-JWT)',
    guard: challenged,
    limits: [{ by: 'ip', most: 300, seconds: 600 }],
    body: { encoding: 'json', schema: responseInput, limit: 32 * 1024 },
    replies: { 200: { description: 'The token', schema: jwtBody }, 401: { description: 'The response is invalid' } },
    handler: async ({ body }, context) => {
      const signed = typeof body.signature === 'string' ? { value: body.signature } : body.signature
      const { jwt } = await answerChallenge(services, settings.login, {
        tenant: context.caller.tenant,
        ip: context.ip,
        jwt: bearer(context),
        signature: signed.value,
        keyId: 'keyId' in signed ? signed.keyId : undefined,
        message: body.message,
      })
      return { status: 200, body: { jwt } }
    },
  })
}

function userTokenRoute({ services, wallet }: Onboarding): Route {
  return route({
    id: 'getUserToken',
    method: 'GET',
    path: '/auth/token',
    summary: "Get a token for the wallet's user",
    guard: wallet,
    replies: {
      200: { description: 'The token', schema: tokenBody },
      404: { description: 'The wallet has no user yet' },
    },
    handler: async (_input, context) => {
      const actor = actorOf(context)
      const userId = await userOfWallet(services, actor)
      if (userId === undefined) throw new BillfoldError('user.unknown')
      await findUser(services, actor.tenant, userId)
      return { status: 200, body: { token: await userToken({ services }, actor.tenant, userId) } }
    },
  })
}

/** Issues a user token. */
export function userToken({ services }: Pick<Onboarding, 'services'>, tenant: string, userId: string): Promise<string> {
  return services.tokens.issue({ ...tokenKinds.user, audience: loginAudience, tenant, subject: userId })
}

import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type Route, route } from '../../http/index.ts'
import { chainOf } from '../../wallets/chains/index.ts'
import { findWallet } from '../../wallets/find.ts'
import { assertUsable, signWith } from '../../wallets/sign.ts'
import { actorOf, methodIn, openAuthority } from '../authority.ts'
import { signingMethodHeader } from '../signing-method-header.ts'
import type { Custody } from './custody.ts'
import { success } from './envelope.ts'
import { bodyLimit, id, pincode, results, succeeded } from './schemas.ts'
import { inSignatureRequest, signatureRequest, typedData } from './signature-data.ts'
import { verificationRoute } from './verification-route.ts'

const common = { secretType: z.string().max(32), walletId: id }

const newSignature = z.object({
  pincode: pincode.optional(),
  signatureRequest: z.discriminatedUnion('type', [
    z.object({ type: z.literal('MESSAGE'), ...common, data: z.string() }),
    z.object({
      type: z.literal('EIP712'),
      ...common,
      data: typedData,
    }),
  ]),
})

/** Signatures over messages and typed data: make one, check one. */
export function signatureRoutes(custody: Custody): readonly Route[] {
  const { services, chains, service } = custody
  return [
    verificationRoute(custody),
    route({
      id: 'createSignature',
      method: 'POST',
      path: '/api/signatures',
      summary: "Sign a message, as the wallet's chain does, or typed data (EIP-712)",
      guard: service,
      headers: signingMethodHeader,
      body: { encoding: 'json', schema: newSignature, limit: bodyLimit, raw: 'when-kept' },
      replies: { 200: { description: 'The signature', schema: succeeded(results.signature) } },
      handler: async ({ body, headers }, context) => {
        const { secretType, walletId, ...request } = body.signatureRequest
        const actor = actorOf(context)
        const wallet = await findWallet(services, actor.tenant, walletId)
        const chain = chainOf(chains, wallet.secretType)
        if (wallet.secretType !== secretType) throw new BillfoldError('input.invalid', { issues: [otherChain] })
        assertUsable(wallet)
        const header = await methodIn(services, context, headers)
        const authority = await openAuthority(services, actor, wallet.ownerId, header, body.pincode)
        const signed = await inSignatureRequest(async () =>
          signWith(services, actor, wallet, chain, signatureRequest(request), authority),
        )
        return success(signed)
      },
    }),
  ]
}

const otherChain = { path: 'signatureRequest.secretType', message: "is not the wallet's" }

import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type Route, route } from '../../http/index.ts'
import { type Chains, chainOf } from '../../wallets/chains/index.ts'
import { findWallet } from '../../wallets/find.ts'
import { assertUsable, type RawRequest, signWith } from '../../wallets/sign.ts'
import { actorOf, methodIn, openAuthority } from '../authority.ts'
import { signingMethodHeader } from '../signing-method-header.ts'
import type { Custody } from './custody.ts'
import { success } from './envelope.ts'
import { bodyLimit, id, pincode, results, succeeded } from './schemas.ts'
import { inSignatureRequest, signatureRequest, typedData } from './signature-data.ts'
import { verificationRoute } from './verification-route.ts'

const common = { secretType: z.string().max(32), walletId: id }

const message = z.object({ type: z.literal('MESSAGE'), ...common, data: z.string() })
const typed = z.object({ type: z.literal('EIP712'), ...common, data: typedData })

/** The body schema, with a raw request type for every enabled chain. */
function newSignature(chains: Chains) {
  const types = [...chains.keys()].map((secretType): RawRequest['type'] => `${secretType}_RAW`)
  const data = z.string().describe('Hex: a 32-byte hash on secp256k1, up to 64 KiB on ed25519')
  const raw = z.object({ type: z.literal(types), ...common, data })
  return z.object({
    pincode: pincode.optional(),
    signatureRequest: z.discriminatedUnion('type', types.length === 0 ? [message, typed] : [message, typed, raw]),
  })
}

/** The routes that create and verify signatures of messages and typed data. */
export function signatureRoutes(custody: Custody): readonly Route[] {
  const { services, chains, service } = custody
  return [
    verificationRoute(custody),
    route({
      id: 'createSignature',
      method: 'POST',
      path: '/api/signatures',
      summary:
        "Sign a message in the format of the wallet's chain, typed data (EIP-712), or raw bytes if the host allows it",
      guard: service,
      headers: signingMethodHeader,
      body: { encoding: 'json', schema: newSignature(chains), limit: bodyLimit, raw: 'when-kept' },
      replies: { 200: { description: 'The signature', schema: succeeded(results.signature) } },
      handler: async ({ body, headers }, context) => {
        const { secretType, walletId, ...request } = body.signatureRequest
        const isRaw = request.type !== 'MESSAGE' && request.type !== 'EIP712'
        if (isRaw && !custody.rawSignatures) throw new BillfoldError('signature.raw-off')
        if (isRaw && request.type !== `${secretType}_RAW`)
          throw new BillfoldError('input.invalid', { issues: [typeMismatch] })
        const actor = actorOf(context)
        const wallet = await findWallet(services, actor.tenant, walletId)
        const chain = chainOf(chains, wallet.secretType)
        if (wallet.secretType !== secretType) throw new BillfoldError('input.invalid', { issues: [chainMismatch] })
        assertUsable(wallet)
        const header = await methodIn(services, context, headers)
        const authorizedBy = await openAuthority(services, actor, wallet.ownerId, header, body.pincode)
        const signed = await inSignatureRequest(async () =>
          signWith(services, actor, wallet, chain, isRaw ? request : signatureRequest(request), authorizedBy),
        )
        return success(signed)
      },
    }),
  ]
}

const typeMismatch = { path: 'signatureRequest.type', message: 'does not match secretType' }
const chainMismatch = { path: 'signatureRequest.secretType', message: "does not match the wallet's secretType" }

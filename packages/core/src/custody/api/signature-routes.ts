import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import { type Chains, getChain } from '../wallets/chains/index.ts'
import { getCustodyWallet } from '../wallets/find.ts'
import { assertWalletNotArchived, type RawSignatureRequest, signWithWallet } from '../wallets/sign.ts'
import { actorFromRequest, parseSigningMethod, withSigningMethod } from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { custodyBodyLimit, idSchema, optionalField, pincodeSchema, resultSchemas, successSchema } from './schemas.ts'
import {
  dataEncodingSchema,
  withSignatureRequestPath,
  parseSignatureRequest,
  typedDataSchema,
} from './signature-data.ts'
import { toSmartAccountChain } from '../smart-accounts/smart-account-signer.ts'
import { verificationRoute } from './verification-route.ts'

const common = { secretType: z.string().max(32), walletId: idSchema }

const message = z.object({ type: z.literal('MESSAGE'), ...common, data: z.string(), dataEncoding: dataEncodingSchema })
const typed = z.object({ type: z.literal('EIP712'), ...common, data: typedDataSchema })

/** The body schema, with a raw request type for every enabled chain. */
function newSignature(chains: Chains) {
  const types = [...chains.keys()].map((secretType): RawSignatureRequest['type'] => `${secretType}_RAW`)
  const data = z.string().describe('Hex: a 32-byte hash on secp256k1, up to 64 KiB on ed25519')
  const raw = z.object({ type: z.literal(types), ...common, data })
  return z.object({
    pincode: optionalField(pincodeSchema),
    signatureRequest: z.discriminatedUnion('type', types.length === 0 ? [message, typed] : [message, typed, raw]),
  })
}

/** The routes that create and verify signatures of messages and typed data. */
export function signatureRoutes(custody: CustodyContext): readonly Route[] {
  const { services, chains, service } = custody
  return [
    verificationRoute(custody),
    route({
      id: 'createSignature',
      secretReply: true,
      method: 'POST',
      path: '/api/signatures',
      summary:
        "Sign a message in the format of the wallet's chain, typed data (EIP-712), or raw bytes if the host allows it",
      guard: service,
      headers: signingMethodHeadersSchema,
      body: {
        encoding: 'json',
        schema: newSignature(chains),
        limit: custodyBodyLimit,
        raw: 'if-available',
        transientText: ['signatureRequest.data'],
      },
      replies: { 200: { description: 'The signature', schema: successSchema(resultSchemas.signature) } },
      handler: async ({ body, headers }, context) => {
        const { secretType, walletId, ...request } = body.signatureRequest
        const isRaw = request.type !== 'MESSAGE' && request.type !== 'EIP712'
        if (isRaw && !custody.rawSignatures) throw new BillfoldError('signature.raw-disabled')
        if (isRaw && request.type !== `${secretType}_RAW`)
          throw new BillfoldError('input.invalid', { issues: [typeMismatch] })
        const actor = actorFromRequest(context)
        const wallet = await getCustodyWallet(services, actor.tenant, walletId)
        const chain = getChain(chains, wallet.secretType)
        if (wallet.secretType !== secretType) throw new BillfoldError('input.invalid', { issues: [chainMismatch] })
        assertWalletNotArchived(wallet)
        // The key of a contract account signs nothing by itself.
        if (isRaw && wallet.accountType !== null) throw new BillfoldError('signature.unsupported-type')
        const header = await parseSigningMethod(services, context, headers)
        const signed = await withSigningMethod(services, actor, wallet.ownerId, header, body.pincode, (authorizedBy) =>
          withSignatureRequestPath(async () => {
            const parsed = isRaw ? request : parseSignatureRequest(request)
            const signer = wallet.accountType === null ? chain : await toSmartAccountChain(services, wallet, chain)
            return signWithWallet(services, actor, wallet, signer, parsed, authorizedBy)
          }),
        )
        return custodySuccessReply(signed)
      },
    }),
  ]
}

const typeMismatch = { path: 'signatureRequest.type', message: 'does not match secretType' }
const chainMismatch = { path: 'signatureRequest.secretType', message: "does not match the wallet's secretType" }

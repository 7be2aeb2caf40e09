import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type RequestContext, type Route, route } from '../../http/index.ts'
import type { SignatureRequest } from '../../wallets/chains/chain.ts'
import { chainOf } from '../../wallets/chains/index.ts'
import { findWallet } from '../../wallets/find.ts'
import type { Custody } from './custody.ts'
import { success } from './envelope.ts'
import { bodyLimit, id, succeeded } from './schemas.ts'
import { signatureRequest, typedData } from './signature-data.ts'

const address = z.string().min(1).max(128)

const newVerification = z.object({
  type: z.enum(['MESSAGE', 'EIP712']).default('MESSAGE'),
  secretType: z.string().max(32),
  data: typedData.optional().describe('The signed text or typed data'),
  message: z.string().optional().describe('Alias of data, for text'),
  signature: z.string().max(512).describe("Hex, or the chain's native encoding"),
  walletAddress: address.optional().describe('The address of the claimed signer; alternatives: address, walletId'),
  address: address.optional(),
  walletId: id.optional(),
})

type Verification = z.output<typeof newVerification>

/** The route that verifies a signature against any address. */
export function verificationRoute(custody: Custody): Route {
  return route({
    id: 'verifySignature',
    idempotency: 'none',
    method: 'POST',
    path: '/api/signatures/verification',
    summary: 'Verify a signature of a message or typed data against an address',
    guard: custody.service,
    body: { encoding: 'json', schema: newVerification, limit: bodyLimit },
    replies: {
      200: { description: 'True if the signature is valid', schema: succeeded(z.object({ isValid: z.boolean() })) },
    },
    handler: async ({ body }, context) => {
      const chain = chainOf(custody.chains, body.secretType)
      const request = toSignatureRequest(body)
      const signer = await findSignerAddress(custody, context, body)
      return success({ isValid: chain.verify(request, body.signature, signer) })
    },
  })
}

function toSignatureRequest({ type, data, message }: Verification): SignatureRequest {
  const signed = data ?? message
  if (signed === undefined) throw invalid('data', 'is required')
  if (type === 'EIP712') return signatureRequest({ type, data: signed })
  if (typeof signed !== 'string') throw invalid('data', 'is not text')
  return { type, data: signed }
}

async function findSignerAddress(
  { services }: Custody,
  { caller }: RequestContext,
  body: Verification,
): Promise<string> {
  const named = body.walletAddress ?? body.address
  if (named !== undefined) return named
  if (body.walletId === undefined) throw invalid('walletAddress', 'is required')
  const wallet = await findWallet(services, caller.tenant, body.walletId)
  if (wallet.secretType !== body.secretType) throw invalid('secretType', "does not match the wallet's secretType")
  return wallet.address
}

function invalid(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}

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
  data: typedData.optional().describe('What was signed: text, or typed data'),
  message: z.string().optional().describe('The same as data, for text'),
  signature: z.string().max(512).describe("In hex, or as the chain's own wallets write it"),
  walletAddress: address.optional().describe('Whose signature it is said to be; or address, or walletId'),
  address: address.optional(),
  walletId: id.optional(),
})

type Verification = z.output<typeof newVerification>

/** Checks a signature against an address, of any wallet. */
export function verificationRoute(custody: Custody): Route {
  return route({
    id: 'verifySignature',
    idempotency: 'none',
    method: 'POST',
    path: '/api/signatures/verification',
    summary: 'Check whether a signature of a message or of typed data was made with the key of an address',
    guard: custody.service,
    body: { encoding: 'json', schema: newVerification, limit: bodyLimit },
    replies: { 200: { description: 'Whether it was', schema: succeeded(z.object({ isValid: z.boolean() })) } },
    handler: async ({ body }, context) => {
      const chain = chainOf(custody.chains, body.secretType)
      const request = requestOf(body)
      const signer = await signerAddress(custody, context, body)
      return success({ isValid: chain.verify(request, body.signature, signer) })
    },
  })
}

function requestOf({ type, data, message }: Verification): SignatureRequest {
  const signed = data ?? message
  if (signed === undefined) throw invalid('data', 'is needed')
  if (type === 'EIP712') return signatureRequest({ type, data: signed })
  if (typeof signed !== 'string') throw invalid('data', 'is not text')
  return { type, data: signed }
}

async function signerAddress({ services }: Custody, { caller }: RequestContext, body: Verification): Promise<string> {
  const named = body.walletAddress ?? body.address
  if (named !== undefined) return named
  if (body.walletId === undefined) throw invalid('walletAddress', 'is needed')
  const wallet = await findWallet(services, caller.tenant, body.walletId)
  if (wallet.secretType !== body.secretType) throw invalid('secretType', "is not the wallet's")
  return wallet.address
}

function invalid(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}

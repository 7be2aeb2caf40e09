import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import { type RequestContext, type Route, route } from '../../http/index.ts'
import { maxContractSignatureBytes } from '../chain-clients/index.ts'
import type { SignatureRequest } from '../wallets/chains/chain.ts'
import { isContractSignature } from '../wallets/contract-signature.ts'
import { getChain } from '../wallets/chains/index.ts'
import { getReachableWallet } from './custody-user.ts'
import type { CustodyContext } from './context.ts'
import { custodySuccessReply } from './response-format.ts'
import { custodyBodyLimit, idSchema, optionalField, successSchema, secretTypeField } from './schemas.ts'
import { dataEncodingSchema, parseSignatureRequest, typedDataSchema } from './signature-data.ts'

const address = z.string().min(1).max(128)

const newVerification = z.object({
  type: optionalField(z.enum(['MESSAGE', 'EIP712'])).transform((type) => type ?? ('MESSAGE' as const)),
  secretType: secretTypeField,
  data: optionalField(typedDataSchema.describe('The signed text or typed data')),
  message: optionalField(z.string().describe('Alias of data, for text')),
  dataEncoding: dataEncodingSchema,
  signature: z
    .string()
    .max(2 + 2 * maxContractSignatureBytes)
    .describe("Hex, or the chain's native encoding; of contract accounts on EVM chains too (ERC-1271, ERC-6492)"),
  walletAddress: optionalField(
    address.describe('The address of the claimed signer; alternatives: signerAddress, address, walletId'),
  ),
  signerAddress: optionalField(address),
  address: optionalField(address),
  walletId: optionalField(idSchema),
})

const verificationBody = z.union([
  z.object({ isValid: z.boolean() }),
  z.boolean().describe('If the host sets custody.verificationReply to boolean'),
])

type Verification = z.output<typeof newVerification>

/** The route that verifies a signature against any address. */
export function verificationRoute(custody: CustodyContext): Route {
  return route({
    id: 'verifySignature',
    idempotency: 'none',
    method: 'POST',
    path: '/api/signatures/verification',
    summary: 'Verify a signature of a message or typed data against an address',
    guard: custody.service,
    body: {
      encoding: 'json',
      schema: newVerification,
      limit: custodyBodyLimit,
      transientText: ['data', 'message'],
    },
    replies: {
      200: { description: 'True if the signature is valid', schema: successSchema(verificationBody) },
      503: { description: 'The node of the chain, which knows contract accounts, is not available' },
    },
    handler: async ({ body }, context) => {
      const chain = getChain(custody.chains, body.secretType)
      const request = toSignatureRequest(body)
      const signer = await findSignerAddress(custody, context, body)
      const isValid =
        chain.verify(request, body.signature, signer) ||
        (await isContractSignature(custody.services, chain, request, body.signature, signer))
      return custodySuccessReply(custody.verificationReply === 'boolean' ? isValid : { isValid })
    },
  })
}

function toSignatureRequest({ type, data, message, dataEncoding }: Verification): SignatureRequest {
  const signed = data ?? message
  if (signed === undefined) throw invalid('data', 'is required')
  if (type === 'EIP712') return parseSignatureRequest({ type, data: signed, dataEncoding })
  if (typeof signed !== 'string') throw invalid('data', 'is not text')
  return parseSignatureRequest({ type, data: signed, dataEncoding })
}

async function findSignerAddress(
  { services }: CustodyContext,
  { caller }: RequestContext,
  body: Verification,
): Promise<string> {
  const named = body.walletAddress ?? body.signerAddress ?? body.address
  if (named !== undefined) return named
  if (body.walletId === undefined) throw invalid('walletAddress', 'is required')
  const wallet = await getReachableWallet(services, caller, body.walletId)
  if (wallet.secretType !== body.secretType) throw invalid('secretType', "does not match the wallet's secretType")
  return wallet.address
}

function invalid(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}

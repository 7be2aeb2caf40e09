import { z } from 'zod'
import { BillfoldError } from '../../kernel/errors.ts'
import type { Chain, SignatureRequest } from '../wallets/chains/chain.ts'
import { type Chains, getChain } from '../wallets/chains/index.ts'
import type { CustodyWalletRow } from '../wallets/sealing.ts'
import { assertWalletNotArchived, type RawSignatureRequest } from '../wallets/sign.ts'
import type { CustodyContext } from './context.ts'
import { idSchema, optionalField, secretTypeField } from './schemas.ts'
import { dataEncodingSchema, parseSignatureRequest, typedDataSchema } from './signature-data.ts'

const common = {
  secretType: secretTypeField,
  walletId: idSchema,
  status: optionalField(z.enum(['SAVED', 'READY'])).describe(
    'SAVED: confirmed and signed later. READY: signed later, or at once if a signing method is sent. Absent: at once',
  ),
}

const message = z.object({ type: z.literal('MESSAGE'), ...common, data: z.string(), dataEncoding: dataEncodingSchema })
const typed = z.object({ type: z.literal('EIP712'), ...common, data: typedDataSchema })
const rawData = z.string().describe('Hex: a 32-byte hash on secp256k1, up to 64 KiB on ed25519')
const rawType = z.templateLiteral([z.string().max(32), '_RAW'])

/** The schema of a request, with a raw request type for every enabled chain. */
export function signatureRequestSchema(chains: Chains) {
  const types = [...chains.keys()].map((secretType): RawSignatureRequest['type'] => `${secretType}_RAW`)
  const raw = z.object({ type: z.literal(types), ...common, data: rawData })
  return z.discriminatedUnion('type', types.length === 0 ? [message, typed] : [message, typed, raw])
}

/** A request as the API takes it. */
export type SignatureRequestBody = z.output<ReturnType<typeof signatureRequestSchema>>

const savedSignature = z.union([message, typed, z.object({ type: rawType, ...common, data: rawData })])

/** Parses a request that was saved. */
export function parseSavedSignature(saved: unknown): SignatureRequestBody {
  return savedSignature.parse(saved)
}

/**
 * Returns the chain of a wallet and the request to sign with it, which is parsed when it is called for.
 * @throws BillfoldError `signature.raw-disabled`, `signature.unsupported-type`, `chain.unsupported`,
 *   `input.invalid` for another chain than that of the wallet, `wallet.archived`
 */
export function toSigning(
  { chains, rawSignatures }: CustodyContext,
  wallet: CustodyWalletRow,
  body: SignatureRequestBody,
): { readonly chain: Chain; readonly request: () => SignatureRequest | RawSignatureRequest } {
  const { secretType, walletId: _, status: __, ...request } = body
  const isRaw = request.type !== 'MESSAGE' && request.type !== 'EIP712'
  if (isRaw && !rawSignatures) throw new BillfoldError('signature.raw-disabled')
  if (isRaw && request.type !== `${secretType}_RAW`)
    throw new BillfoldError('input.invalid', { issues: [typeMismatch] })
  const chain = getChain(chains, secretType)
  if (wallet.secretType !== secretType) throw new BillfoldError('input.invalid', { issues: [chainMismatch] })
  assertWalletNotArchived(wallet)
  // The key of a contract account signs nothing by itself.
  if (isRaw && wallet.accountType !== null) throw new BillfoldError('signature.unsupported-type')
  return { chain, request: () => (isRaw ? request : parseSignatureRequest(request)) }
}

const typeMismatch = { path: 'signatureRequest.type', message: 'does not match secretType' }
const chainMismatch = { path: 'signatureRequest.secretType', message: "does not match the wallet's secretType" }

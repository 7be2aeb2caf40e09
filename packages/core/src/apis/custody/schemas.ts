import { z } from 'zod'

/** The largest body that any route of this API but import takes, in bytes. */
export const bodyLimit = 256 * 1024

/** An id in a path or a body. */
export const id = z.string().min(1).max(64)

/** A signing method's value, before its type is known. */
export const methodValue = z.string().max(1024)

/** The public key of a device, for a BIOMETRIC that takes a face too: base64 of X and Y of a P-256 key. */
export const devicePublicKey = z.string().max(96)

/** The PIN in a body. */
export const pincode = z.string().min(1).max(64)

/** A page of a list, from 1, and its size. */
export const paging = {
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  size: z.coerce.number().int().min(1).max(100).default(20),
}

/** `true` or `false` in a query. */
export const flag = z.enum(['true', 'false']).transform((word) => word === 'true')

/** What stands in every refusal. */
export const failureBody = z.object({
  success: z.literal(false),
  errors: z.array(z.object({ code: z.string(), message: z.string() })),
})

const signingMethodBody = z.object({
  id: z.string(),
  type: z.string(),
  incorrectAttempts: z.number(),
  remainingAttempts: z.number(),
  lastUsedSuccess: z.string().optional(),
  lockedUntil: z.string().optional().describe('When a temporary lock ends, or has ended'),
  hasMasterSecret: z.boolean(),
  device: z.string().optional().describe('Of a BIOMETRIC that takes a face too: the RFC 7638 thumbprint of its device'),
  value: z.string().optional().describe('Only where it was generated, and only this once'),
})

const userBody = z.object({
  id: z.string(),
  reference: z.string().optional(),
  createdAt: z.string(),
  signingMethods: z.array(signingMethodBody).optional(),
})

const walletBody = z.object({
  id: z.string(),
  address: z.string(),
  walletType: z.string(),
  secretType: z.string(),
  createdAt: z.string(),
  archived: z.boolean(),
  description: z.string().optional(),
  identifier: z.string().optional(),
  primary: z.boolean(),
  hasCustomPin: z.boolean(),
  userId: z.string().optional(),
  balance: z.object({
    available: z.boolean(),
    secretType: z.string(),
    balance: z.number().nullable(),
    gasBalance: z.number().nullable(),
    symbol: z.string(),
    gasSymbol: z.string(),
    rawBalance: z.string().nullable(),
    rawGasBalance: z.string().nullable(),
    decimals: z.number(),
  }),
})

const signatureBody = z.object({
  type: z.literal('HEX_SIGNATURE'),
  r: z.string().optional().describe('Of ECDSA signatures'),
  s: z.string().optional(),
  v: z.string().optional(),
  signature: z.string(),
  encoded: z.string().optional().describe("The same as the chain's own wallets write it, where that is not hex"),
})

/** The results of the routes, as documents show them. */
export const results = {
  signingMethod: signingMethodBody,
  user: userBody,
  wallet: walletBody,
  signature: signatureBody,
}

/** `{success:true, result}` around a result. */
export function succeeded(result: z.ZodType): z.ZodType {
  return z.object({ success: z.literal(true), result })
}

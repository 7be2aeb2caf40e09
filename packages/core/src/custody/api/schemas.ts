import { z } from 'zod'
import { secretText } from '../../http/index.ts'
import { paginationSchema } from './pagination.ts'

/** The maximum body size of this API's routes, in bytes. */
export const custodyBodyLimit = 256 * 1024

/** An id in a path or body. */
export const idSchema = z.string().min(1).max(64)

/** A chain, by the name that clients use. OpenAPI lists those of the host. */
export const secretTypeField = z.string().max(32).meta({ id: 'SecretType', description: 'A chain of the host' })

/** A type of signing method. OpenAPI lists those of the host. */
export const signingMethodTypeField = z
  .string()
  .max(32)
  .meta({ id: 'SigningMethodType', description: 'A type of signing method of the host' })

/** The value of a signing method of any type. */
export const signingMethodValueSchema = z.union([
  secretText(z.string().max(1024)),
  secretText(z.number().int().nonnegative().transform(String)),
])

/** The device public key of a BIOMETRIC with face verification: base64 of X and Y of a P-256 key. */
export const devicePublicKeySchema = z.string().max(96)

/** A PIN in a body: text, or the number that some clients send, which has no leading zeros. */
export const pincodeSchema = z.union([
  secretText(z.string().min(1).max(64)),
  secretText(z.number().int().nonnegative().transform(String)),
])

/** An optional field that typed clients send as null. */
export function optionalField<S extends z.ZodType>(schema: S) {
  return schema.nullish().transform((value) => value ?? undefined)
}

/** The page number (from 1) and page size of a list. */
export const custodyPaging = {
  page: z.coerce.number().int().min(1).max(10_000).default(1),
  size: z.coerce.number().int().min(1).max(100).default(20),
}

/** The query value `true` or `false`, parsed to a boolean. */
export const booleanQuerySchema = z.enum(['true', 'false']).transform((word) => word === 'true')

/** The query `sortOrder`, in either case. */
export const sortOrderQuery = z
  .string()
  .regex(/^(asc|desc)$/i)
  .transform((order) => (order.toLowerCase() === 'asc' ? ('asc' as const) : ('desc' as const)))
  .optional()

/** The query of statuses, separated by commas or repeated. */
export function statusesQuery(statuses: readonly string[]) {
  return z
    .union([z.string().max(256), z.array(z.string().max(256)).max(20)])
    .transform((text) => [text].flat().flatMap((part) => part.split(',')))
    .pipe(z.array(z.enum(statuses)))
    .optional()
    .describe('Separated by commas, or repeated')
}

/** The body of every error reply. */
export const custodyErrorBody = z
  .object({
    success: z.literal(false),
    errors: z.array(
      z.object({
        code: z.string(),
        message: z.string(),
        errorCode: z.string().describe('The same as code'),
        errorMessage: z.string().describe('The same as message'),
      }),
    ),
  })
  .meta({ id: 'Error' })

const signingMethodBody = z
  .object({
    id: z.string(),
    type: signingMethodTypeField,
    incorrectAttempts: z.number(),
    remainingAttempts: z.number(),
    lastUsedSuccess: z.string().optional(),
    lockedUntil: z.string().optional().describe('When the temporary lock ends or ended'),
    hasMasterSecret: z.boolean(),
    device: z.string().optional().describe('RFC 7638 thumbprint of the device of a BIOMETRIC with face verification'),
    value: z.string().optional().describe('The generated value, returned only once'),
    name: z.string().optional().describe("PASSKEY: the user's name for it"),
    prf: z.boolean().optional().describe('PASSKEY: whether its authenticator gives the secret that opens wallet keys'),
    backedUp: z.boolean().optional().describe("PASSKEY: whether the passkey is in the user's cloud"),
    aaguid: z.string().optional().describe('PASSKEY: the make of the authenticator'),
    credentialId: z.string().optional().describe('PASSKEY: the credential, base64url, for the Signal API of browsers'),
  })
  .meta({ id: 'SigningMethod' })

const userBody = z
  .object({
    id: z.string(),
    reference: z.string().optional(),
    createdAt: z.string(),
    signingMethods: z.array(signingMethodBody).optional(),
  })
  .meta({ id: 'User' })

const balanceBody = z
  .object({
    available: z.boolean().describe('False if no node says the balance; the four amounts are absent then'),
    secretType: secretTypeField,
    balance: z.number().optional(),
    gasBalance: z.number().optional(),
    symbol: z.string(),
    gasSymbol: z.string(),
    rawBalance: z.string().optional(),
    rawGasBalance: z.string().optional(),
    decimals: z.number(),
  })
  .meta({ id: 'Balance' })

const walletBody = z
  .object({
    id: z.string(),
    address: z.string(),
    walletType: z.string().describe('WHITE_LABEL, or SMART_ACCOUNT for a contract account'),
    accountType: z.string().optional().describe('SMART_ACCOUNT: the contract, such as safe-1.4.1'),
    ownerAddress: z.string().optional().describe('SMART_ACCOUNT: the address of the key that owns the contract'),
    secretType: secretTypeField,
    createdAt: z.string(),
    archived: z.boolean(),
    description: z.string().optional(),
    identifier: z.string().optional(),
    primary: z.boolean(),
    hasCustomPin: z.boolean(),
    custodial: z.boolean().describe('False: the server alone cannot sign'),
    userId: z.string().optional(),
    balance: balanceBody,
  })
  .meta({ id: 'Wallet' })

const signatureBody = z
  .object({
    type: z.literal('HEX_SIGNATURE'),
    r: z.string().optional().describe('ECDSA signatures only'),
    s: z.string().optional(),
    v: z.string().optional(),
    signature: z.string(),
    encoded: z.string().optional().describe("The signature in the chain's native encoding, if that is not hex"),
  })
  .meta({ id: 'Signature' })

/** The result schemas of the routes. */
export const resultSchemas = {
  signingMethod: signingMethodBody,
  user: userBody,
  wallet: walletBody,
  balance: balanceBody,
  signature: signatureBody,
}

/** Wraps a result schema in `{success:true, result}`. */
export function successSchema(result: z.ZodType): z.ZodType {
  return z.object({ success: z.literal(true), result })
}

/** Wraps the schema of the elements of a list, which comes in pages. */
export function pageSchema(element: z.ZodType): z.ZodType {
  return z.object({ success: z.literal(true), result: z.array(element), pagination: paginationSchema })
}

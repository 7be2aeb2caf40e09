import { z } from 'zod'
import { walletConfigSchema } from '../vaults/wallet-config-schema.ts'

/** The maximum size of a request body, in bytes. */
export const didBodyLimit = 256 * 1024

/** The maximum number of wallets to rename or delete per request. */
export const maxBatchItems = 100

/** The maximum number of wallets or vaults per page. */
export const maxDidPageSize = 10_000

/** Query parameters of a page: at most `limit` items after the id `after`, the `next` of the previous page. */
export const didPageQuery = {
  limit: z.coerce.number().int().min(1).max(maxDidPageSize).optional(),
  after: z.string().max(64).optional(),
}

/** The schema of error bodies. */
export const didErrorSchema = z.object({
  statusCode: z.number().int(),
  errorType: z.string(),
  errorMessage: z.string(),
})

const wallet = z
  .object({
    _id: z.string(),
    alias: z.string(),
    vaultId: z.string().optional(),
    isHDWallet: z.boolean(),
    index: z.number().int().optional().describe('In a BIP44 vault'),
    publicKeyDER: z.string().optional().describe('SubjectPublicKeyInfo, DER, hex: in an MPC vault'),
    publicKeyHex: z.string(),
    ethereumAddress: z.string(),
    did: z.string(),
    didMethod: z.string(),
    created: z.string(),
    userId: z.string().optional().describe('The owner; absent if the wallet belongs to the service'),
  })
  .meta({ id: 'DidWallet' })

const step = z.object({
  kind: z.enum(['service', 'delegate', 'owner']),
  name: z.string().optional(),
  address: z.string().optional(),
  newOwner: z.string().optional(),
  state: z.enum(['waiting', 'sent', 'mined', 'failed']),
  transactionHash: z.string().optional(),
  errorType: z.string().optional(),
})

/** The schemas of the replies. */
export const didReplySchemas = {
  wallet,
  configured: z.object({ wallet, steps: z.array(step).optional() }),
  stopped: didErrorSchema.extend({ wallet: wallet.optional(), steps: z.array(step).optional() }),
  wallets: z.object({ wallets: z.array(wallet), next: z.string().optional() }),
  renamed: z.object({
    wallets: z.array(wallet),
    errors: z
      .array(z.object({ wallet: z.object({ did: z.string(), alias: z.string() }), error: didErrorSchema }))
      .optional(),
  }),
  deleted: z.object({
    ids: z.array(z.string()),
    dids: z.array(z.string()),
    errors: z.array(z.object({ did: z.string(), error: didErrorSchema })).optional(),
  }),
  vault: z.object({
    _id: z.string(),
    kind: z.enum(['BIP44', 'MPC']),
    walletConfig: walletConfigSchema.optional(),
    userId: z.string().optional(),
    created: z.string(),
  }),
}

import { z } from 'zod'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { selectRegistry } from '../registries/registry.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import { type Route, route } from '../../http/index.ts'
import { type DidUpdateResult, updateDid } from '../did-wallets/update-did.ts'
import { createDidWallet } from '../did-wallets/create.ts'
import type { DidWalletRow } from '../did-wallets/seal-key.ts'
import type { DidWalletSettings } from '../did-wallets/settings.ts'
import type { AuthorizeUser } from '../vaults/sealing-scope.ts'
import { getVault } from '../vaults/find.ts'
import { defaultDidMethod, parseDidMethod } from '../vaults/did-method.ts'
import { mergeWalletConfig, type WalletConfig } from '../vaults/wallet-config.ts'
import { parseStoredConfig, walletConfigSchema } from '../vaults/wallet-config-schema.ts'
import { actorFromRequest } from '../../identity/api/signing-method-auth.ts'
import { signingMethodHeadersSchema } from '../../identity/api/signing-method-headers.ts'
import { createAuthorizer } from './request-auth.ts'
import { didUpdateReply } from './did-update-reply.ts'
import type { DidsContext } from './context.ts'
import { didBodyLimit, didReplySchemas } from './schemas.ts'

const body = z.object({
  wallet: z
    .object({
      alias: z.string().max(1024).optional(),
      vaultId: z.string().max(64).optional(),
      userId: z.string().max(64).optional().describe('The user whose master secret seals the key'),
    })
    .optional(),
  walletConfig: walletConfigSchema.optional(),
})

/**
 * Creates a wallet and configures its DID. If the update stops half-way the wallet exists, and configuring it resumes
 * the update.
 */
export function createDidWalletRoute({ services, settings, serviceGuard }: DidsContext): Route {
  return route({
    id: 'createWallet',
    method: 'POST',
    path: '/wallet',
    summary: 'Create a DID wallet and configure its DID',
    guard: serviceGuard,
    headers: signingMethodHeadersSchema,
    body: { encoding: 'json', schema: body, limit: didBodyLimit, raw: 'if-available', optional: true },
    replies: {
      200: { description: 'The wallet', schema: didReplySchemas.configured },
      400: {
        description:
          'Invalid input. With a wallet in it: the wallet exists, but the user has reached the limit for the keys of delegates',
        schema: didReplySchemas.stopped,
      },
      404: { description: 'The wallet was deleted during its DID update', schema: didReplySchemas.stopped },
      409: { description: 'The wallet exists, but another update changed its DID', schema: didReplySchemas.stopped },
      502: { description: 'The wallet exists, but a step of its DID update failed', schema: didReplySchemas.stopped },
      503: {
        description: 'The wallet exists, but its DID update is not completed yet',
        schema: didReplySchemas.stopped,
      },
    },
    handler: async ({ body: { wallet = {}, walletConfig }, headers }, context) => {
      const actor = actorFromRequest(context)
      const authorise = createAuthorizer(services, context, actor, headers)
      const defaults = await getVaultConfig(wallet.vaultId, actor.tenant)
      // The changes of a vault's configuration are made when the wallet is configured, not when it is created.
      const config = mergeWalletConfig(walletConfig, { ...defaults, txsInput: undefined })
      assertApiUrlAllowed(settings, config)
      const didMethod = config.didMethod ?? defaultDidMethod
      const row = await createDidWallet(services, settings, actor, { ...wallet, didMethod }, authorise)
      const result = await update(actor, row, config, authorise)
      return { ...didUpdateReply(row, result), isRejection: false }
    },
  })

  /** The wallet exists by now, so errors of its DID update are part of the reply. */
  async function update(
    actor: Actor,
    row: DidWalletRow,
    config: WalletConfig,
    authorize: AuthorizeUser,
  ): Promise<DidUpdateResult> {
    try {
      return await updateDid(services, settings, actor, row, config, { authorize })
    } catch (error) {
      if (!isBillfoldError(error)) throw error
      return { steps: [], error: error }
    }
  }

  async function getVaultConfig(vaultId: string | undefined, tenant: string): Promise<WalletConfig> {
    return vaultId === undefined ? {} : parseStoredConfig((await getVault(services, tenant, vaultId)).walletConfig)
  }
}

/**
 * Checks the API host before anything is created.
 *
 * @throws BillfoldError `did.api-url-not-allowed`,
 *   `did.unknown-network`
 */
function assertApiUrlAllowed(
  { registries }: DidWalletSettings,
  { apiUrl, didMethod = defaultDidMethod }: WalletConfig,
): void {
  if (apiUrl !== undefined) selectRegistry(registries, parseDidMethod(didMethod)).assertApiUrlAllowed(apiUrl)
}

import { z } from 'zod'
import type { Actor } from '../../audit/record.ts'
import { registryFor } from '../../dids/registry.ts'
import { isBillfoldError } from '../../errors.ts'
import { type Route, route } from '../../http/index.ts'
import { type ConfigurationOutcome, configureIdentity } from '../../identities/configure.ts'
import { createIdentity } from '../../identities/create.ts'
import type { IdentityRow } from '../../identities/seal-key.ts'
import type { IdentitySettings } from '../../identities/settings.ts'
import type { Authorise } from '../../vaults/holder.ts'
import { findVault } from '../../vaults/find.ts'
import { defaultDidMethod, readDidMethod } from '../../vaults/did-method.ts'
import { overlaid, type WalletConfig } from '../../vaults/wallet-config.ts'
import { parseKeptConfig, walletConfigSchema } from '../../vaults/wallet-config-schema.ts'
import { actorOf } from '../authority.ts'
import { signingMethodHeader } from '../signing-method-header.ts'
import { authoriserOf } from './authority.ts'
import { configuredReply } from './configured-reply.ts'
import type { Dids } from './dids.ts'
import { bodyLimit, replies } from './schemas.ts'

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
export function createRoute({ services, settings, service }: Dids): Route {
  return route({
    id: 'createWallet',
    method: 'POST',
    path: '/wallet',
    summary: 'Create a DID wallet and configure its DID',
    guard: service,
    headers: signingMethodHeader,
    body: { encoding: 'json', schema: body, limit: bodyLimit, raw: 'when-kept', optional: true },
    replies: {
      200: { description: 'The wallet', schema: replies.configured },
      400: {
        description:
          'Invalid input. With a wallet in it: the wallet exists, but the user has reached the limit for the keys of delegates',
        schema: replies.stopped,
      },
      502: { description: 'The wallet exists, but a step of its DID update failed', schema: replies.stopped },
      503: { description: 'The wallet exists, but its DID update is not completed yet', schema: replies.stopped },
    },
    handler: async ({ body: { wallet = {}, walletConfig }, headers }, context) => {
      const actor = actorOf(context)
      const authorise = authoriserOf(services, context, actor, headers)
      const defaults = await getVaultConfig(wallet.vaultId, actor.tenant)
      // The changes of a vault's configuration are made when the wallet is configured, not when it is created.
      const config = overlaid(walletConfig, { ...defaults, txsInput: undefined })
      assertApiUrlAllowed(settings, config)
      const didMethod = config.didMethod ?? defaultDidMethod
      const row = await createIdentity(services, settings, actor, { ...wallet, didMethod }, authorise)
      const result = await update(actor, row, config, authorise)
      return { ...configuredReply(row, result), isRefusal: false }
    },
  })

  /** The wallet exists by now, so errors of its DID update are part of the reply. */
  async function update(
    actor: Actor,
    row: IdentityRow,
    config: WalletConfig,
    authorise: Authorise,
  ): Promise<ConfigurationOutcome> {
    try {
      return await configureIdentity(services, settings, actor, row, config, { authorise })
    } catch (error) {
      if (!isBillfoldError(error)) throw error
      return { steps: [], failure: error }
    }
  }

  async function getVaultConfig(vaultId: string | undefined, tenant: string): Promise<WalletConfig> {
    return vaultId === undefined ? {} : parseKeptConfig((await findVault(services, tenant, vaultId)).walletConfig)
  }
}

/**
 * Checks the API host before anything is created.
 *
 * @throws BillfoldError `did.api-url-not-allowed`,
 *   `did.unknown-network`
 */
function assertApiUrlAllowed(
  { registries }: IdentitySettings,
  { apiUrl, didMethod = defaultDidMethod }: WalletConfig,
): void {
  if (apiUrl !== undefined) registryFor(registries, readDidMethod(didMethod)).checkApiUrl(apiUrl)
}

import { z } from 'zod'
import type { Actor } from '../../audit/record.ts'
import { registryFor } from '../../dids/registry-for.ts'
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
      userId: z.string().max(64).optional().describe('Whose master secret seals the key'),
    })
    .optional(),
  walletConfig: walletConfigSchema.optional(),
})

/** Makes a wallet and configures it. When the configuration stops half-way the wallet is there, and configuring it goes on. */
export function createRoute({ services, settings, service }: Dids): Route {
  return route({
    id: 'createWallet',
    method: 'POST',
    path: '/wallet',
    summary: 'Generate an identity wallet, and configure its DID',
    guard: service,
    headers: signingMethodHeader,
    body: { encoding: 'json', schema: body, limit: bodyLimit, raw: 'when-kept', optional: true },
    replies: {
      200: { description: 'The wallet', schema: replies.configured },
      400: {
        description: 'With a wallet in it: it is there, but its user has no room for the keys of its delegates',
        schema: replies.stopped,
      },
      502: { description: 'The wallet is there, but a step of its configuration failed', schema: replies.stopped },
      503: { description: 'The wallet is there, but not fully configured yet', schema: replies.stopped },
    },
    handler: async ({ body: { wallet = {}, walletConfig }, headers }, context) => {
      const actor = actorOf(context)
      const authorise = authoriserOf(services, context, actor, headers)
      const kept = await vaultConfig(wallet.vaultId, actor.tenant)
      // What a vault wants done is done when its wallet is configured, not when it is made.
      const config = overlaid(walletConfig, { ...kept, txsInput: undefined })
      checkApiUrl(settings, config)
      const didMethod = config.didMethod ?? defaultDidMethod
      const row = await createIdentity(services, settings, actor, { ...wallet, didMethod }, authorise)
      const outcome = await configured(actor, row, config, authorise)
      return { ...configuredReply(row, outcome), isRefusal: false }
    },
  })

  /** The wallet is there, so whatever its configuration meets is told together with it. */
  async function configured(
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

  async function vaultConfig(vaultId: string | undefined, tenant: string): Promise<WalletConfig> {
    return vaultId === undefined ? {} : parseKeptConfig((await findVault(services, tenant, vaultId)).walletConfig)
  }
}

/** Before anything is made. @throws BillfoldError `did.api-url-not-allowed`, `did.unknown-network` */
function checkApiUrl({ registries }: IdentitySettings, { apiUrl, didMethod = defaultDidMethod }: WalletConfig): void {
  if (apiUrl !== undefined) registryFor(registries, readDidMethod(didMethod)).checkApiUrl(apiUrl)
}

import { z } from 'zod'
import { BillfoldError } from '../../errors.ts'
import { type Route, route } from '../../http/index.ts'
import { configureIdentity } from '../../identities/configure.ts'
import { assertControls } from '../../identities/did-auth/controls.ts'
import { findIdentity } from '../../identities/find.ts'
import type { IdentityRow } from '../../identities/seal-key.ts'
import type { Services } from '../../services.ts'
import { findVault } from '../../vaults/find.ts'
import { overlaid, type WalletConfig } from '../../vaults/wallet-config.ts'
import { missing, parseKeptConfig, walletConfigSchema } from '../../vaults/wallet-config-schema.ts'
import { actorOf } from '../authority.ts'
import { authoriserOf, changingHeaders, didAuthorityOf } from './authority.ts'
import { configuredReply } from './configured-reply.ts'
import type { Dids } from './dids.ts'
import { bodyLimit, replies } from './schemas.ts'

const body = z.object({
  wallet: z.object({ did: z.string(missing).max(128) }, missing),
  walletConfig: walletConfigSchema.optional().describe("Required unless the wallet's vault has one"),
})

const act = 'POST /wallet/configure'

/** Updates the registry entry of a wallet's DID. */
export function configureRoute(dids: Dids): Route {
  const { services, settings, service } = dids
  return route({
    id: 'configureWallet',
    method: 'POST',
    path: '/wallet/configure',
    summary: 'Configure a DID wallet: change the services, delegates and owner in its DID document',
    guard: service,
    headers: changingHeaders,
    body: { encoding: 'json', schema: body, limit: bodyLimit, raw: true, optional: true },
    replies: {
      200: { description: 'All steps are mined', schema: replies.configured },
      403: { description: 'The token does not control the DID, or the key of the owner is not stored here' },
      409: { description: 'Another update of the DID is in progress', schema: replies.stopped },
      502: { description: 'A step failed; earlier steps remain', schema: replies.stopped },
      503: {
        description: 'A step is not confirmed yet, or no node is available; repeat the request to resume',
        schema: replies.stopped,
      },
    },
    handler: async ({ body: { wallet, walletConfig }, headers }, context) => {
      const actor = actorOf(context)
      const controller = await didAuthorityOf(dids, context, { act, roles: ['owner'] }, headers['x-did-auth'])
      await assertControls(services, settings, actor.tenant, controller, wallet.did)
      const row = await findIdentity(services, actor.tenant, wallet.did)
      const merged = await getWalletConfig(services, row, walletConfig)
      const authorise = authoriserOf(services, context, actor, headers)
      const authorization = { authorise, authority: controller }
      return configuredReply(row, await configureIdentity(services, settings, actor, row, merged, authorization))
    },
  })
}

/** Merges the request with the configuration of the vault. @throws BillfoldError `input.invalid` */
async function getWalletConfig(
  services: Services,
  { tenant, vaultId, didMethod }: IdentityRow,
  requested: WalletConfig | undefined,
): Promise<WalletConfig> {
  const vaultConfig = vaultId === null ? null : (await findVault(services, tenant, vaultId)).walletConfig
  if (requested === undefined && vaultConfig === null) throw invalidInput('walletConfig', 'is missing')
  if (requested?.didMethod !== undefined && requested.didMethod !== didMethod)
    throw invalidInput('walletConfig.didMethod', 'must be the DID method of the wallet')
  return overlaid(requested, parseKeptConfig(vaultConfig))
}

function invalidInput(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}

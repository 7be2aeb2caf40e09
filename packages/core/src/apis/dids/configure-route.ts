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
  walletConfig: walletConfigSchema.optional().describe("Needed unless the wallet's vault has one"),
})

const act = 'POST /wallet/configure'

/** Changes the registry's entry of a wallet's DID. */
export function configureRoute(dids: Dids): Route {
  const { services, settings, service } = dids
  return route({
    id: 'configureWallet',
    method: 'POST',
    path: '/wallet/configure',
    summary: "Configure an identity wallet: services, delegates and the owner of its DID's document",
    guard: service,
    headers: changingHeaders,
    body: { encoding: 'json', schema: body, limit: bodyLimit, raw: true, optional: true },
    replies: {
      200: { description: 'All steps are made', schema: replies.configured },
      403: { description: 'The token does not control the DID, or the DID belongs to a key that is not held here' },
      409: { description: 'The DID is being configured otherwise', schema: replies.stopped },
      502: { description: 'A step failed; those before it stay', schema: replies.stopped },
      503: {
        description: 'A step is not confirmed yet, or no node answers; a repeat goes on',
        schema: replies.stopped,
      },
    },
    handler: async ({ body: { wallet, walletConfig }, headers }, context) => {
      const actor = actorOf(context)
      const authority = await didAuthorityOf(dids, context, { act, roles: ['owner'] }, headers['x-did-auth'])
      await assertControls(services, settings, actor.tenant, authority, wallet.did)
      const row = await findIdentity(services, actor.tenant, wallet.did)
      const config = await configOf(services, row, walletConfig)
      const asker = { authorise: authoriserOf(services, context, actor, headers), authority }
      return configuredReply(row, await configureIdentity(services, settings, actor, row, config, asker))
    },
  })
}

/** What is asked for, over what the vault has. @throws BillfoldError `input.invalid` */
async function configOf(
  services: Services,
  { tenant, vaultId, didMethod }: IdentityRow,
  asked: WalletConfig | undefined,
): Promise<WalletConfig> {
  const kept = vaultId === null ? null : (await findVault(services, tenant, vaultId)).walletConfig
  if (asked === undefined && kept === null) throw wrong('walletConfig', 'is missing')
  if (asked?.didMethod !== undefined && asked.didMethod !== didMethod)
    throw wrong('walletConfig.didMethod', 'is not that of the wallet')
  return overlaid(asked, parseKeptConfig(kept))
}

function wrong(path: string, message: string): BillfoldError {
  return new BillfoldError('input.invalid', { issues: [{ path, message }] })
}

import type { CustodyServices } from '../custody/services.ts'
import { didErrors } from '../kernel/error-codes/dids.ts'
import { defineModule, type ModuleContext } from '../platform/module.ts'
import { type DidsOptions, didsApi } from './api/index.ts'
import { destroyPendingThresholdKeys } from './did-wallets/destroy-keys.ts'
import { reencryptDidWalletKeys } from './did-wallets/master-secret-rotation.ts'
import { didPersonalData } from './did-wallets/personal-data.ts'
import { sealedDidWalletKeys } from './did-wallets/seal-key.ts'
import type { DidWalletSettings } from './did-wallets/settings.ts'
import { didUpdateSteps, didUpdates, didWallets } from './did-wallets/tables.ts'
import { didEvents } from './events.ts'
import { didChanges, didIdentities, didNonces } from './registries/embedded/tables.ts'
import { createVaultForHost, type CreateVaultOptions } from './vaults/api.ts'
import { reencryptVaultEntropy } from './vaults/master-secret-rotation.ts'
import { sealedVaultEntropy } from './vaults/seal-entropy.ts'
import { vaults } from './vaults/tables.ts'

const didAuditActions = {
  'vault.created': 'A vault for DID wallets was created',
  'did-wallet.created': 'A DID wallet was created',
  'did-wallet.renamed': 'The alias of a DID wallet was changed',
  'did-wallet.deleted': 'A DID wallet was deleted with its key',
  'did-wallet.update-started': 'A DID update was started',
  'did-wallet.update-done': 'A DID update was completed',
  'did-wallet.update-stopped': 'A DID update stopped after a failed step; it can be resumed',
  'did-wallet.did-auth-signed': 'A DID wallet signed a DID-Auth token',
  'did.updated': 'An entry of the embedded registry was changed; the subject is the address',
  'did.change-signed': 'A change to an on-chain registry was signed; the subject is the address',
}

/** The type of the declarations above, which is merged into that of all modules. */
export type DidAuditActions = typeof didAuditActions

declare module '../platform/audit/actions.ts' {
  interface ModuleAuditActions extends DidAuditActions {}
}

/** Dependencies of the DID module besides the services. */
export interface DidsModuleContext extends ModuleContext {
  readonly services: CustodyServices
  readonly dids: DidsOptions | undefined
  readonly didWallets: DidWalletSettings
  /** The issuer of tokens. */
  readonly issuer: string
}

const ownerIsAddress = 'The owner is an address in a public registry; erasing a user deletes the keys.'

/** DID wallets, vaults and the embedded registry, and the DID API. */
export const didsModule = defineModule({
  name: 'dids',
  tables: [didIdentities, didNonces, didChanges, vaults, didWallets, didUpdates, didUpdateSteps],
  sealedColumns: [sealedVaultEntropy, sealedDidWalletKeys],
  masterSecretColumns: [
    { table: didWallets, column: 'sealedKey', reencrypt: reencryptDidWalletKeys },
    { table: vaults, column: 'sealedEntropy', reencrypt: reencryptVaultEntropy },
  ],
  personalDataExceptions: {
    did_identities: ownerIsAddress,
    did_nonces: ownerIsAddress,
    vaults: 'Key material. An erasure deletes the seed; there is nothing to export.',
  },
  auditActions: didAuditActions,
  events: didEvents,
  errors: didErrors,
  serviceKeyScopes: {
    dids: 'The DID API without signing',
    'dids:sign': 'Signs DID-Auth tokens and hashes with the keys of DID wallets; the scope dids is needed too',
  },
  create: ({ services, tenant, host, issuer, dids, didWallets: settings }: DidsModuleContext) => ({
    api: didsApi(services, settings, tenant, issuer, dids),
    functions: {
      createVault: (input: CreateVaultOptions) => createVaultForHost(services, settings, host(input.tenant), input),
    },
    personalData: [didPersonalData],
    maintenanceSteps: [
      {
        name: 'destroy threshold keys of deleted wallets',
        stage: 'expire',
        run: () => destroyPendingThresholdKeys(services, settings),
      },
    ],
  }),
})

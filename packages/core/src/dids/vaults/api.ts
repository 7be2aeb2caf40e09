import type { CustodyServices } from '../../custody/services.ts'
import type { Actor } from '../../platform/audit/audit-write.ts'
import { authorizeMethod } from '../../identity/signing-methods/authorize-method.ts'
import { BillfoldError } from '../../kernel/errors.ts'
import { createVault, type VaultInput } from './create.ts'
import { type AuthorizeUser, noSigningMethod } from './sealing-scope.ts'
import type { ThresholdSigner } from './threshold-signer.ts'
import { walletConfigSchema } from './wallet-config-schema.ts'

/** Options of `billfold.wallets.createVault`. */
export interface CreateVaultOptions extends VaultInput {
  readonly tenant?: string
  /** For a user's vault: one of the user's signing methods, with its value. */
  readonly signingMethod?: { readonly id: string; readonly value: string }
}

/** A vault, as returned to the host. */
export interface Vault {
  readonly id: string
  readonly kind: 'BIP44' | 'MPC'
  readonly tenant: string
}

/**
 * Creates a vault for the host.
 *
 * @throws BillfoldError `input.invalid` if `walletConfig` is invalid, and the errors of {@link createVault}
 */
export async function createVaultForHost(
  services: CustodyServices,
  { thresholdSigner }: { readonly thresholdSigner: ThresholdSigner | undefined },
  actor: Actor,
  { signingMethod, ...input }: CreateVaultOptions,
): Promise<Vault> {
  const failureCodes = { wrong: 'signing-method.invalid', locked: 'signing-method.locked' } as const
  const authorise: AuthorizeUser =
    signingMethod === undefined
      ? noSigningMethod
      : (userId) =>
          authorizeMethod(services, actor, userId, { id: signingMethod.id }, signingMethod.value, failureCodes)
  const walletConfig = input.walletConfig === undefined ? undefined : parseWalletConfig(input.walletConfig)
  const { id, tenant } = await createVault(services, thresholdSigner, actor, { ...input, walletConfig }, authorise)
  return { id, kind: input.kind, tenant }
}

function parseWalletConfig(config: VaultInput['walletConfig']): VaultInput['walletConfig'] {
  const parsed = walletConfigSchema.safeParse(config)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }))
  throw new BillfoldError('input.invalid', { issues })
}

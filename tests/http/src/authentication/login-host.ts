import {
  type AuthenticationOptions,
  type Billfold,
  createBillfold,
  localKeyring,
  memoryStorage,
  newKey,
  createPasswordHasher,
  type Storage,
} from '@billfold/core'

/** An instance with a standard and a system licence. */
export interface LoginHost {
  readonly billfold: Billfold
  readonly standard: { readonly id: string; readonly licence: string }
  readonly system: { readonly id: string; readonly licence: string }
}

/** Creates an instance, by default over a storage in memory. */
export async function createLoginHost(
  authentication: AuthenticationOptions = {},
  storage: Storage = memoryStorage(),
): Promise<LoginHost> {
  const billfold = createBillfold({
    storage,
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    passwordHasher: createPasswordHasher({
      cost: { logN: 4, r: 1, p: 1 },
      queue: 1000,
      perSource: 1000,
      maxWaitSeconds: 600,
    }),
    authentication,
  })
  return {
    billfold,
    standard: await billfold.licences.create({ tag: 'relying party' }),
    system: await billfold.licences.create({ tag: 'operator', authLevel: 'system' }),
  }
}

import { type Billfold, createBillfold, type EventOptions, localKeyring, type Storage } from '@billfold/core'

/** Creates an instance that sends webhooks to the loopback address. */
export function createWebhookInstance(
  storage: Storage,
  key: string,
  options: { readonly now?: () => number; readonly events?: EventOptions } = {},
): Billfold {
  return createBillfold({
    storage,
    keyring: localKeyring({ keys: { k1: key }, currentKeyId: 'k1' }),
    webhooks: { allowHttp: true, allowPrivateAddresses: true },
    ...options,
  })
}

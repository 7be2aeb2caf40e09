import type { SecureChannel, SystemChannels } from '../platform/secure-channel/index.ts'
import { BillfoldError, isBillfoldError } from '../kernel/errors.ts'

/**
 * Encryption of single fields in requests and replies of the payments API. Implement it to replace the secure channel, the
 * default.
 *
 * In both functions `callerKey` is the `publickey` header exactly as received, and `text` one field value.
 * @example
 * ```ts
 * import type { FieldCipher } from '@billfold/core'
 *
 * // Base64 is not encryption: call your HSM here, and pass the cipher as `payments.fieldCipher`.
 * const fieldCipher: FieldCipher = {
 *   decrypt: async (_tenant, _callerKey, text) => Buffer.from(text, 'base64').toString(),
 *   encrypt: async (_tenant, _callerKey, text) => Buffer.from(text).toString('base64'),
 * }
 * ```
 */
export interface FieldCipher {
  /**
   * Decrypts a field of a request.
   * @throws BillfoldError `field.decryption-failed` for a malformed key and for any failure to decrypt; the two must look the same
   */
  readonly decrypt: (tenant: string, callerKey: string, text: string) => Promise<string>
  /**
   * Encrypts a field of a reply.
   * @throws BillfoldError `field.decryption-failed` for a malformed key
   */
  readonly encrypt: (tenant: string, callerKey: string, text: string) => Promise<string>
}

/** The default cipher: the secure channel of the authentication API, between `callerKey` and the tenant's system key. */
export function secureChannelCipher(systemChannels: SystemChannels): FieldCipher {
  const channelWith = async (tenant: string, callerKey: string): Promise<SecureChannel> =>
    (await systemChannels(tenant)).channelWith(callerKey)
  return {
    decrypt: (tenant, callerKey, text) =>
      withoutDetail(async () => decodeUtf8((await channelWith(tenant, callerKey)).decrypt(text))),
    encrypt: (tenant, callerKey, text) =>
      withoutDetail(async () => (await channelWith(tenant, callerKey)).encrypt(text)),
  }
}

/** Maps every failure of the channel to one error, so that callers cannot use it as a decryption oracle. */
async function withoutDetail<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isBillfoldError(error, 'channel.invalid') || isBillfoldError(error, 'channel.invalid-key'))
      throw new BillfoldError('field.decryption-failed', { cause: error })
    throw error
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new BillfoldError('field.decryption-failed', { cause })
  }
}

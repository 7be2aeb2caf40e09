import type { Envelope, SystemEnvelopes } from '../envelope/index.ts'
import { BillfoldError, isBillfoldError } from '../errors.ts'
import type { FieldCipher } from './field-cipher.ts'

/** Encrypts fields as the authentication API does: between the caller's `publickey` and the tenant's system key. */
export function envelopeCipher(envelopes: SystemEnvelopes): FieldCipher {
  const envelopeWith = async (tenant: string, callerKey: string): Promise<Envelope> =>
    (await envelopes(tenant)).with(callerKey)
  return {
    open: (tenant, callerKey, text) =>
      withoutDetail(async () => utf8((await envelopeWith(tenant, callerKey)).open(text))),
    seal: (tenant, callerKey, text) => withoutDetail(async () => (await envelopeWith(tenant, callerKey)).seal(text)),
  }
}

async function withoutDetail<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isBillfoldError(error, 'envelope.invalid') || isBillfoldError(error, 'envelope.invalid-key'))
      throw new BillfoldError('field.undecipherable', { cause: error })
    throw error
  }
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new BillfoldError('field.undecipherable', { cause })
  }
}

import { z } from 'zod'

const text = z.string().catch('')
const withId = z.looseObject({ id: text })
const withIds = z.array(withId).catch([])

/**
 * The result of a reply of the custody API, with the fields that suites of passkeys read; empty where the reply has none. Everything
 * else is there as it came.
 */
export const custodyResultSchema = z
  .looseObject({
    id: text,
    type: text,
    address: text,
    signature: text,
    credentialId: text,
    signingMethods: withIds,
    challenge: text,
    rpId: text,
    rp: withId.catch({ id: '' }),
    user: withId.catch({ id: '' }),
    extensions: z
      .looseObject({ prf: z.looseObject({ eval: z.object({ first: text }).catch({ first: '' }) }) })
      .catch({ prf: { eval: { first: '' } } }),
  })
  .catch(emptyResult)

/** The result of a reply of the custody API. */
export type CustodyResult = z.output<typeof custodyResultSchema>

function emptyResult() {
  return {
    id: '',
    type: '',
    address: '',
    signature: '',
    credentialId: '',
    signingMethods: [],
    challenge: '',
    rpId: '',
    rp: { id: '' },
    user: { id: '' },
    extensions: { prf: { eval: { first: '' } } },
  }
}

import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CustodyCall, custodyCaller } from '../../test-fixtures/custody-caller.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { knownChains } from '../wallets/chains/index.ts'

const pincode = '4711'
const secretTypes = [...knownChains().keys()]
let call: CustodyCall
let walletIds: readonly string[]

beforeAll(async () => {
  call = await custodyCaller(testServices())
  const wallets = secretTypes.map((secretType) => call('createWallet', { body: { secretType, pincode } }))
  walletIds = (await Promise.all(wallets)).map(({ result }) => result.id)
})

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.constantFrom('', '0', 'null', '{}', '[]', '__proto__', '\u0000', '\ud800', 'x'.repeat(5000)),
)
const any = fc.oneof(anyText, fc.jsonValue({ maxDepth: 4 }))
const importType = fc
  .tuple(fc.constantFrom(...secretTypes, 'NONE', ''), fc.constantFrom('_PRIVATE_KEY', '_WIF', '_KEYSTORE', '_', ''))
  .map((parts) => parts.join(''))
const hexText = fc.uint8Array({ maxLength: 70 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`)

/** Bodies with mostly valid fields, so that later checks are reached, and some invalid ones. */
const field = (usual: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 5, arbitrary: usual }, { weight: 1, arbitrary: any })

const bodies: Readonly<Record<string, fc.Arbitrary<object>>> = {
  importWallet: fc.record({
    importWalletType: field(importType),
    pincode: field(fc.constant(pincode)),
    privateKey: field(fc.oneof(hexText, anyText)),
    wif: field(anyText),
    keystore: field(any),
    password: field(anyText),
  }),
  exportWallet: fc.record({
    type: field(fc.constant('PRIVATE_KEY')),
    pincode: field(fc.constant(pincode)),
    password: field(anyText),
  }),
  updateWalletMetadata: fc.record(
    { description: field(anyText), archived: field(fc.boolean()), primary: field(fc.boolean()) },
    { requiredKeys: [] },
  ),
  verifySignature: fc.record({
    type: field(fc.constantFrom('MESSAGE', 'EIP712')),
    secretType: field(fc.constantFrom(...secretTypes)),
    data: field(any),
    signature: field(fc.oneof(hexText, anyText)),
    address: field(anyText),
  }),
  createSignature: fc.record({
    pincode: field(fc.constant(pincode)),
    signatureRequest: fc.record({
      type: field(fc.constantFrom('MESSAGE', 'EIP712')),
      data: field(any),
    }),
  }),
}

describe.each(Object.entries(bodies))('%s', (operation, body) => {
  it('never replies with an internal error, whatever the body', async () => {
    await fc.assert(
      fc.asyncProperty(body, fc.nat(), async (sent, index) => {
        const walletId = walletIds[index % walletIds.length] ?? ''
        const secretType = secretTypes[index % secretTypes.length]
        const signatureRequest =
          'signatureRequest' in sent ? { ...Object(sent.signatureRequest), secretType, walletId } : undefined
        const { status } = await call(operation, { params: { walletId }, body: { ...sent, signatureRequest } })
        expect([200, 400, 403, 404, 409]).toContain(status)
      }),
      { numRuns: 400 },
    )
  })
})

import type { CustodyServices } from '../services.ts'
import { beforeEach, describe, expect, it } from 'vitest'
import { localKeyring, newKey } from '../../kernel/crypto/index.ts'
import { newId } from '../../kernel/ids.ts'
import { memoryStorage } from '../../kernel/storage/index.ts'
import { type CountingStorage, countingStorage, type StorageCalls } from '../../test-fixtures/counting-storage.ts'
import { type CustodyCall, custodyCaller } from '../../test-fixtures/custody-caller.ts'
import { fakeChain } from '../../test-fixtures/fake-chain.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { signingMethods } from '../../identity/signing-methods/tables.ts'
import { createChainConnections } from '../chain-clients/index.ts'

const pincode = '471147'
const to = '0x00000000000000000000000000000000000000AA'
const keys = { k1: newKey(), k2: newKey() }

let counter: CountingStorage
let hashes: number
let services: CustodyServices
let call: CustodyCall
let userId: string
let walletId: string
let pinId: string

beforeEach(async () => {
  counter = countingStorage(memoryStorage())
  services = {
    ...testServices(counter.storage),
    keyring: localKeyring({ keys, currentKeyId: 'k1' }),
    chainConnections: createChainConnections({ ETHEREUM: fakeChain().client }),
  }
  hashes = 0
  const { passwordHasher } = services
  const deriveUnqueued: typeof passwordHasher.deriveUnqueued = (...inputs) => {
    hashes++
    return passwordHasher.deriveUnqueued(...inputs)
  }
  services = { ...services, passwordHasher: { ...passwordHasher, deriveUnqueued } }
  call = await custodyCaller(services)
  const user = await call('createUser', { body: { signingMethod: { type: 'PIN', value: pincode } } })
  userId = user.result.id
  pinId = user.result.signingMethods[0].id
  walletId = (await call('createWallet', { body: { secretType: 'ETHEREUM', userId, pincode } })).result.id
})

type Input = Parameters<CustodyCall>[1]

/** The storage calls and the hashes of a request. */
interface Cost extends StorageCalls {
  readonly hashes: number
}

/** Counts the cost of a request, the authentication of the service key included. */
async function measure(operation: string, input: Input, expected: { status: number } = { status: 200 }): Promise<Cost> {
  const before = hashes
  let status = 0
  const calls = await counter.count(async () => {
    status = (await call(operation, input)).status
  })
  expect({ status }).toEqual(expected)
  return { ...calls, hashes: hashes - before }
}

/** Lists what exceeds a limit: nothing, if the request costs at most that. */
function listExcess(actual: Cost, limit: Cost): readonly string[] {
  return (['reads', 'commits', 'hashes'] as const)
    .filter((name) => actual[name] > limit[name])
    .map((name) => `${actual[name]} ${name}`)
}

const signatureBody = (): object => ({
  signatureRequest: { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data: 'hello' },
})
const withPin = (body: object): Input => ({ body: { pincode, ...body } })

/** Adds a signing method and returns the header that presents it. */
async function addMethod(type: string, value: string): Promise<string> {
  const added = await call('createSigningMethod', {
    params: { userId },
    body: { type, value },
    method: `${pinId}:${pincode}`,
  })
  return `${added.result.id}:${value}`
}

describe('a signature', () => {
  it('costs at most 5 reads and 2 commits with a PIN', async () => {
    expect(
      listExcess(await measure('createSignature', withPin(signatureBody())), { reads: 5, commits: 2, hashes: 1 }),
    ).toEqual([])
  })

  it.each([
    ['PASSWORD', 'correct horse battery'],
    ['BIOMETRIC', 'secret-released-by-the-device'],
  ])('costs at most 5 reads and 2 commits with a method of the type %s', async (type, value) => {
    const method = await addMethod(type, value)
    const limit = { reads: 5, commits: 2, hashes: 1 }
    expect(listExcess(await measure('createSignature', { body: signatureBody(), method }), limit)).toEqual([])
  })

  it('costs at most 5 reads and 2 commits after a keyring rotation, and renews the sealed method once', async () => {
    call = await custodyCaller({ ...services, keyring: localKeyring({ keys, currentKeyId: 'k2' }) })
    const limit = { reads: 5, commits: 2 }
    expect(listExcess(await measure('createSignature', withPin(signatureBody())), { ...limit, hashes: 2 })).toEqual([])
    expect(await services.storage.find(signingMethods, { where: { id: pinId } })).toMatchObject([{ pepperKeyId: 'k2' }])
    expect(listExcess(await measure('createSignature', withPin(signatureBody())), { ...limit, hashes: 1 })).toEqual([])
  })

  it('costs at most 5 reads and 2 commits after the master secret was rotated', async () => {
    const method = await addMethod('PASSWORD', 'correct horse battery')
    const replaced = await call('replaceSigningMethod', {
      params: { userId, signingMethodId: pinId },
      body: { value: '174411' },
      method,
    })
    expect(replaced.status).toBe(200)
    const request = { body: { pincode: '174411', ...signatureBody() } }
    expect(listExcess(await measure('createSignature', request), { reads: 5, commits: 2, hashes: 1 })).toEqual([])
  })

  it('costs the same with an unknown, a wrong and a locked method', async () => {
    const presenting = (method: string): Promise<Cost> =>
      measure('createSignature', { body: signatureBody(), method }, { status: 403 })
    const wrong: Cost[] = []
    for (let attempt = 0; attempt < 10; attempt++) wrong.push(await presenting(`${pinId}:000000`))
    // The first failure of a caller creates its counters, and the last one locks the method. From the fourth, the failures at one
    // owner do not count against the caller: the read finds the counter at its limit, and nothing is written to it or to the caller's own. Each of
    // the two counters is read before it is written.
    const [, second, third, fourth] = wrong
    expect([second, third]).toEqual(Array.from({ length: 2 }, () => ({ reads: 7, commits: 4, hashes: 1 })))
    expect(wrong.slice(3, 9)).toEqual(Array.from({ length: 6 }, () => ({ reads: 6, commits: 2, hashes: 1 })))
    expect(await presenting(`${pinId}:000000`)).toEqual(fourth)
    expect(await presenting(`${newId()}:000000`)).toEqual(fourth)
  })

  it('resets the attempt counter although it is rejected after the PIN was checked', async () => {
    const unsupported = { type: 'EIP712', secretType: 'ETHEREUM', walletId, data: 'no JSON' }
    for (let attempt = 0; attempt < 12; attempt++)
      await measure('createSignature', withPin({ signatureRequest: unsupported }), { status: 400 })
    const where = { where: { id: pinId } }
    expect(await services.storage.find(signingMethods, where)).toMatchObject([{ remainingAttempts: 10 }])
  })
})

describe('an operation with a PIN', () => {
  const transaction = { type: 'TRANSFER', secretType: 'ETHEREUM', to, value: '0.1' }

  it.each<[string, Cost, () => readonly [string, Input]]>([
    [
      'a transaction',
      { reads: 8, commits: 4, hashes: 1 },
      () => ['createTransaction', withPin({ transactionRequest: { ...transaction, walletId } })],
    ],
    [
      // One read for the address of the message that tells the user.
      'an export of the private key',
      { reads: 6, commits: 2, hashes: 1 },
      () => ['exportWallet', { params: { walletId }, ...withPin({ type: 'PRIVATE_KEY' }) }],
    ],
    [
      'a new wallet',
      { reads: 7, commits: 3, hashes: 1 },
      () => ['createWallet', withPin({ secretType: 'ETHEREUM', userId })],
    ],
  ])('reads nothing twice: %s', async (_, limit, toRequest) => {
    expect(listExcess(await measure(...toRequest()), limit)).toEqual([])
  })
})

import type { CustodyServices } from '../services.ts'
import { verifyMessage, Wallet } from 'ethers'
import { beforeEach, describe, expect, it } from 'vitest'
import { auditRecords } from '../../platform/audit/tables.ts'
import { type CustodyCall, custodyCaller, type CustodyReply } from '../../test-fixtures/custody-caller.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { getChain, knownChains } from '../wallets/chains/index.ts'

const chains = knownChains()
const pincode = '4711'
const ethereumKey = `0x${'1'.repeat(64)}`
const cheap = { n: 2, r: 1, p: 1 }

let services: CustodyServices
let call: CustodyCall
let userId: string
let pinId: string

beforeEach(async () => {
  services = testServices()
  call = await custodyCaller(services)
  const { result } = await call('createUser', { body: { signingMethod: { type: 'PIN', value: pincode } } })
  userId = result.id
  pinId = result.signingMethods[0].id
})

const importEthereum = (more: object = {}): Promise<CustodyReply> =>
  call('importWallet', {
    body: { importWalletType: 'ETHEREUM_PRIVATE_KEY', privateKey: ethereumKey, pincode, ...more },
  })

const attemptsLeft = async (): Promise<number> => {
  const { result } = await call('getUser', { params: { userId } })
  return result.signingMethods[0].remainingAttempts
}

describe('GET /api/chains', () => {
  it('lists the names of the chains, without TRON, which no client of the vendor knows, unless it has a node', async () => {
    const known = [...chains.keys()].filter((name) => name !== 'TRON')
    expect((await call('listChains')).result).toEqual(known)
  })

  it('describes a chain with its import types, without a block where no node says it', async () => {
    expect((await call('getChain', { params: { secretType: 'BITCOIN' } })).result).toEqual({
      secretType: 'BITCOIN',
      symbol: 'BTC',
      decimals: 8,
      importWalletTypes: ['BITCOIN_PRIVATE_KEY', 'BITCOIN_KEYSTORE', 'BITCOIN_WIF', 'BITCOIN_WIF_PASSPHRASE'],
      requiredConfirmations: 12,
    })
    const { result } = await call('getChain', { params: { secretType: 'MATIC' } })
    expect(result).toMatchObject({ symbol: 'POL', decimals: 18, chainId: 137 })
    expect(await call('getChain', { params: { secretType: 'NOTHING' } })).toMatchObject({ status: 400 })
  })
})

describe('POST /api/wallets', () => {
  it.each([...chains.keys()])('creates wallets on %s whose signatures verify', async (secretType) => {
    const { result: wallet } = await call('createWallet', { body: { secretType, userId, pincode } })
    const data = 'I agree with terms and conditions'
    const signatureRequest = { type: 'MESSAGE', secretType, walletId: wallet.id, data }
    const { result: signed } = await call('createSignature', { body: { pincode, signatureRequest } })
    expect(signed.type).toBe('HEX_SIGNATURE')
    for (const signature of [signed.signature, signed.encoded ?? signed.signature]) {
      const { result } = await call('verifySignature', {
        body: { secretType, walletAddress: wallet.address, data, signature },
      })
      expect(result).toEqual({ isValid: true })
    }
  })
})

describe('POST /api/signatures', () => {
  it.each([
    ['EIP712', 'no JSON', 'ETHEREUM', 'signatureRequest.data'],
    ['EIP712', {}, 'ETHEREUM', 'signatureRequest.data'],
    ['EIP712', {}, 'MATIC', 'signatureRequest.secretType'],
    ['MESSAGE', {}, 'ETHEREUM', 'signatureRequest.data'],
  ])('names the invalid field for a %s signature of %j on %s', async (type, data, secretType, field) => {
    const { result: wallet } = await importEthereum()
    const signatureRequest = { type, secretType, walletId: wallet.id, data }
    expect((await call('createSignature', { body: { pincode, signatureRequest } })).codes).toEqual([field])
  })
})

describe('POST /api/wallets/import', () => {
  it('imports a wallet for a user, authorized by the PIN or by a signing method in the header', async () => {
    const { status, result: wallet } = await importEthereum({ userId, description: 'mine' })
    expect(status).toBe(200)
    expect(wallet).toMatchObject({
      address: new Wallet(ethereumKey).address,
      walletType: 'WHITE_LABEL',
      secretType: 'ETHEREUM',
      description: 'mine',
      hasCustomPin: false,
      userId,
    })
    const body = { importWalletType: 'MATIC_PRIVATE_KEY', privateKey: ethereumKey, userId }
    const { result: other } = await call('importWallet', { body, method: `${pinId}:${pincode}` })
    expect(other.address).toBe(wallet.address)
    const signatureRequest = { type: 'MESSAGE', secretType: 'MATIC', walletId: other.id, data: 'hello' }
    const { result: signed } = await call('createSignature', { body: { pincode, signatureRequest } })
    expect(verifyMessage('hello', signed.signature)).toBe(wallet.address)
  })

  it('imports a standalone wallet with its own PIN', async () => {
    const { result: wallet } = await importEthereum({ pincode: '98765' })
    expect(wallet).toMatchObject({ hasCustomPin: true, address: new Wallet(ethereumKey).address })
    const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: wallet.id, data: 'hello' }
    expect((await call('createSignature', { body: { pincode, signatureRequest } })).codes).toEqual([
      'pincode.incorrect',
    ])
    expect((await call('createSignature', { body: { pincode: '98765', signatureRequest } })).status).toBe(200)
  })

  it('signs with an imported wallet after the PIN is replaced', async () => {
    const { result: wallet } = await importEthereum({ userId })
    const { result: code } = await call('createSigningMethod', {
      params: { userId },
      body: { type: 'EMERGENCY_CODE' },
      method: `${pinId}:${pincode}`,
    })
    const params = { userId, signingMethodId: pinId }
    await call('replaceSigningMethod', { params, body: { value: '987654' }, method: `${code.id}:${code.value}` })
    const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: wallet.id, data: 'hello' }
    expect((await call('createSignature', { body: { pincode, signatureRequest } })).codes).toEqual([
      'pincode.incorrect',
    ])
    const { result: signed } = await call('createSignature', { body: { pincode: '987654', signatureRequest } })
    expect(verifyMessage('hello', signed.signature)).toBe(wallet.address)
  })

  it.each([...chains.values()].map((chain) => [chain.secretType, chain] as const))(
    'imports an exported private key of a %s wallet',
    async (secretType, chain) => {
      const key = chain.generateKey()
      const forms = { privateKey: chain.formatPrivateKey(key.privateKey), wif: chain.formatPrivateKey(key.privateKey) }
      const form = chain.parseWif === undefined ? 'PRIVATE_KEY' : 'WIF'
      const { result } = await call('importWallet', {
        body: { importWalletType: `${secretType}_${form}`, pincode, ...forms },
      })
      expect(result).toMatchObject({ address: key.address, secretType })
      const exported = await call('exportWallet', {
        params: { walletId: result.id },
        body: { type: 'PRIVATE_KEY', pincode },
      })
      expect(exported.result).toEqual({ type: 'PRIVATE_KEY', privateKey: forms.privateKey })
    },
  )

  it.each(['ETHEREUM', 'AETERNITY'])(
    'imports an exported keystore of a %s wallet, as a string or an object',
    async (secretType) => {
      const { result: wallet } = await call('createWallet', { body: { secretType, userId, pincode } })
      const body = { pincode, password: 'a password' }
      const { result } = await call('exportWallet', { params: { walletId: wallet.id }, body })
      expect(result).toEqual({ type: 'KEYSTORE', keystore: expect.any(String) })
      const keystores = { other: result.keystore, another: JSON.parse(result.keystore) }
      for (const [tenant, keystore] of Object.entries(keystores)) {
        const theirs = await custodyCaller(services, tenant)
        const { result: imported, codes } = await theirs('importWallet', {
          body: { importWalletType: `${secretType}_KEYSTORE`, pincode, keystore, password: 'a password' },
        })
        expect(codes).toEqual([])
        expect(imported.address).toBe(wallet.address)
      }
      const wrong = {
        importWalletType: `${secretType}_KEYSTORE`,
        pincode,
        keystore: result.keystore,
        password: 'another',
      }
      expect((await call('importWallet', { body: wrong })).codes).toEqual(['keystore.wrong-password'])
    },
  )

  it('rejects an address that the tenant already has on the same chain', async () => {
    const { result: wallet } = await importEthereum({ userId })
    for (const again of [await importEthereum(), await importEthereum({ userId })])
      expect(again).toMatchObject({ status: 409, codes: ['wallet.import.duplicate'] })
    await call('updateWallet', { params: { walletId: wallet.id }, body: { archived: true } })
    expect((await importEthereum()).codes).toEqual(['wallet.import.duplicate'])
    call = await custodyCaller(services, 'other')
    expect((await importEthereum()).status).toBe(200)
  })

  it('accepts exactly one of many concurrent imports of the same key', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => importEthereum(index % 2 === 0 ? { userId } : {})),
    )
    expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(outcomes.filter(({ codes }) => codes.includes('wallet.import.duplicate'))).toHaveLength(19)
  })

  it.each([
    ['SOLANA_WIF', 'wallet.import.unsupported-type'],
    ['ETHEREUM', 'wallet.import.unsupported-type'],
    ['MIGRATION', 'to'],
    ['DOGECOIN_PRIVATE_KEY', 'chain.unsupported'],
    ['_PRIVATE_KEY', 'chain.unsupported'],
  ])('rejects the importWalletType %s', async (importWalletType, code) => {
    const body = { importWalletType, pincode, privateKey: ethereumKey, wif: 'x', keystore: '{}', password: 'x' }
    expect(await call('importWallet', { body })).toMatchObject({ status: 400, codes: [code] })
  })

  it.each([
    ['ETHEREUM_PRIVATE_KEY', {}, 'privateKey'],
    ['BITCOIN_WIF', {}, 'wif'],
    ['ETHEREUM_KEYSTORE', { password: 'x' }, 'keystore'],
    ['ETHEREUM_KEYSTORE', { keystore: '{}' }, 'password'],
    ['ETHEREUM_PRIVATE_KEY', { privateKey: ethereumKey, pincode: undefined }, 'pincode'],
  ])('rejects %s without its fields', async (importWalletType, fields, missing) => {
    const body = { importWalletType, pincode, ...fields }
    expect(await call('importWallet', { body })).toMatchObject({ status: 400, codes: [missing] })
  })

  it('validates the key before the PIN, so that an invalid key costs no attempt', async () => {
    // Deriving a key at this cost would never end.
    const hostile = { kdf: 'scrypt', kdfparams: { ...cheap, n: 2 ** 40, dklen: 32, salt: '00' } }
    const sealed = {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: '00'.repeat(16) },
      ciphertext: '00'.repeat(32),
      mac: '00'.repeat(32),
    }
    const keystore = JSON.stringify({ version: 3, crypto: { ...sealed, ...hostile } })
    const body = { importWalletType: 'ETHEREUM_KEYSTORE', userId, pincode: '0000', keystore, password: 'x' }
    expect(await call('importWallet', { body })).toMatchObject({ status: 400, codes: ['keystore.cost-too-high'] })
    expect((await importEthereum({ userId, pincode: '0000', privateKey: '0x00' })).codes).toEqual([
      'crypto.invalid-key',
    ])
    expect(await attemptsLeft()).toBe(10)
  })

  it('rejects and counts a wrong PIN, and requires a signing method', async () => {
    expect(await importEthereum({ userId, pincode: '0000' })).toMatchObject({
      status: 403,
      codes: ['pincode.incorrect'],
    })
    expect(await attemptsLeft()).toBe(9)
    expect((await importEthereum({ userId, pincode: undefined })).codes).toEqual(['signing-method.required'])
    expect((await importEthereum({ userId: 'nobody' })).codes).toEqual(['user.not-found'])
    expect((await call('listWallets')).result).toEqual([])
  })
})

describe('POST /api/wallets/:walletId/export', () => {
  it('requires a signing method of the owner', async () => {
    const { result: wallet } = await importEthereum({ userId })
    const { result: other } = await call('createUser', { body: { signingMethod: { type: 'PIN', value: '9999' } } })
    const params = { walletId: wallet.id }
    const exportErrors = async (body: object, method?: string): Promise<readonly string[]> =>
      (
        await call('exportWallet', {
          params,
          body: { type: 'PRIVATE_KEY', ...body },
          ...(method !== undefined && { method }),
        })
      ).codes
    expect(await exportErrors({})).toEqual(['signing-method.required'])
    expect(await exportErrors({ pincode: '9999' })).toEqual(['pincode.incorrect'])
    expect(await exportErrors({}, `${other.signingMethods[0].id}:9999`)).toEqual(['signing-method.invalid'])
    expect(await exportErrors({}, `${pinId}:${pincode}`)).toEqual([])
  })

  it('returns a keystore that ethers decrypts', async () => {
    const { result: wallet } = await importEthereum({ userId })
    const { result } = await call('exportWallet', { params: { walletId: wallet.id }, body: { pincode, password: 'x' } })
    expect((await Wallet.fromEncryptedJson(result.keystore, 'x')).privateKey).toBe(ethereumKey)
  })

  it('requires a keystore password and rejects an archived wallet', async () => {
    const { result: wallet } = await importEthereum({ userId })
    const params = { walletId: wallet.id }
    for (const password of [undefined, ''])
      expect((await call('exportWallet', { params, body: { pincode, password } })).codes).toEqual(['password'])
    await call('updateWallet', { params, body: { archived: true } })
    expect((await call('exportWallet', { params, body: { type: 'PRIVATE_KEY', pincode } })).codes).toEqual([
      'wallet.archived',
    ])
  })

  it('writes audit records of exports and imports without secrets', async () => {
    const { result: wallet } = await importEthereum({ userId })
    await call('exportWallet', { params: { walletId: wallet.id }, body: { type: 'PRIVATE_KEY', pincode } })
    const records = await services.storage.find(auditRecords, {
      where: { subject: wallet.id },
      orderBy: [['id', 'asc']],
    })
    expect(records.map(({ action }) => action)).toEqual(['wallet.imported', 'wallet.exported'])
    expect(JSON.stringify(records)).not.toContain(ethereumKey.slice(2))
    expect(JSON.stringify(records)).not.toContain(`"${pincode}"`)
  })
})

describe('POST /api/signatures/verification', () => {
  const { address, privateKey } = getChain(chains, 'ETHEREUM').toChainKey(Buffer.from(ethereumKey.slice(2), 'hex'))
  const { signature } = getChain(chains, 'ETHEREUM').sign({ type: 'MESSAGE', data: 'hello' }, privateKey)
  const verify = (body: object): Promise<CustodyReply> =>
    call('verifySignature', { body: { secretType: 'ETHEREUM', signature, address, data: 'hello', ...body } })

  it('verifies a message against an address or a wallet', async () => {
    expect((await verify({})).result).toEqual({ isValid: true })
    expect((await verify({ address: address.toLowerCase() })).result).toEqual({ isValid: true })
    expect((await verify({ data: undefined, message: 'hello' })).result).toEqual({ isValid: true })
    expect((await verify({ data: 'hallo' })).result).toEqual({ isValid: false })
    expect((await verify({ signature: 'nonsense' })).result).toEqual({ isValid: false })
    const { result: wallet } = await importEthereum()
    expect((await verify({ address: undefined, walletId: wallet.id })).result).toEqual({ isValid: true })
  })

  it('verifies typed data, as an object or a JSON string', async () => {
    const data = {
      types: { Greeting: [{ name: 'text', type: 'string' }] },
      primaryType: 'Greeting',
      domain: { name: 'test', chainId: 1 },
      message: { text: 'hello' },
    }
    const signed = await new Wallet(ethereumKey).signTypedData(data.domain, data.types, data.message)
    for (const form of [data, JSON.stringify(data)])
      expect((await verify({ type: 'EIP712', data: form, signature: signed })).result).toEqual({ isValid: true })
    const other = { ...data, message: { text: 'hallo' } }
    expect((await verify({ type: 'EIP712', data: other, signature: signed })).result).toEqual({ isValid: false })
  })

  it.each([
    [{ data: undefined }, 'data'],
    [{ data: {} }, 'data'],
    [{ address: undefined }, 'walletAddress'],
    [{ type: 'EIP712', data: 'no JSON' }, 'data'],
    [{ type: 'EIP712', data: {} }, 'data'],
    [{ secretType: 'DOGECOIN' }, 'chain.unsupported'],
    [{ secretType: 'SOLANA', type: 'EIP712', data: {} }, 'signature.unsupported-type'],
    [{ address: undefined, walletId: 'none' }, 'wallet.not-found'],
  ])('rejects %j', async (change, code) => {
    expect(await verify(change)).toMatchObject({ codes: [code] })
  })
})

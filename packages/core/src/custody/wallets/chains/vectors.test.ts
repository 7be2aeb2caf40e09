import { entropyToMnemonic, mnemonicToSeedWebcrypto } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { addr } from 'micro-eth-signer'
import { describe, expect, it } from 'vitest'
import { deriveBip32Key } from './bip32.ts'
import { getChain, knownChains } from './index.ts'
import { deriveSlip10Key } from './slip10.ts'

const shortSeed = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')
const longSeed = Buffer.from(
  'fffcf9f6f3f0edeae7e4e1dedbd8d5d2cfccc9c6c3c0bdbab7b4b1aeaba8a5a29f9c999693908d8a8784817e7b7875726f6c696663605d5a5754514e4b484542',
  'hex',
)
const words = `${'abandon '.repeat(11)}about`
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('BIP-32 test vectors', () => {
  it.each([
    [shortSeed, 'm', 'e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35'],
    [shortSeed, "m/0'", 'edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea'],
    [shortSeed, "m/0'/1", '3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368'],
    [shortSeed, "m/0'/1/2'", 'cbce0d719ecf7431d88e6a89fa1483e02e35092af60c042b1df2ff59fa424dca'],
    [shortSeed, "m/0'/1/2'/2", '0f479245fb19a38a1954c5c7c0ebab2f9bdfd96a17563ef28a6a4b1a2a764ef4'],
    [shortSeed, "m/0'/1/2'/2/1000000000", '471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8'],
    [longSeed, 'm', '4b03d6fc340455b363f51020ad3ecca4f0850280cf436c70c727923f6db46c3e'],
  ])('%# %s %s', (seed, path, key) => {
    expect(hex(deriveBip32Key(seed, path))).toBe(key)
  })
})

describe('SLIP-10 test vectors for ed25519', () => {
  it.each([
    [shortSeed, 'm', '2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7'],
    [shortSeed, "m/0'", '68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3'],
    [shortSeed, "m/0'/1'", 'b1d0bad404bf35da785a64ca1ac54b2617211d2777696fbffaf208f746ae84f2'],
    [shortSeed, "m/0'/1'/2'", '92a5b23c0b8a99e37d07df3fb9966917f5d06e02ddbd909c7e184371463e9fc9'],
    [shortSeed, "m/0'/1'/2'/2'", '30d1dc7e5fc04c31219ab25a27ae00b50f6fd66622f6e9c913253d6511d1e662'],
    [shortSeed, "m/0'/1'/2'/2'/1000000000'", '8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793'],
    [longSeed, 'm', '171cb88b1b3c1db25add599712e36245d75bc65a1a5c9e18d76f9f2b1eab4012'],
    [longSeed, "m/0'", '1559eb2bbec5790b0c65d8693e4d0875b1747f4970ae8b650486ed7470845635'],
  ])('%# %s %s', (seed, path, key) => {
    expect(hex(deriveSlip10Key(seed, path))).toBe(key)
  })

  it.each(['m/0', "m/0'/1", 'm/', "m/-1'", "m/2147483648'", "0'", ''])('rejects the path %j', (path) => {
    expect(() => deriveSlip10Key(shortSeed, path)).toThrow(RangeError)
  })
})

describe('BIP-39 with BIP-84 and BIP-44, for the mnemonic of 16 zero bytes', () => {
  it('derives the mnemonic and the seed of the test vector', async () => {
    expect(entropyToMnemonic(new Uint8Array(16), wordlist)).toBe(words)
    expect(hex(await mnemonicToSeedWebcrypto(words))).toBe(
      '5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc19a5ac40b389cd370d086206dec8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4',
    )
  })

  it.each([
    ['BITCOIN', 0, 'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu'],
    ['BITCOIN', 1, 'bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g'],
    ['ETHEREUM', 0, '0x9858EfFD232B4033E47d90003D41EC34EcaEda94'],
    ['SOLANA', 0, 'HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk'],
    ['TRON', 0, 'TUEZSdKsoDHQMeZwihtdoBiN46zxhGWYdH'],
  ])('%s %i is %s', async (secretType, index, address) => {
    const chain = getChain(knownChains(), secretType)
    expect(chain.deriveKey(await mnemonicToSeedWebcrypto(words), chain.derivationPath(index)).address).toBe(address)
  })

  it('formats the private key of the first Bitcoin wallet like BIP-84', async () => {
    const chain = getChain(knownChains(), 'BITCOIN')
    const { privateKey } = chain.deriveKey(await mnemonicToSeedWebcrypto(words), chain.derivationPath(0))
    expect(chain.formatPrivateKey(privateKey)).toBe('KyZpNDKnfs94vbrwhJneDi77V6jF64PWPF8x5cdJb8ifgg2DUc9d')
  })
})

describe('EIP-55 test vectors', () => {
  it.each([
    '0x52908400098527886E0F7030069857D2E4169EE7',
    '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
    '0xde709f2102306220921060314715629080e2fb77',
    '0x27b1fdb04752bbc536007a920d24acb045561c26',
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
    '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
  ])('%s', (address) => {
    expect(addr.addChecksum(address.toLowerCase())).toBe(address)
  })
})

import { HDNodeWallet, TypedDataEncoder, verifyMessage, verifyTypedData, Wallet } from 'ethers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evmChain, evmChains } from './evm.ts'

const [ethereum] = evmChains
if (ethereum === undefined) throw new Error('there is no chain')
const chain = evmChain(ethereum)
const words = 'test test test test test test test test test test test junk'
const seed = Buffer.from(HDNodeWallet.fromPhrase(words).mnemonic?.computeSeed().slice(2) ?? '', 'hex')

const mail = {
  types: {
    Person: [
      { name: 'name', type: 'string' },
      { name: 'wallet', type: 'address' },
    ],
    Mail: [
      { name: 'from', type: 'Person' },
      { name: 'to', type: 'Person[]' },
      { name: 'amount', type: 'uint256' },
      { name: 'contents', type: 'string' },
    ],
  },
  primaryType: 'Mail',
  domain: {
    name: 'Ether Mail',
    version: '1',
    chainId: 1,
    verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC',
  },
  message: {
    from: { name: 'Cow', wallet: '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826' },
    to: [{ name: 'Bob', wallet: '0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB' }],
    amount: '115792089237316195423570985008687907853269984665640564039457584007913129639935',
    contents: 'Hello, Bob!',
  },
}

describe('an EVM chain', () => {
  it('derives the same keys from a mnemonic as other wallets (BIP-39, BIP-32, BIP-44)', () => {
    for (let index = 0; index < 5; index++) {
      const path = chain.derivationPath(index)
      const key = chain.deriveKey(seed, path)
      const theirs = HDNodeWallet.fromPhrase(words, undefined, path)
      expect(key.address).toBe(theirs.address)
      expect(Buffer.from(key.privateKey).toString('hex')).toBe(theirs.privateKey.slice(2))
    }
    expect(chain.deriveKey(seed, chain.derivationPath(0)).address).toBe('0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266')
  })

  it('computes addresses with EIP-55 checksums', () => {
    for (let count = 0; count < 20; count++) {
      const key = chain.generateKey()
      expect(key.address).toBe(new Wallet(`0x${Buffer.from(key.privateKey).toString('hex')}`).address)
    }
  })

  it('signs text so that another library recovers the address (EIP-191)', () => {
    const { privateKey, address } = chain.generateKey()
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (data) => {
        const { signature, r = '', s = '', v = '' } = chain.sign({ type: 'MESSAGE', data }, privateKey)
        expect(signature).toBe(`0x${r.slice(2)}${s.slice(2)}${v.slice(2)}`)
        expect(verifyMessage(data, signature)).toBe(address)
      }),
      { numRuns: 50 },
    )
  })

  it('rejects text with a lone surrogate, which another library signs differently', () => {
    const { privateKey } = chain.generateKey()
    expect(() => chain.sign({ type: 'MESSAGE', data: 'a\ud800' }, privateKey)).toThrow(
      expect.objectContaining({ code: 'input.invalid' }),
    )
  })

  it('signs typed data so that another library recovers the address (EIP-712)', () => {
    const { privateKey, address } = chain.generateKey()
    const { signature } = chain.sign({ type: 'EIP712', data: mail }, privateKey)
    expect(verifyTypedData(mail.domain, mail.types, mail.message, signature)).toBe(address)
  })

  it('accepts typed data with an explicit EIP712Domain type, as wallets send it', () => {
    const { privateKey, address } = chain.generateKey()
    const payload: unknown = JSON.parse(
      JSON.stringify(TypedDataEncoder.getPayload(mail.domain, mail.types, mail.message)),
    )
    const { signature } = chain.sign({ type: 'EIP712', data: payload }, privateKey)
    expect(verifyTypedData(mail.domain, mail.types, mail.message, signature)).toBe(address)
  })

  it('signs a small number and its decimal string identically', () => {
    const { privateKey } = chain.generateKey()
    const withAmount = (amount: unknown) => ({ ...mail, message: { ...mail.message, amount } })
    const [asNumber, asString] = [42, '42'].map((amount) =>
      chain.sign({ type: 'EIP712', data: withAmount(amount) }, privateKey),
    )
    expect(asNumber).toEqual(asString)
  })

  it.each([
    ['a number that JSON has rounded', { ...mail, message: { ...mail.message, amount: 2 ** 53 } }],
    ['a fraction', { ...mail, message: { ...mail.message, amount: 0.5 } }],
    ['a missing field', { ...mail, message: { contents: 'hello' } }],
    ['a field that is not in the type', { ...mail, message: { ...mail.message, more: 1 } }],
    ['an unknown domain field', { ...mail, domain: { ...mail.domain, more: 1 } }],
    ['an unknown primary type', { ...mail, primaryType: 'Letter' }],
    ['an inherited property name as primary type', { ...mail, primaryType: 'constructor' }],
    ['an invalid address', { ...mail, message: { ...mail.message, from: { name: 'Cow', wallet: '0x12' } } }],
    ['null', null],
    ['a string', 'mail'],
  ])('rejects %s', (_, data) => {
    const { privateKey } = chain.generateKey()
    expect(() => chain.sign({ type: 'EIP712', data }, privateKey)).toThrow(
      expect.objectContaining({ name: 'BillfoldError', code: 'input.invalid' }),
    )
  })

  it("verifies another library's signatures, with v 0 or 1 and addresses in any case", async () => {
    const wallet = Wallet.createRandom()
    const message = await wallet.signMessage('hello')
    const typed = await wallet.signTypedData(mail.domain, mail.types, mail.message)
    const forms = (signature: string): readonly string[] => [
      signature,
      signature.slice(2),
      signature.slice(0, -2) + (signature.endsWith('1b') ? '00' : '01'),
    ]
    for (const address of [wallet.address, wallet.address.toLowerCase()]) {
      for (const form of forms(message))
        expect(chain.verify({ type: 'MESSAGE', data: 'hello' }, form, address)).toBe(true)
      for (const form of forms(typed)) expect(chain.verify({ type: 'EIP712', data: mail }, form, address)).toBe(true)
    }
    const other = { ...mail, message: { ...mail.message, contents: 'Bye' } }
    expect(chain.verify({ type: 'EIP712', data: other }, typed, wallet.address)).toBe(false)
    expect(chain.verify({ type: 'MESSAGE', data: 'hello' }, `${message.slice(0, -2)}1d`, wallet.address)).toBe(false)
  })

  it('rejects typed data with too many types', () => {
    const { privateKey, address } = chain.generateKey()
    const createTypedData = (count: number) => {
      const names = Array.from({ length: count }, (_, index) => `T${index}`)
      const types = names.map((name, index) => [name, [{ name: 'a', type: `T${(index + 1) % count}` }]])
      return { types: Object.fromEntries(types), primaryType: 'T0', domain: {}, message: {} }
    }
    const request = { type: 'EIP712' as const, data: createTypedData(250) }
    expect(() => chain.sign(request, privateKey)).toThrow(expect.objectContaining({ code: 'input.invalid' }))
    expect(() => chain.verify(request, `0x${'11'.repeat(64)}1b`, address)).toThrow(
      expect.objectContaining({ code: 'input.invalid' }),
    )
  })
})

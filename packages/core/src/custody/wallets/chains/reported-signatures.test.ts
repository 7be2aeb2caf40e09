import { describe, expect, it } from 'vitest'
import { Wallet } from 'ethers'
import { bitcoinChain, bitcoinChains } from './bitcoin.ts'
import { evmChain, evmChains } from './evm.ts'

/** Signatures and data of public bug reports of other libraries, which each title names. */
const [bitcoin] = bitcoinChains.map(bitcoinChain)
const [ethereum] = evmChains.map(evmChain)
if (bitcoin === undefined || ethereum === undefined) throw new Error('there is no chain')

describe('a reported Bitcoin signature', () => {
  it.each([
    [
      'of bitcoinjs-message for P2SH-P2WPKH',
      'I2ehXowFWMZohHrJN+1IRdDwqN/UILqVmhIOHpeBdS4BYDCQpfDL1tTH7mNg6eeypno+Is8ApgWinkPnnz1NEq8=',
    ],
    [
      'of Electrum for P2SH-P2WPKH',
      'H2ehXowFWMZohHrJN+1IRdDwqN/UILqVmhIOHpeBdS4BYDCQpfDL1tTH7mNg6eeypno+Is8ApgWinkPnnz1NEq8=',
    ],
  ])('%s verifies (bitcoinjs-message#20)', (_what, signature) => {
    const address = '3LbZqMMHu371r5Fjve9qNhSQzuNi7EzqUR'
    expect(bitcoin.verify({ type: 'MESSAGE', data: 'test123' }, signature, address)).toBe(true)
    expect(bitcoin.verify({ type: 'MESSAGE', data: 'test124' }, signature, address)).toBe(false)
  })

  it('of Electrum with a hardware wallet verifies (electrum#7217)', () => {
    const signature = 'HycyVIZpxnxWaT3108PVcsRKjoKaEX6XxP6y18pSMEtaIlKbutjrP76s3BirVQSW/ONXeguQ3Tk7JZPh0H98Iqs='
    const address = '34FayxMofVo3opyr5JWrZQng5bB2Xr9yMa'
    expect(bitcoin.verify({ type: 'MESSAGE', data: 'hey' }, signature, address)).toBe(true)
  })
})

describe('a reported Ethereum signature', () => {
  it('of a Ledger, with v 01, verifies (ethers.js#893)', () => {
    const signature =
      '0xfcd04509a330684eff11f6f4a872a592c33024f6d16022011f35323cb77147dd18f5600f22179721691ce4f3a2d7ee90adf6309bf86fb4bfb0740a330f8f539b01'
    expect(
      ethereum.verify({ type: 'MESSAGE', data: 'msg' }, signature, '0x73120171D5f26C93F7472b0f4F4C94C300264Bcb'),
    ).toBe(true)
  })

  it('without its recovery id is no compact signature of the signer (ethers.js#4908)', () => {
    const full =
      '0xad3a8f87e929fe06ff81fdb190a6765ccead54a9b052e502b5051254ff2777ca6c38517f97ff9e6006644e13c8147f9f3954df249350ef5663d4eaf216e063d61c'
    const address = '0xf71E5e775aD490FB1CDB2aa41f69e8d84dAeEe1f'
    expect(ethereum.verify({ type: 'MESSAGE', data: '95863722' }, full, address)).toBe(true)
    expect(ethereum.verify({ type: 'MESSAGE', data: '95863722' }, full.slice(0, -2), address)).toBe(false)
  })

  const sign = (data: unknown) => () => ethereum.sign({ type: 'EIP712', data }, ethereum.generateKey().privateKey)
  const refused = expect.objectContaining({ code: 'input.invalid' })

  it('of a domain with text as verifyingContract can be made, if the type says so (eth-sig-util#56, metamask-extension#26980)', () => {
    const data = {
      types: {
        EIP712Domain: [
          { name: 'name', type: 'string' },
          { name: 'version', type: 'string' },
          { name: 'chainId', type: 'uint256' },
          { name: 'verifyingContract', type: 'string' },
        ],
        authorization: [
          { name: 'userid', type: 'uint256' },
          { name: 'point', type: 'string' },
        ],
      },
      domain: { name: 'test.test', version: '1', chainId: 1, verifyingContract: 'cosmos' },
      primaryType: 'authorization',
      message: { userid: 123, point: '~hatteb-tondys' },
    }
    expect(sign(data)).not.toThrow()
    const asAddress = { name: 'verifyingContract', type: 'address' }
    const types = { ...data.types, EIP712Domain: [...data.types.EIP712Domain.slice(0, 3), asAddress] }
    expect(sign({ ...data, types })).toThrow(refused)
  })

  it('of typed data without the type EIP712Domain has the domain that is given (metamask-extension#23755)', async () => {
    const wallet = Wallet.createRandom()
    const types = {
      idData: [
        { name: 'idType', type: 'string' },
        { name: 'value', type: 'string' },
      ],
    }
    const domain = { name: 'EAS Attestation', chainId: 80_001, version: '1.2.0' }
    const message = { idType: 'metamask', value: '0xEB0595E348e9ccC6545F4199298F95123E6d13d1' }
    const signature = await wallet.signTypedData(domain, types, message)
    const data = { types, domain, message, primaryType: 'idData' }
    expect(ethereum.verify({ type: 'EIP712', data }, signature, wallet.address)).toBe(true)
    expect(ethereum.verify({ type: 'EIP712', data: { ...data, domain: {} } }, signature, wallet.address)).toBe(false)
  })

  it('of typed data with empty arrays verifies (web3auth-web#1644, eth-sig-util#248)', async () => {
    const wallet = Wallet.createRandom()
    const types = {
      Order: [
        { name: 'parts', type: 'Part[]' },
        { name: 'data', type: 'bytes' },
        { name: 'sizes', type: 'uint8[]' },
      ],
      Part: [{ name: 'id', type: 'uint256' }],
    }
    const message = { parts: [], data: '0x', sizes: [] }
    const signature = await wallet.signTypedData({}, types, message)
    const data = { types, domain: {}, message, primaryType: 'Order' }
    expect(ethereum.verify({ type: 'EIP712', data }, signature, wallet.address)).toBe(true)
  })

  it('is refused for a struct with the name of an elementary type (viem#2888)', () => {
    const types = { Message: [{ name: 'contents', type: 'bytes32' }], bytes32: [] }
    expect(sign({ domain: {}, types, primaryType: 'Message', message: { contents: `0x${'00'.repeat(32)}` } })).toThrow(
      refused,
    )
  })

  it('is refused for a domain that is no object (viem#2999)', () => {
    const types = { Message: [{ name: 'contents', type: 'string' }] }
    expect(sign({ domain: 'wrong', types, primaryType: 'Message', message: { contents: 'a' } })).toThrow(refused)
  })
})

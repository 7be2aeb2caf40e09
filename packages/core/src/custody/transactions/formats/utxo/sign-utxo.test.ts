import { p2wpkh } from '@scure/btc-signer'
import { crypto, payments, script as scripts, Transaction } from 'bitcoinjs-lib'
import fc from 'fast-check'
import * as ecc from 'tiny-secp256k1'
import { describe, expect, it } from 'vitest'
import { getChain, knownChains } from '../../../wallets/chains/index.ts'
import { computeFeeOf } from './fee-rates.ts'
import { parseOutputs, signUtxoTransaction } from './sign-utxo.ts'
import { computeVirtualSize } from './transaction-size.ts'

const chain = getChain(knownChains(), 'BITCOIN')

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'))

describe('signUtxoTransaction', () => {
  it('signs what another library verifies against the amounts (BIP-143), within the computed size', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            txid: fc.uint8Array({ minLength: 32, maxLength: 32 }),
            vout: fc.nat(1000),
            amount: fc.bigInt(10n ** 10n, 10n ** 15n),
          }),
          {
            minLength: 1,
            maxLength: 8,
          },
        ),
        fc.array(fc.bigInt(0n, 10n ** 9n), { minLength: 1, maxLength: 3 }),
        (inputs, amounts) => {
          const { privateKey, publicKey } = chain.generateKey()
          const own = p2wpkh(publicKey).script
          const coins = inputs.map(({ txid, vout, amount }) => ({
            txid: Buffer.from(txid).toString('hex'),
            vout,
            amount,
          }))
          const outputs = amounts.map((amount) => ({ script: own, amount }))
          const { raw, hash } = signUtxoTransaction({ coins, outputs, fee: 0n }, own, privateKey)
          const transaction = Transaction.fromBuffer(Buffer.from(raw))
          expect(transaction.getId()).toBe(hash)
          const pubKeyHash = Buffer.from(crypto.hash160(publicKey))
          const code = payments.p2pkh({ hash: pubKeyHash }).output ?? new Uint8Array()
          for (const [index, { hash: spent, index: vout, witness }] of transaction.ins.entries()) {
            const txid = Buffer.from(spent).reverse().toString('hex')
            const coin = coins.find((one) => one.txid === txid && one.vout === vout)
            const { signature, hashType } = scripts.signature.decode(witness[0] ?? new Uint8Array())
            const message = transaction.hashForWitnessV0(index, code, coin?.amount ?? 0n, hashType)
            expect(ecc.verify(message, publicKey, signature, true)).toBe(true)
          }
          const size = computeVirtualSize(
            coins.length,
            outputs.map(({ script }) => script),
          )
          expect(BigInt(transaction.virtualSize())).toBeLessThanOrEqual(size)
          expect(BigInt(transaction.virtualSize())).toBeGreaterThanOrEqual(size - BigInt(coins.length))
          const total = coins.reduce((sum, { amount }) => sum + amount, 0n)
          const paid = amounts.reduce((sum, amount) => sum + amount, 0n)
          expect(computeFeeOf(raw, coins).fee).toBe(total - paid)
          const parsed = parseOutputs(raw).map(({ amount }) => amount)
          expect(new Set(parsed)).toEqual(new Set(amounts))
          expect(parsed).toHaveLength(amounts.length)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('sorts inputs and outputs like the examples of BIP-69', () => {
    // The first example of the BIP: transaction 0a6a357e2f7796444e02638749d9611c008b253fb55f5dc88b739b230ed0c4c3, its first and last inputs.
    const txids = [
      'f320832a9d2e2452af63154bc687493484a0e7745ebd3aaf9ca19eb80834ad60',
      '0e53ec5dfb2cb8a71fec32dc9a634a35b7e24799295ddd5278217822e0b31f57',
      '381de9b9ae1a94d9c17f6a08ef9d341a5ce29e2e60c36a52d333ff6203e58d5d',
      '26aa6e6d8b9e49bb0630aac301db6757c02e3619feb4ee0eea81eb1672947024',
    ]
    const { privateKey, publicKey } = chain.generateKey()
    const own = p2wpkh(publicKey).script
    const coins = txids.map((txid, index) => ({ txid, vout: index % 2, amount: 10n ** 11n }))
    const outputs = [
      { script: hex('76a9145be32612930b8323add2212a4ec03c1562084f8488ac'), amount: 40_000_000_000n },
      { script: hex('76a9144a5fba237213a062f6f57978f796390bdcf8d01588ac'), amount: 400_057_456n },
    ]
    const { raw } = signUtxoTransaction({ coins, outputs, fee: 0n }, own, privateKey)
    const { ins, outs } = Transaction.fromBuffer(Buffer.from(raw))
    expect(ins.map(({ hash }) => Buffer.from(hash).reverse().toString('hex'))).toEqual(txids.toSorted())
    expect(outs.map(({ value }) => value)).toEqual([400_057_456n, 40_000_000_000n])
  })
})

describe('parseRecipient', () => {
  it('gives the output scripts of the examples of BIP-173 and BIP-350', () => {
    const examples = [
      ['BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4', '0014751e76e8199196d454941c45d1b3a323f1433bd6'],
      [
        'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
        '512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
      ],
      [
        'bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3',
        '00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262',
      ],
      ['1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2', '76a91477bff20c60e522dfaa3350c39b030a5d004e839a88ac'],
      ['3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy', 'a914b472a266d0bd89c13706a4132ccfb16f7c3b9fcb87'],
    ] as const
    for (const [address, script] of examples) {
      const parsed = chain.parseRecipient?.(address)
      expect(Buffer.from(parsed?.script ?? []).toString('hex')).toBe(script)
      expect(parsed?.address).toBe(address.startsWith('BC1') ? address.toLowerCase() : address)
    }
  })

  it('refuses wrong checksums, the checksum of another version, unknown versions and other networks', () => {
    for (const text of [
      // BIP-350: bech32 checksum on version 1, bech32m on version 0, invalid length, other version, mixed case.
      'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd',
      'BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL',
      'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh',
      'bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y',
      'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jJ0',
      'BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P',
      'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx',
      'ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9',
      'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn',
      '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3',
      'x'.repeat(10_000),
      '',
    ])
      expect([text, chain.parseRecipient?.(text)]).toEqual([text, undefined])
  })
})

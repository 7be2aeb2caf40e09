import fc from 'fast-check'
import { utils } from 'tronweb'
import { describe, expect, it } from 'vitest'
import { tron } from '../../../wallets/chains/tron.ts'
import { toTronTransfers } from './build-action.ts'
import { serializeTronFields, signTronTransaction } from './serialize.ts'

const block = fc.record({
  number: fc.nat(100_000_000),
  hash: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
})
const amount = fc.bigInt(1n, BigInt(Number.MAX_SAFE_INTEGER))
const time = fc.integer({ min: 1_600_000_000_000, max: 2_000_000_000_000 })
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const lower = (value: object): object =>
  Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, typeof one === 'string' ? one.toLowerCase() : one]),
  )
const toHex = (address: string): string => hexOf(Uint8Array.from(utils.crypto.decodeBase58Address(address) || []))

describe('a transaction of TRON', () => {
  it('is what tronweb decodes and serializes again, byte for byte, and is signed by the sender', () => {
    fc.assert(
      fc.property(
        block,
        amount,
        time,
        fc.option(fc.uint8Array({ minLength: 4, maxLength: 200 }), { nil: undefined }),
        (reference, value, expiration, data) => {
          const { privateKey, address: from } = tron.generateKey()
          const { address: to } = tron.generateKey()
          const feeLimit = data === undefined ? 0n : 100_000_000n
          const fields = {
            from,
            to,
            value,
            data,
            block: reference,
            expiration,
            timestamp: expiration - 60_000,
            feeLimit,
          }
          const raw = hexOf(serializeTronFields(fields))
          const type = data === undefined ? 'TransferContract' : 'TriggerSmartContract'
          const decoded = utils.deserializeTx.deserializeTransaction(type, raw)
          const { parameter, type: found } = decoded.contract[0]
          expect(found).toBe(type)
          expect(lower(parameter.value)).toMatchObject({
            owner_address: toHex(from),
            ...(data === undefined
              ? { to_address: toHex(to), amount: Number(value) }
              : { contract_address: toHex(to), call_value: Number(value), data: hexOf(data) }),
          })
          expect(decoded).toMatchObject({ expiration, timestamp: expiration - 60_000 })
          expect(decoded.ref_block_hash.toLowerCase()).toBe(reference.hash.slice(16, 32))
          const json = { raw_data: decoded, raw_data_hex: raw, visible: false }
          expect(utils.transaction.txPbToRawDataHex(utils.transaction.txJsonToPb(json)).toLowerCase()).toBe(raw)
          const { hash, raw: signed } = signTronTransaction(fields, privateKey)
          expect(utils.transaction.txCheck({ ...json, txID: hash })).toBe(true)
          expect(utils.crypto.ecRecover(hash, hexOf(signed.slice(-65))).toLowerCase()).toBe(toHex(from))
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('toTronTransfers', () => {
  const from = tron.generateKey().address
  const token = tron.generateKey().address
  const recipient = tron.generateKey().address
  const transfer = `a9059cbb${'0'.repeat(24)}${toHex(recipient).slice(2)}${'64'.padStart(64, '0')}`
  const transfersOf = (data: string, value = 0n) =>
    toTronTransfers({ from, to: token, value, data: Uint8Array.from(Buffer.from(data, 'hex')) })

  it('finds the tokens of a transfer, and the TRX that are sent with it', () => {
    const tokens = { asset: `trc20:${token.toLowerCase()}`, amount: 100n, to: recipient }
    expect(transfersOf(transfer)).toEqual([tokens])
    expect(transfersOf(transfer, 7n)).toEqual([{ asset: 'native', amount: 7n, to: token }, tokens])
    expect(toTronTransfers({ from, to: recipient, value: 5n, data: undefined })).toEqual([
      { asset: 'native', amount: 5n, to: recipient },
    ])
  })

  it('is undefined for all that may move more: other functions, another spelling, more data', () => {
    const others = [
      transfer.replace('a9059cbb', '095ea7b3'),
      `a9059cbb${'0'.repeat(22)}41${transfer.slice(32)}`,
      `${transfer}00`,
      transfer.slice(0, -2),
      '',
      'a9059cbb',
    ]
    for (const data of others) expect([data, transfersOf(data)]).toEqual([data, undefined])
  })
})

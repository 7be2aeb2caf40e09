import { buildTx, buildTxHash, decode, type Encoded, MemoryAccount, Tag, unpackTx } from '@aeternity/aepp-sdk'
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { encodeBase64check } from '../../chain-clients/encode-base64check.ts'
import { BillfoldError } from '../../../kernel/errors.ts'
import { aeternityTransactionFormat } from './aeternity.ts'
import type { FormatContext } from './transaction-format.ts'
import { aeternity } from '../../wallets/chains/aeternity.ts'

const setting = (from: string): FormatContext => ({
  from,
  network: 'aeternity:ae_uat',
  decimals: 18,
  maxReplacements: 3,
  callNode: () => Promise.reject(new BillfoldError('transaction.chain-unavailable')),
})

describe('æternity transactions', () => {
  it('equal those of the official SDK byte for byte: fee, signature and hash', async () => {
    for (let round = 0; round < 20; round++) {
      const seed = Uint8Array.from(randomBytes(32))
      const account = new MemoryAccount(aeternity.formatPrivateKey(seed) as Encoded.AccountSecretKey)
      const recipient = MemoryAccount.generate().address
      const [amount, nonce, text] = [BigInt(round) ** 20n, 1 + round ** 4, 'x'.repeat(round * 20)]
      const request = {
        type: 'TRANSFER',
        to: recipient,
        value: `${amount / 10n ** 18n}.${(amount % 10n ** 18n).toString().padStart(18, '0')}`,
        data: text,
        chainSpecificFields: { ttl: round * 300 },
      } as const
      const draft = await aeternityTransactionFormat(request, setting(account.address))
      const other = buildTx({
        tag: Tag.SpendTx,
        version: 1,
        senderId: account.address,
        recipientId: recipient,
        amount: amount.toString(),
        nonce,
        ttl: round * 300,
        payload: `ba_${encodeBase64check(Buffer.from(text))}`,
      })
      expect(draft.describe(nonce)['unsigned']).toBe(other)
      const signed = await account.signTransaction(other, { networkId: 'ae_uat' })
      const { raw, hash } = draft.sign(nonce, seed)
      expect(Buffer.from(raw).equals(Buffer.from(decode(signed)))).toBe(true)
      expect(hash).toBe(buildTxHash(signed))
    }
  })

  it('have a cancellation that sends nothing to the sender', async () => {
    const seed = Uint8Array.from(randomBytes(32))
    const from = aeternity.toChainKey(seed).address
    const draft = await aeternityTransactionFormat(
      { type: 'TRANSFER', to: MemoryAccount.generate().address, value: 5 },
      setting(from),
    )
    const { raw } = draft.signCancellation(7, seed)
    const encodedTx = expect.objectContaining({
      tag: Tag.SpendTx,
      senderId: from,
      recipientId: from,
      amount: '0',
      nonce: 7,
    })
    expect(unpackTx(`tx_${encodeBase64check(raw)}`)).toMatchObject({ tag: Tag.SignedTx, encodedTx })
  })

  it('are rejected for unsupported types and invalid addresses', async () => {
    const from = MemoryAccount.generate().address
    const execution = { type: 'CONTRACT_EXECUTION', to: from, functionName: 'f' } as const
    await expect(aeternityTransactionFormat(execution, setting(from))).rejects.toMatchObject({
      code: 'transaction.unsupported-type',
    })
    for (const to of ['ak_', `${from}1`, 'nm_2a1j2Mk9YSmC1gioUq4PWRm3bsv887MbuRVwyv4KaUGoR1eiKi', '0x00'])
      await expect(aeternityTransactionFormat({ type: 'TRANSFER', to, value: 1 }, setting(from))).rejects.toMatchObject(
        {
          code: 'input.invalid',
        },
      )
  })
})

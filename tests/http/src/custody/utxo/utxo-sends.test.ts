import { memoryStorage } from '@billfold/core'
import { address as addresses, initEccLib, payments, Psbt, Transaction } from 'bitcoinjs-lib'
import { randomBytes } from 'node:crypto'
import * as ecc from 'tiny-secp256k1'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharedKeyring, type TransactingHost } from '../transacting-host.ts'
import { utxoNodes } from './start-nodes.ts'
import { createUtxoWallet, replaceTransaction, sendCoins, startUtxoHost, type UtxoWallet } from './utxo-host.ts'
import type { UtxoNode } from './utxo-node.ts'

initEccLib(ecc)

const coin = 100_000_000n

for (const [name, start] of utxoNodes)
  describe(`transactions on ${name}`, () => {
    let node: UtxoNode
    let host: TransactingHost
    /** The offset of the host's clock, in milliseconds. */
    let ahead = 0
    const storage = memoryStorage()

    beforeAll(async () => {
      node = await start()
      const [client] = Object.values(node.clients)
      const options = { storage, keyring: sharedKeyring(), now: () => Date.now() + ahead }
      host = await startUtxoHost(node, client?.(), options)
    }, 120_000)
    afterAll(async () => {
      await host.close()
      await node.close()
    })

    const fundedWallet = async (...amounts: readonly bigint[]): Promise<UtxoWallet> => {
      const wallet = await createUtxoWallet(host, node)
      await node.fund(wallet.address, amounts)
      return wallet
    }
    const decode = async (txid: string): Promise<Transaction> =>
      Transaction.fromHex((await node.find(txid))?.hex ?? expect.fail(`the node does not have ${txid}`))
    const send = async (
      wallet: UtxoWallet,
      to: string,
      value: string,
      chainSpecificFields: object = {},
    ): Promise<string> => {
      const sent = await sendCoins(host, node, wallet.id, { to, value, chainSpecificFields })
      expect(sent.codes).toEqual([])
      return sent.result.transactionHash
    }
    const balance = async ({ id }: UtxoWallet): Promise<string> =>
      (await host.call('GET', `/api/wallets/${id}/balance`)).result.rawBalance
    const statusOf = async (txid: string) =>
      (await host.call('GET', `/api/transactions/${node.secretType}/${txid}/status`)).result
    const maintainLater = async (): Promise<void> => {
      ahead += 240_000
      await host.billfold.maintain()
    }

    const recipients = (): Readonly<Record<string, string | undefined>> => {
      const pubkey = ecc.pointFromScalar(randomBytes(32), true) ?? new Uint8Array()
      const { network } = node
      const redeem = payments.p2wpkh({ pubkey, network })
      return {
        P2PKH: payments.p2pkh({ pubkey, network }).address,
        'P2SH-P2WPKH': payments.p2sh({ redeem, network }).address,
        P2WPKH: redeem.address,
        P2WSH: payments.p2wsh({ redeem: payments.p2pk({ pubkey, network }), network }).address,
        P2TR: addresses.toBech32(pubkey.subarray(1), 1, network.bech32),
      }
    }

    it('have the fee rate of the node, which a transaction takes', async () => {
      const { status, result } = await host.call('GET', `/api/transactions/${node.secretType}/fees`)
      expect([status, result]).toEqual([200, { secretType: node.secretType, feeRate: expect.any(Number) }])
      const wallet = await fundedWallet(coin)
      const transactionRequest = { type: 'TRANSFER', secretType: node.secretType, walletId: wallet.id, value: '0.1' }
      const request = { ...transactionRequest, to: recipients()['P2WPKH'] }
      const built = await host.call('POST', '/api/transactions/build', { transactionRequest: request })
      expect(Number(built.result.feeRate)).toBe(result.feeRate)
    })

    it('pay each type of address what was asked, with the change to the sender, as another library decodes them', async () => {
      for (const [type, to = ''] of Object.entries(recipients())) {
        const wallet = await fundedWallet(coin)
        const transaction = await decode(await send(wallet, to, '0.25'))
        const outputs = transaction.outs.map(
          ({ script, value }) => [Buffer.from(script).toString('hex'), value] as const,
        )
        const script = (address: string): string =>
          Buffer.from(addresses.toOutputScript(address, node.network)).toString('hex')
        const change = outputs.find(([paid]) => paid === script(wallet.address))?.[1] ?? 0n
        expect([type, new Map(outputs)]).toEqual([
          type,
          new Map([
            [script(to), coin / 4n],
            [script(wallet.address), change],
          ]),
        ])
        const fee = coin - coin / 4n - change
        // At least what nodes relay, and not twice the rate.
        expect(fee).toBeGreaterThanOrEqual(BigInt(transaction.virtualSize()))
        expect(fee).toBeLessThan(BigInt(transaction.virtualSize()) * 5n)
        expect(transaction.ins.map(({ sequence }) => sequence)).toEqual([0xff_ff_ff_fd])
        expect(transaction.version).toBe(2)
      }
    }, 120_000)

    it('pay the fee rate that the sender asks for, and leave a change that would be dust to the fee', async () => {
      const { P2WPKH: to = '' } = recipients()
      const wallet = await fundedWallet(coin, 1_000_000n)
      const transaction = await decode(await send(wallet, to, '0.5', { feeRate: '7.5' }))
      const paid = transaction.outs.reduce((sum, { value }) => sum + value, 0n)
      const fee = coin - paid
      expect(fee).toBeGreaterThanOrEqual((BigInt(transaction.virtualSize()) * 75n) / 10n)
      expect(fee).toBeLessThanOrEqual((BigInt(transaction.virtualSize() + 1) * 75n) / 10n + 1n)
      const whole = await decode(await send(wallet, to, '0.00995', { feeRate: 44 }))
      expect(whole.outs.map(({ value }) => value)).toEqual([995_000n])
    })

    it('sort inputs and outputs (BIP-69), and spend several coins where one does not suffice', async () => {
      const { P2TR: to = '' } = recipients()
      const wallet = await fundedWallet(20_000_000n, 30_000_000n, 25_000_000n)
      const transaction = await decode(await send(wallet, to, '0.7'))
      expect(transaction.ins).toHaveLength(3)
      const keys = transaction.ins.map(({ hash, index }) => `${Buffer.from(hash).reverse().toString('hex')}:${index}`)
      expect(keys).toEqual(keys.toSorted())
      const values = transaction.outs.map(({ value }) => value)
      expect(values).toEqual(values.toSorted((one, other) => Number(one - other)))
    })

    it('show the coins in blocks as the balance', async () => {
      const { P2WPKH: to = '' } = recipients()
      const wallet = await fundedWallet(coin)
      expect(await balance(wallet)).toBe('100000000')
      const txid = await send(wallet, to, '0.4')
      expect(await balance(wallet)).toBe('100000000')
      await node.mine()
      const [change] = (await decode(txid)).outs.filter(({ value }) => value !== 40_000_000n)
      expect(await balance(wallet)).toBe(String(change?.value))
    })

    it('spend the change of pending ones, and refuse what only they will return', async () => {
      const { P2WPKH: to = '' } = recipients()
      const wallet = await fundedWallet(coin)
      const chained = [await send(wallet, to, '0.1'), await send(wallet, to, '0.1'), await send(wallet, to, '0.1')]
      const spent = (await Promise.all(chained.map(decode))).map(({ ins: [input] }) =>
        Buffer.from(input?.hash ?? [])
          .reverse()
          .toString('hex'),
      )
      expect(spent.slice(1)).toEqual(chained.slice(0, 2))
      const bumpable = await fundedWallet(coin)
      await send(bumpable, to, '0.1', { maxReplacementFeeRate: 100 })
      const refused = await sendCoins(host, node, bumpable.id, { to, value: '0.1' })
      expect([refused.status, refused.codes]).toEqual([409, ['transaction.funds-pending']])
      const more = await sendCoins(host, node, wallet.id, { to, value: '0.9' })
      expect([more.status, more.codes]).toEqual([400, ['transaction.insufficient-funds']])
    })

    it('are refused for another chain, dust, data, a token, and a fee rate out of range', async () => {
      const { P2WPKH: to = '' } = recipients()
      const wallet = await fundedWallet(coin)
      const attempt = async (fields: object): Promise<readonly unknown[]> => {
        const request = {
          type: 'TRANSFER',
          secretType: node.secretType,
          walletId: wallet.id,
          to,
          value: '0.1',
          ...fields,
        }
        const { status, codes } = await host.call('POST', '/api/transactions', {
          pincode: '471147',
          transactionRequest: request,
        })
        return [status, codes[0]]
      }
      const invalid = (field: string) => [400, `transactionRequest.${field}`]
      expect(await attempt({ to: 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq' })).toEqual(invalid('to'))
      expect(await attempt({ to: '0x00000000000000000000000000000000000000AA' })).toEqual(invalid('to'))
      expect(await attempt({ to: `${to.slice(0, -1)}${to.endsWith('q') ? 'p' : 'q'}` })).toEqual(invalid('to'))
      expect(await attempt({ value: '0.00000001' })).toEqual(invalid('value'))
      expect(await attempt({ value: '0' })).toEqual(invalid('value'))
      expect(await attempt({ value: '0.000000001' })).toEqual(invalid('value'))
      expect(await attempt({ data: '0x00' })).toEqual(invalid('data'))
      expect(await attempt({ chainSpecificFields: { feeRate: 0.5 } })).toEqual(invalid('chainSpecificFields.feeRate'))
      expect(await attempt({ chainSpecificFields: { feeRate: 501 } })).toEqual([400, 'transaction.fee-too-high'])
      expect(await attempt({ chainSpecificFields: { maxReplacementFeeRate: 501 } })).toEqual(
        invalid('chainSpecificFields.maxReplacementFeeRate'),
      )
      expect(await attempt({ type: 'TOKEN_TRANSFER', tokenAddress: to })).toEqual([400, 'transaction.unsupported-type'])
      expect(await attempt({ value: '1' })).toEqual([400, 'transaction.insufficient-funds'])
      expect(await attempt({ value: '20999999' })).toEqual([400, 'transaction.insufficient-funds'])
    })

    it('are built as a PSBT that another library reads, and reserve nothing', async () => {
      const { P2TR: to = '' } = recipients()
      const wallet = await fundedWallet(coin)
      const request = {
        type: 'TRANSFER',
        secretType: node.secretType,
        walletId: wallet.id,
        to: to.toUpperCase(),
        value: '0.3',
      }
      const { result } = await host.call('POST', '/api/transactions/build', { transactionRequest: request })
      const psbt = Psbt.fromBase64(result.unsigned, { network: node.network })
      expect(psbt.data.inputs.map(({ witnessUtxo }) => witnessUtxo?.value)).toEqual([coin])
      expect(new Set(psbt.txOutputs.map(({ address }) => address))).toEqual(new Set([to, wallet.address]))
      const paid = psbt.txOutputs.reduce((sum, { value }) => sum + value, 0n)
      expect(coin - paid).toBe(BigInt(result.fee))
      await send(wallet, to, '0.9')
    })

    it('are the same for a repeated key, also after the node was killed, and another key pays again', async () => {
      const { P2WPKH: to = '' } = recipients()
      const wallet = await fundedWallet(coin, coin)
      const repeat = (key: string, value = '0.1') => sendCoins(host, node, wallet.id, { to, value }, key)
      const first = await repeat('one')
      expect((await repeat('one')).result).toEqual(first.result)
      await node.kill()
      expect((await repeat('one')).result).toEqual(first.result)
      expect((await repeat('two')).codes).toEqual(['transaction.chain-unavailable'])
      await node.start()
      expect((await repeat('one')).result).toEqual(first.result)
      const second = await repeat('two')
      expect(second.result.transactionHash).not.toBe(first.result.transactionHash)
      expect((await repeat('two', '0.2')).status).toBe(422)
      await maintainLater()
      await node.mine()
      for (const { result } of [first, second]) expect((await node.find(result.transactionHash))?.confirmations).toBe(1)
      expect((await balance(wallet)) < '180000000').toBe(true)
    }, 120_000)

    it('are replaced at a higher fee on request: the same payment, once', async () => {
      const { P2WPKH: to = '' } = recipients()
      const wallet = await fundedWallet(coin)
      const first = await send(wallet, to, '0.4')
      const replaced = await replaceTransaction(host, node, 'resubmit', first)
      expect(replaced.codes).toEqual([])
      const second = replaced.result.transactionHash
      expect(await node.mempool()).toContain(second)
      expect(await node.mempool()).not.toContain(first)
      const [before, after] = [await decode(second), await decode(second)]
      expect(after.outs.filter(({ value }) => value === 40_000_000n)).toHaveLength(1)
      expect(before.ins).toEqual(after.ins)
      // And again, over the hash of the replacement.
      const third = (await replaceTransaction(host, node, 'resubmit', second)).result.transactionHash
      expect(await node.mempool()).toContain(third)
      await node.mine()
      expect(await statusOf(first)).toMatchObject({ status: 'SUCCEEDED', replacedBy: third, confirmations: 1 })
      expect((await replaceTransaction(host, node, 'resubmit', first)).codes).toEqual(['transaction.not-pending'])
      await node.mine(5)
      await maintainLater()
      expect(await statusOf(first)).toMatchObject({ status: 'SUCCEEDED', hasReachedFinality: true })
      // Its change can be spent again.
      await send(wallet, to, '0.1')
    })

    it('add a coin to a replacement whose own coins do not suffice for the fee', async () => {
      const { P2WPKH: to = '' } = recipients()
      const wallet = await fundedWallet(10_000_000n, 20_000_000n)
      const first = await send(wallet, to, '0.09999')
      expect((await decode(first)).ins).toHaveLength(1)
      let last = first
      while ((await decode(last)).ins.length === 1)
        last = (await replaceTransaction(host, node, 'resubmit', last)).result.transactionHash
      expect((await decode(last)).ins).toHaveLength(2)
      expect((await decode(last)).outs.filter(({ value }) => value === 9_999_000n)).toHaveLength(1)
      await node.mine()
      expect((await node.find(last))?.confirmations).toBe(1)
    })

    it('are canceled on request: nothing is paid, and the coins return', async () => {
      const { P2WPKH: to = '' } = recipients()
      const wallet = await fundedWallet(coin)
      const first = await send(wallet, to, '0.4')
      const canceled = (await replaceTransaction(host, node, 'cancel', first)).result.transactionHash
      const { outs } = await decode(canceled)
      expect(outs.map(({ script }) => addresses.fromOutputScript(script, node.network))).toEqual([wallet.address])
      await node.mine()
      expect(await statusOf(first)).toMatchObject({ status: 'CANCELED', replacedBy: canceled })
      await node.mine(5)
      await maintainLater()
      await send(wallet, to, '0.5')
    })

    it('are not replaced once a later one spends their change, which would vanish', async () => {
      const { P2WPKH: to = '' } = recipients()
      const wallet = await fundedWallet(coin)
      const first = await send(wallet, to, '0.1')
      const second = await send(wallet, to, '0.1')
      const refused = await replaceTransaction(host, node, 'resubmit', first)
      expect([refused.status, refused.codes]).toEqual([409, ['transaction.change-spent']])
      expect((await replaceTransaction(host, node, 'resubmit', second)).codes).toEqual([])
      const third = await sendCoins(host, node, wallet.id, { to, value: '0.1' })
      expect(third.codes).toEqual(['transaction.funds-pending'])
    })

    it('survive a reorganization, in a block or without one', async () => {
      const { P2WPKH: to = '' } = recipients()
      const wallet = await fundedWallet(coin, coin)
      await node.mine()
      const first = await send(wallet, to, '0.6')
      await node.mine()
      const second = await send(wallet, to, '0.6')
      await node.mine()
      expect((await statusOf(first)).confirmations).toBe(2)
      await node.undoBlocks(2)
      await maintainLater()
      expect([(await statusOf(first)).status, (await statusOf(second)).status]).toEqual(['PENDING', 'PENDING'])
      await node.kill()
      await node.start()
      await maintainLater()
      // A node that was killed may have a block of before again.
      for (const txid of [first, second]) expect(await node.find(txid)).toBeDefined()
      await node.mine(6)
      await maintainLater()
      expect(await statusOf(first)).toMatchObject({ status: 'SUCCEEDED', hasReachedFinality: true })
    }, 120_000)
  })

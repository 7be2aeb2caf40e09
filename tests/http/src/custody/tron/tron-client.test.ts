import { describeTronClient } from '@billfold/testing'
import { utils } from 'tronweb'
import { startTronNode, toHex } from './tron-node.ts'

describeTronClient('the TRON client', async () => {
  const node = await startTronNode()
  const account = utils.accounts.generateAccount()
  const { base58: address } = account.address
  const { base58: unusedAddress } = utils.accounts.generateAccount().address
  node.chain.balances.set(toHex(address), 20_000_000n)
  return {
    client: node.client(),
    address,
    unusedAddress,
    token: utils.address.fromHex(node.chain.token),
    signTransfer: ({ block, expiration, amount = 1n }) => {
      const value = { owner_address: toHex(address), to_address: toHex(unusedAddress), amount: Number(amount) }
      const parameter = { value, type_url: 'type.googleapis.com/protocol.TransferContract' }
      const fields = {
        contract: [{ parameter, type: 'TransferContract' }],
        ref_block_bytes: (block.number & 0xff_ff).toString(16).padStart(4, '0'),
        ref_block_hash: block.hash.slice(16, 32),
        expiration,
        timestamp: expiration - 60_000,
      }
      const json = { visible: false, txID: '', raw_data_hex: '', raw_data: fields }
      const message = utils.transaction.txJsonToPb(json)
      const hash = utils.transaction.txPbToTxID(message).replace(/^0x/, '')
      const signature = utils.crypto.ECKeySign(
        utils.code.hexStr2byteArray(hash),
        utils.code.hexStr2byteArray(account.privateKey.replace(/^0x/, '')),
      )
      message.addSignature(Uint8Array.from(Buffer.from(signature.replace(/^0x/, ''), 'hex')))
      return { raw: Uint8Array.from(message.serializeBinary()), hash }
    },
    mine: async (blocks) => node.chain.mine(blocks),
    stopNode: node.kill,
    close: node.close,
  }
})

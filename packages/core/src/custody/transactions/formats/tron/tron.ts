import { randomInt } from 'node:crypto'
import type { ChainClient, TronClient, TronResources } from '../../../chain-clients/index.ts'
import { BillfoldError } from '../../../../kernel/errors.ts'
import { parseAbiInteger } from '../evm/abi-values.ts'
import type { ReservingContext, ReservingFormat } from '../reserving-format.ts'
import { requestIssue } from '../transaction-format.ts'
import type { TransactionRequest } from '../transaction-request.ts'
import { buildTronAction, toTronTransfers } from './build-action.ts'
import { serializeTronFields, signTronTransaction, type TronAction, type TronFields } from './serialize.ts'

/** Bytes of a signed transaction besides its fields: the signature, the framing, and what the node adds for the result. */
const overheadBytes = 67n + 4n + 64n

/** What a transaction costs beside its value. */
interface TronCost {
  readonly bandwidth: bigint
  readonly energy: bigint
  /** What is burnt if the account's resources do not suffice, in sun. */
  readonly fee: bigint
  readonly feeLimit: bigint
}

/**
 * Builds transactions of TRON: transfers of TRX, TRC-20 transfers and contract calls. They are serialized here, not by the node. An equal transaction
 * with the same reference block and time would be the same one, so each reserves its id.
 */
export const tronTransactionFormat: ReservingFormat = async (request, context) => {
  const client = await context.callNode((any) => Promise.resolve(toTronClient(any)))
  const action = await buildTronAction(request, client, context)
  const block = await context.callNode(() => client.referenceBlock())
  const expiration = block.timestamp + client.lifetimeMs
  const unpriced = { ...action, block, expiration, timestamp: context.now, feeLimit: 0n }
  const cost = await estimateCost(request, unpriced, client, context)
  const fields = { ...unpriced, feeLimit: cost.feeLimit }
  return {
    call: {
      to: action.to,
      value: action.value,
      data: action.data ?? new Uint8Array(),
      transfers: toTronTransfers(action),
    },
    prepare: ({ attempt }) => {
      // Only the id must differ, which two requests in one millisecond would share.
      const own = { ...fields, timestamp: fields.timestamp + (attempt === 1 ? 0 : randomInt(1, 10_000)) }
      return {
        sign: (privateKey) => {
          const signed = signTronTransaction(own, privateKey)
          const reservations = [{ resource: signed.hash, amount: null }]
          return { ...signed, reservations, replacements: [], expiry: expiration }
        },
        describe: () => describe(own, cost),
      }
    },
  }
}

/** Narrows a client. @throws TypeError if the client is of another chain family */
function toTronClient(client: ChainClient): TronClient {
  if (client.family !== 'tron') throw new TypeError('the chain client is not a TRON client')
  return client
}

/** Estimates the cost, and checks that the account can pay it. The node checks again when it executes the transaction. */
async function estimateCost(
  request: TransactionRequest,
  fields: TronFields,
  client: TronClient,
  { callNode }: ReservingContext,
): Promise<TronCost> {
  const { from, to, value, data } = fields
  const resources = await callNode(() => client.resources(from))
  const energy = data === undefined ? 0n : (await callNode(() => client.call({ from, to, value, data }))).energy
  const feeLimit = data === undefined ? 0n : resolveFeeLimit(request, energy * resources.energyPrice, client)
  const bandwidth = BigInt(serializeTronFields({ ...fields, feeLimit }).length) + overheadBytes
  const isNew = data === undefined && !(await callNode(() => client.accountExists(to)))
  const fee = computeBurn(bandwidth, energy, resources) + (isNew ? resources.accountCreationFee : 0n)
  if (value + fee > (await callNode(() => client.balance(from))))
    throw new BillfoldError('transaction.insufficient-funds')
  return { bandwidth, energy, fee, feeLimit }
}

/** Bandwidth is paid whole: from the free one, from the staked one, or by burning TRX. Energy that is missing is burnt. */
function computeBurn(bandwidth: bigint, energy: bigint, resources: TronResources): bigint {
  const isCovered = resources.freeBandwidth >= bandwidth || resources.stakedBandwidth >= bandwidth
  const missing = energy > resources.energy ? energy - resources.energy : 0n
  return (isCovered ? 0n : bandwidth * resources.bandwidthPrice) + missing * resources.energyPrice
}

/** The requested limit, or the estimate with a margin of 20 %, because the contract's state may change before execution. */
function resolveFeeLimit(
  { chainSpecificFields }: TransactionRequest,
  estimate: bigint,
  { maxFeeLimit }: TronClient,
): bigint {
  const requested = chainSpecificFields?.feeLimit
  const feeLimit =
    requested === undefined
      ? (estimate * 6n) / 5n
      : parseAbiInteger(true, 64, requested, 'chainSpecificFields.feeLimit')
  if (feeLimit > maxFeeLimit) throw new BillfoldError('transaction.fee-too-high')
  if (requested !== undefined && feeLimit < estimate)
    throw new BillfoldError('input.invalid', {
      issues: [requestIssue('chainSpecificFields.feeLimit', `is below the estimate of the node: ${estimate}`)],
    })
  return feeLimit
}

function describe(fields: TronFields & TronAction, cost: TronCost): Readonly<Record<string, unknown>> {
  const { from, to, value, data, expiration } = fields
  return {
    type: data === undefined ? 'TRANSFER' : 'TRIGGER',
    from,
    to,
    value: value.toString(),
    ...(data !== undefined && { data: `0x${Buffer.from(data).toString('hex')}`, feeLimit: cost.feeLimit.toString() }),
    bandwidth: cost.bandwidth.toString(),
    energy: cost.energy.toString(),
    fee: cost.fee.toString(),
    expiration,
    unsigned: Buffer.from(serializeTronFields(fields)).toString('hex'),
  }
}

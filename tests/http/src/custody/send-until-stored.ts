import { expect } from 'vitest'
import type { CustodyReply } from './custody-host.ts'
import type { HostProcess } from './host-process.ts'
import { sendTransaction } from './transacting-host.ts'

/** A send that goes on while hosts and nodes crash. */
export interface PersistentSend {
  readonly pickHost: (attempt: number) => HostProcess
  readonly walletId: string
  readonly to: string
  /** The number of the send, from which its idempotency key follows, and with which host it begins. */
  readonly index: number
  /** The errors after which it is sent again. */
  readonly retriedCodes: readonly string[]
  readonly delayMs: number
}

/** Retries a send under the same key, at the other host if one does not respond. @returns the hash of the transaction */
export async function sendUntilStored(send: PersistentSend): Promise<string> {
  const { pickHost, walletId, to, index, retriedCodes, delayMs } = send
  for (let attempt = index; ; attempt++) {
    const outcome: CustodyReply | undefined = await sendTransaction(
      pickHost(attempt),
      walletId,
      { to, value: '0.1' },
      `send ${index}`,
    ).catch(() => undefined)
    if (outcome?.status === 200) return outcome.result.transactionHash
    if (outcome !== undefined) expect(retriedCodes).toContain(outcome.codes[0])
    await new Promise((resolve) => setTimeout(resolve, delayMs))
  }
}

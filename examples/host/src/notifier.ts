import type { Notifier } from '@billfold/core'
import { z } from 'zod'

const txCodeMessage = z.object({ applicationId: z.string(), code: z.string() })

/** Transaction codes of credential offers that are to be sent, by application: the console reads them in place of a message. */
const txCodes = new Map<string, string>()
const maxTxCodes = 1000

/**
 * Prints that a message is due, such as `security.password-changed`, without the address that it goes to. A real host sends it
 * by email, text message or push notification, in the user's language.
 */
export const notifier: Notifier = {
  deliver: ({ topic, subject, payload }) => {
    console.log(`message ${topic} about ${subject}`)
    const { success, data } = txCodeMessage.safeParse(payload)
    if (topic === 'credentials.tx-code' && success) {
      txCodes.set(data.applicationId, data.code)
      const [oldest] = txCodes.keys()
      if (txCodes.size > maxTxCodes && oldest !== undefined) txCodes.delete(oldest)
    }
    return Promise.resolve()
  },
}

/** Returns the code that was last sent for an application, and forgets it. */
export function takeTxCode(applicationId: string): string | undefined {
  const code = txCodes.get(applicationId)
  txCodes.delete(applicationId)
  return code
}

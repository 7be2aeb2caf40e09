import { parsePhc } from '../../kernel/crypto/index.ts'
import { isBillfoldError } from '../../kernel/errors.ts'
import type { Storage } from '../../kernel/storage/index.ts'
import type { PepperedValues } from '../../platform/peppered-values.ts'
import { paymentCredentials } from '../tables.ts'

const batchSize = 1000

/** The keys that passwords and lock PINs depend on. Each is rehashed when it is next used. */
export const pepperedPaymentCredentials: PepperedValues = { name: 'passwords and PINs', listKeyIds: listPepperKeyIds }

async function* listPepperKeyIds(storage: Storage): AsyncGenerator<string | undefined> {
  for (const kind of ['password', 'pin'])
    for (let after = ''; ; ) {
      const where = { userId: { gt: after }, kind }
      const rows = await storage.find(paymentCredentials, { where, orderBy: [['userId', 'asc']], limit: batchSize })
      for (const { phc } of rows) yield readKeyId(phc)
      after = rows.at(-1)?.userId ?? after
      if (rows.length < batchSize) break
    }
}

function readKeyId(phc: string): string | undefined {
  try {
    return parsePhc(phc).keyId
  } catch (error) {
    if (isBillfoldError(error, 'sealed.invalid')) return undefined
    throw error
  }
}

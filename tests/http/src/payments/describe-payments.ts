import { expect } from 'vitest'
import type { Client } from '../client.ts'
import { describeMounted, type SuiteOptions } from '../describe-mounted.ts'
import { type HostChoice, paymentsHost, type PaymentsHost } from './payer.ts'

const two: SuiteOptions = {
  only: ({ framework, through, prefix, parser }) =>
    through === 'app' &&
    ((framework === 'express 5' && prefix === '/id' && !parser) || (framework === 'koa' && prefix === '' && parser)),
}
/** Mounted in one way, for what the mounting has nothing to do with. */
export const one: SuiteOptions = {
  only: ({ framework, through, prefix, parser }) =>
    framework === 'koa' && through === 'app' && prefix === '/id' && !parser,
}

/** Describes the API with a host of its own. */
export function describePayments(
  name: string,
  choice: () => HostChoice,
  suite: (client: Client, host: () => PaymentsHost) => void,
  mounted: SuiteOptions = two,
): void {
  let made: PaymentsHost | undefined
  describeMounted(
    name,
    async () => {
      made = await paymentsHost(undefined, choice())
      return made.billfold.payments
    },
    (client) =>
      suite(client, () => {
        if (made === undefined) throw new Error('there is no host yet')
        return made
      }),
    mounted,
  )
}

/** What the API answers with, whatever the data is. */
export const said = (message: string, code = '1', status = 200) => ({ status, message, code, data: expect.anything() })

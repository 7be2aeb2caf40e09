import { expect } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { describeMounted, type SuiteOptions } from '../hosts/describe-mounted.ts'
import { createPaymentsHost, type PaymentsHost, type PaymentsHostOptions } from './payments-client.ts'

const two: SuiteOptions = {
  only: ({ framework, through, prefix, parser }) =>
    through === 'app' &&
    (framework === 'fetch' ||
      (framework === 'express 5' && prefix === '/id' && !parser) ||
      (framework === 'koa' && prefix === '' && parser)),
}
/** A single mounting, for suites that do not depend on the mounting. */
export const singleMounting: SuiteOptions = {
  only: ({ framework, through, prefix, parser }) =>
    framework === 'koa' && through === 'app' && prefix === '/id' && !parser,
}

/** Describes the API with its own host. */
export function describePayments(
  name: string,
  choice: () => PaymentsHostOptions,
  suite: (client: MountedClient, host: () => PaymentsHost) => void,
  mounted: SuiteOptions = two,
): void {
  let made: PaymentsHost | undefined
  describeMounted(
    name,
    async () => {
      made = await createPaymentsHost(undefined, choice())
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

/** Matches a reply with any data. */
export const replyWith = (message: string, code = '1', status = 200) => ({
  status,
  message,
  code,
  data: expect.anything(),
})

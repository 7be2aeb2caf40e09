import { describeMounted } from '../hosts/describe-mounted.ts'
import { createPaymentsHost } from './payments-client.ts'
import { paymentsSuite } from './payments-suite.ts'

let service = ''

describeMounted(
  'the payments API',
  async () => {
    const made = await createPaymentsHost()
    service = made.serviceAuthorization
    return made.billfold.payments
  },
  (client) => paymentsSuite(client, () => service),
)

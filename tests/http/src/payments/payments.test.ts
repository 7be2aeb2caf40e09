import { describeMounted } from '../describe-mounted.ts'
import { paymentsHost } from './payer.ts'
import { paymentsSuite } from './suite.ts'

let service = ''

describeMounted(
  'the payments API',
  async () => {
    const made = await paymentsHost()
    service = made.service
    return made.billfold.payments
  },
  (client) => paymentsSuite(client, () => service),
)

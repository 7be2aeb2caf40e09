import { describeMounted } from '../hosts/describe-mounted.ts'
import { createCustodyHost } from './custody-host.ts'
import { clientFormsSuite } from './client-forms-suite.ts'
import { custodySuite } from './custody-suite.ts'
import { signingMethodSuite } from './signing-method-suite.ts'

let authorization = ''

describeMounted(
  'the custody API',
  async () => {
    const made = await createCustodyHost()
    authorization = made.authorization
    return made.billfold.custody
  },
  (client) => {
    custodySuite(client, () => authorization)
    clientFormsSuite(client, () => authorization)
    signingMethodSuite(client, () => authorization)
  },
)

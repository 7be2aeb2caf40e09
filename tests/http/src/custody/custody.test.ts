import { describeMounted } from '../describe-mounted.ts'
import { custodian } from './custodian.ts'
import { custodySuite } from './suite.ts'

let authorization = ''

describeMounted(
  'the custody API',
  async () => {
    const made = await custodian()
    authorization = made.authorization
    return made.billfold.custody
  },
  (client) => custodySuite(client, () => authorization),
)

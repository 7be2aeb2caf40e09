import { describeMounted } from '../describe-mounted.ts'
import { type DidHost, didHost } from './did-host.ts'
import { didSuite } from './suite.ts'

let host: DidHost | undefined

describeMounted(
  'the DID API',
  async () => {
    host = await didHost()
    return host.billfold.dids
  },
  (client) =>
    didSuite(client, () => {
      if (host === undefined) throw new Error('There is no host yet')
      return host
    }),
)

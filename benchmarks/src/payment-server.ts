import { createServer, type RequestListener } from 'node:http'
import { barePayments } from './payment-bare.ts'
import { billfoldPayments } from './payment-billfold.ts'
import type { PayingPair } from './payment-pairs.ts'

// Run by payment.ts as `node payment-server.js <which> <database> <pairs>`. Sends its port and its users, and its CPU time on every
// message.

/** A server, and the function that creates its users once it listens. */
export interface PaymentsServer {
  readonly listener: RequestListener
  readonly createPairs: (port: number, count: number) => Promise<readonly PayingPair[]>
}

const creators: Readonly<Record<string, (url: string) => Promise<PaymentsServer>>> = {
  billfold: billfoldPayments,
  bare: barePayments,
}

const [which = '', url = '', pairs = ''] = process.argv.slice(2)
const payments = await creators[which]?.(url)
const server = createServer(payments?.listener)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  void payments?.createPairs(port, Number(pairs)).then((created) => process.send?.({ port, pairs: created }))
})
process.on('message', () => process.send?.(process.cpuUsage()))

import { createHash } from 'node:crypto'
import { Resolver } from 'did-resolver'
import { getResolver } from 'ethr-did-resolver'
import { startHost } from './host-process.ts'
import { startLocalChain } from './local-chain.ts'

const chain = await startLocalChain()
const host = await startHost(chain)
try {
  // Create a wallet; its key stays with the host. The DID exists at once: nothing has to be registered.
  const { wallet } = await host.call('POST', '/wallet', { walletConfig: { didMethod: 'ethr:development' } })
  console.log(`created     ${wallet.did}`)

  // Update its document on the chain, authorized by a token that the wallet's own key signs.
  const body = {
    wallet: { did: wallet.did },
    walletConfig: {
      txsInput: [{ service: { name: 'Agent', value: 'https://agent.example' } }, { delegate: { validity: 3_600_000 } }],
    },
  }
  const bod = createHash('sha256').update(JSON.stringify(body)).digest('base64url')
  const { token } = await host.call('POST', '/wallet/auth', { did: wallet.did, act: 'POST /wallet/configure', bod })
  await host.call('POST', '/wallet/configure', body, { 'x-did-auth': token })
  console.log('updated     with a service and a delegate')

  // Anybody can resolve the document from the chain, without the host.
  const drivers = getResolver({
    name: 'development',
    chainId: chain.chainId,
    rpcUrl: chain.rpcUrl,
    registry: chain.contract,
  })
  const { didDocument } = await new Resolver(drivers).resolve(wallet.did)
  console.log(`resolved    by ethr-did-resolver:\n${JSON.stringify(didDocument, undefined, 2)}`)
  if (didDocument?.service?.length !== 1) process.exitCode = 1
} finally {
  await host.stop()
  await chain.stop()
}

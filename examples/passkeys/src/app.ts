import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Billfold, createBillfold, type Keyring, type ModuleResults, type Storage } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import { passkeys } from '@billfold/passkeys'
import express, { type Express } from 'express'
import { passkeyRoutes } from './passkey-routes.ts'

/** The modules that the page imports, as they are published: it needs no build step. A page with a bundler needs none of these. */
const modules = {
  client: fileURLToPath(new URL('./dist/client/', import.meta.resolve('@billfold/core/package.json'))),
  curves: dirname(fileURLToPath(import.meta.resolve('@noble/curves/nist.js'))),
  hashes: dirname(fileURLToPath(import.meta.resolve('@noble/hashes/sha2.js'))),
}

/** Where the page is, as browsers see it. */
export interface Site {
  /** `https://login.example.com`, or `http://localhost:3000`. */
  readonly origin: string
}

/** The module of passkeys for a site. Pass it to `migrate` too. */
export function sitePasskeys({ origin }: Site) {
  return passkeys({ rpId: new URL(origin).hostname, rpName: 'Example', origins: [origin] })
}

type SiteBillfold = Billfold & ModuleResults<readonly [ReturnType<typeof sitePasskeys>]>

/** Creates the app: the page, the routes that it calls, and the custody API, which creates users. */
export async function createApp(storage: Storage, keyring: Keyring, site: Site): Promise<Express> {
  const billfold = createBillfold({ storage, keyring, modules: [sitePasskeys(site)] })
  const app = express()
  app.disable('x-powered-by')
  // Browsers ask for it where a passkey is used on another domain of the same owner.
  app.use(expressRouter(billfold.passkeys))
  app.use('/custody', expressRouter(billfold.custody))
  app.use('/passkeys', passkeyRoutes(billfold.passkeys, await userCreator(billfold, site)))
  for (const [name, folder] of Object.entries(modules)) app.use(`/modules/${name}`, express.static(folder))
  app.use(express.static(fileURLToPath(new URL('../public', import.meta.url))))
  return app
}

/** Users are those of Billfold: they may get a PIN, wallets and so on later. */
async function userCreator({ serviceKeys }: SiteBillfold, { origin }: Site): Promise<() => Promise<string>> {
  const { keyId, keySecret } = await serviceKeys.create({ tag: 'passkeys example', scopes: ['custody'] })
  const authorization = `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`
  return async () => {
    const headers = { authorization, 'content-type': 'application/json' }
    const response = await fetch(`${origin}/custody/api/users`, { method: 'POST', headers, body: '{}' })
    const { result } = Object(await response.json())
    const { id } = Object(result)
    return String(id)
  }
}

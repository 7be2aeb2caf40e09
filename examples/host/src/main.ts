import { createServer } from 'node:http'
import { mkdirSync } from 'node:fs'
import { createBillfold } from '@billfold/core'
import { risk } from '@billfold/risk'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { faceVerifier } from '@billfold/verifier-face'
import { custodyOptions } from './custody.ts'
import { hostCredentials } from './credentials.ts'
import { connectHostDatabase } from './database.ts'
import { loadOrCreateAdminDid } from './demo/credentials.ts'
import { startDemo } from './demo/index.ts'
import { localWalletHttp } from './demo/local-http.ts'
import { createShop } from './demo/shop.ts'
import { createDidRegistries } from './did-registries.ts'
import { createExpressApp } from './express-app.ts'
import { loadHostKeyring } from './keyring.ts'
import { createKoaApp } from './koa-app.ts'
import { logger } from './logger.ts'
import { notifier } from './notifier.ts'
import { onboardingOptions } from './onboarding.ts'
import { hostPasskeys } from './passkeys.ts'
import { readHostSettings } from './settings.ts'
import { loadOrCreateSigners } from './test-certificates.ts'

const settings = readHostSettings(process.env)
const { baseUrl } = settings
mkdirSync(settings.dataDirectory, { recursive: true, mode: 0o700 })

const { db, dialect, driver } = await connectHostDatabase(settings)
const keyring = loadHostKeyring(settings)
const signers = await loadOrCreateSigners(settings, keyring)
const walletHttp = settings.demo ? localWalletHttp(settings) : undefined
const modules = [hostPasskeys(settings), risk(), hostCredentials(settings, signers, walletHttp)] as const
await migrate(db, { dialect, modules })
// The models are loaded with the first face.
const verifier = faceVerifier()
const adminDid = settings.demo ? loadOrCreateAdminDid(settings) : undefined
const billfold = createBillfold({
  storage: kyselyStorage(db, { dialect, ...driver }),
  keyring,
  modules,
  logger,
  notifier,
  issuer: baseUrl,
  authentication: {
    publicUrl: `${baseUrl}/walletapi`,
    verifier,
    // The first face loads the models, which takes long on a small machine.
    verifierLimits: { timeoutMs: 60_000 },
    page: { returnOrigins: [baseUrl] },
  },
  onboarding: onboardingOptions(settings),
  payments: {
    // For the console: its invented people count as verified, and have money to spend. A real host leaves both out, and
    // gives a `notifier`, which sends each user a code.
    ...(settings.demo && { contactVerification: 'host', openingGrant: '0.25' }),
  },
  custody: custodyOptions(settings),
  dids: { adminDids: adminDid === undefined ? [] : [adminDid.did], registries: createDidRegistries(settings) },
})
await billfold.credentials.ready()
const app = settings.framework === 'koa' ? createKoaApp(billfold) : createExpressApp(billfold)

// Console for trying Billfold out. A real host needs only `createServer(app).listen(…)`.
const demo = adminDid && (await startDemo(app, { billfold, settings, adminDid, shop: createShop(settings, signers) }))

const server = createServer(demo?.handler ?? app).listen(settings.port, settings.host, () => {
  console.log(`Billfold is ready at ${demo?.url ?? baseUrl} (${settings.framework}, ${dialect})`)
})

const maintenance = setInterval(
  () => {
    billfold.maintain().catch((error: unknown) => logger.error({ error }, 'maintenance failed'))
  },
  5 * 60 * 1000,
)

const delivery = setInterval(() => {
  billfold.deliver().catch((error: unknown) => logger.error({ error }, 'delivery failed'))
}, 5_000)

/** Completes open requests, then closes the database and the verifier. */
function stop(): void {
  clearInterval(maintenance)
  clearInterval(delivery)
  server.close(() => void Promise.all([db.destroy(), verifier.close()]))
  server.closeIdleConnections()
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)

import { createServer } from 'node:http'
import { mkdirSync } from 'node:fs'
import { createBillfold } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { faceVerifier } from '@billfold/verifier-face'
import { openDatabase } from './database.ts'
import { demoAdminDid } from './demo/credentials.ts'
import { startDemo } from './demo/index.ts'
import { didRegistries } from './did-registries.ts'
import { expressApp } from './express-app.ts'
import { hostKeyring } from './keyring.ts'
import { koaApp } from './koa-app.ts'
import { logger } from './logger.ts'
import { onboardingOptions } from './onboarding.ts'
import { readSettings } from './settings.ts'

const settings = readSettings(process.env)
const { baseUrl } = settings
mkdirSync(settings.dataDirectory, { recursive: true, mode: 0o700 })

const { db, dialect, driver } = await openDatabase(settings)
await migrate(db, { dialect })
// The models are loaded with the first face.
const verifier = faceVerifier()
const adminDid = settings.demo ? demoAdminDid(settings) : undefined
const billfold = createBillfold({
  storage: kyselyStorage(db, { dialect, ...driver }),
  keyring: hostKeyring(settings),
  logger,
  issuer: baseUrl,
  authentication: { publicUrl: `${baseUrl}/walletapi`, verifier, page: { returnOrigins: [baseUrl] } },
  onboarding: onboardingOptions(settings),
  dids: { adminDids: adminDid === undefined ? [] : [adminDid.did], registries: didRegistries(settings) },
})
const app = settings.framework === 'koa' ? koaApp(billfold) : expressApp(billfold)

// Console for trying Billfold out. A real host needs only `createServer(app).listen(…)`.
const demo = adminDid && (await startDemo(app, { billfold, settings, adminDid }))

const server = createServer(demo?.handler ?? app).listen(settings.port, settings.host, () => {
  console.log(`Billfold is ready at ${demo?.url ?? baseUrl} (${settings.framework}, ${dialect})`)
})

const maintenance = setInterval(
  () => {
    billfold.maintain().catch((error: unknown) => logger.error({ error }, 'maintenance failed'))
  },
  5 * 60 * 1000,
)

/** Completes open requests, then closes the database and the verifier. */
function stop(): void {
  clearInterval(maintenance)
  server.close(() => void Promise.all([db.destroy(), verifier.close()]))
  server.closeIdleConnections()
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)

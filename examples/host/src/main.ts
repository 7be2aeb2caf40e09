import { createServer } from 'node:http'
import { mkdirSync } from 'node:fs'
import { createBillfold } from '@billfold/core'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { expressApp } from './express-app.ts'
import { koaApp } from './koa-app.ts'
import { openDatabase } from './database.ts'
import { demoAdminDid, demoCredentials } from './demo-credentials.ts'
import { didRegistries } from './did-registries.ts'
import { hostKeyring } from './keyring.ts'
import { logger } from './logger.ts'
import { onboardingOptions } from './onboarding.ts'
import { readSettings } from './settings.ts'

const settings = readSettings(process.env)
mkdirSync(settings.dataDirectory, { recursive: true, mode: 0o700 })

const { db, dialect, driver } = await openDatabase(settings)
await migrate(db, { dialect })
const storage = kyselyStorage(db, { dialect, ...driver })
const adminDid = demoAdminDid(settings)
const billfold = createBillfold({
  storage,
  keyring: hostKeyring(settings),
  logger,
  issuer: settings.baseUrl,
  onboarding: onboardingOptions(settings),
  authentication: { publicUrl: `${settings.baseUrl}/walletapi` },
  dids: { adminDids: [adminDid.did], registries: didRegistries(settings) },
})
await demoCredentials(billfold, settings, adminDid)

const handler = settings.framework === 'koa' ? koaApp(billfold, settings) : expressApp(billfold, settings)
const server = createServer(handler).listen(settings.port, settings.host, () => {
  console.log(`Billfold is ready at ${settings.baseUrl} (${settings.framework}, ${dialect})`)
})

const tidy = setInterval(
  () => {
    billfold.maintain().catch((error: unknown) => logger.error({ error }, 'maintenance failed'))
  },
  5 * 60 * 1000,
)

/** Answers what has begun, then lets go of the database. */
function stop(): void {
  clearInterval(tidy)
  server.close(() => void db.destroy())
  server.closeIdleConnections()
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)

import type { RequestListener } from 'node:http'
import { createBillfold, localKeyring, newKey } from '@billfold/core'
import { expressRouter } from '@billfold/express-adapter'
import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import express from 'express'
import { loginDatabase } from './login-database.ts'

const unlimited = { allowed: true, retryAfterSeconds: 1 }

/** Wallet login as a host mounts it, without the rate limit by source address. */
export async function billfoldLogin(): Promise<RequestListener> {
  const { kysely } = loginDatabase()
  await migrate(kysely, { dialect: 'sqlite' })
  const billfold = createBillfold({
    storage: kyselyStorage(kysely, { dialect: 'sqlite' }),
    keyring: localKeyring({ keys: { k1: newKey() }, currentKeyId: 'k1' }),
    // All logins come from one address, and the bare route has no rate limit either.
    rateLimiter: { consume: async () => unlimited, peek: async () => unlimited },
  })
  return express().disable('etag').disable('x-powered-by').use(expressRouter(billfold.onboarding))
}

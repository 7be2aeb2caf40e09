import { createHash, createHmac, createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { secp256k1 } from '@billfold/core/crypto'
import { migrate } from '@billfold/storage-kysely'
import express from 'express'
import { jwtVerify, SignJWT } from 'jose'
import { type Kysely, sql } from 'kysely'
import { addr } from 'micro-eth-signer'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { z } from 'zod'
import { loginDatabase } from './login-database.ts'

const key = createSecretKey(randomBytes(32))
const blindIndexKey = randomBytes(32)
const body = z.object({ signature: z.string().regex(/^0x[0-9a-f]{128}(?:0[01]|1[bc])$/i) })
const claims = z.object({ nonce: z.string(), sub: z.string(), exp: z.number() })

async function token(
  type: string,
  subject: string,
  seconds: number,
  claimsToAdd: Record<string, string>,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT(claimsToAdd)
    .setProtectedHeader({ alg: 'HS256', typ: type, kid: 'k1' })
    .setIssuer('bare')
    .setSubject(subject)
    .setAudience('onboarding')
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setNotBefore(now - 5)
    .setExpirationTime(now + seconds)
    .sign(key)
}

/** Recovers the public key of a `personal_sign` signature. */
function recoverSigner(nonce: string, signature: string): Uint8Array {
  const bytes = Buffer.from(signature.slice(2), 'hex')
  const hash = keccak_256(Buffer.from(`\x19Ethereum Signed Message:\n${nonce.length}${nonce}`))
  return secp256k1.recoverPublicKey(hash, {
    r: bytes.subarray(0, 32),
    s: bytes.subarray(32, 64),
    recovery: (bytes[64] ?? 0) % 27,
  })
}

/** Runs the statements of a login in one transaction: batch id, nonce, audit record. */
async function consumeNonce(kysely: Kysely<unknown>, nonce: string, expiresAt: number, subject: string): Promise<void> {
  const nonceHash = createHash('sha256').update(nonce).digest('base64url')
  const now = Date.now()
  await kysely.transaction().execute(async (transaction) => {
    await sql`insert into billfold_applied_batches (id, committed_at) values (${randomUUID()}, ${now})`.execute(
      transaction,
    )
    await sql`insert into billfold_consumed_nonces (id, expires_at) values (${nonceHash}, ${expiresAt})`.execute(
      transaction,
    )
    await sql`insert into billfold_audit_records (id, tenant, at, action, actor, subject, detail)
      values (${randomUUID()}, 'default', ${now}, 'wallet.logged-in', ${subject}, ${subject}, null)`.execute(
      transaction,
    )
  })
}

/** Handwritten wallet login. */
export async function bareLogin(): Promise<RequestListener> {
  const { kysely } = loginDatabase()
  await migrate(kysely, { dialect: 'sqlite' })
  const app = express().disable('etag').disable('x-powered-by')
  app.get('/auth/challenge', async (request, response) => {
    const nonce = randomBytes(32).toString('hex')
    const jwt = await token('challenge+jwt', request.ip ?? '', 300, { nonce, challenge: nonce })
    response.set('cache-control', 'no-store').json({ jwt })
  })
  app.post('/auth/challenge', express.json({ limit: 32_768 }), async (request, response) => {
    const parsed = body.safeParse(request.body)
    const bearer = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (!parsed.success || bearer === undefined) return void response.status(400).json({})
    const requirements = { algorithms: ['HS256'], typ: 'challenge+jwt', issuer: 'bare', audience: 'onboarding' }
    const { payload } = await jwtVerify(bearer, key, requirements)
    const { nonce, sub, exp } = claims.parse(payload)
    if (sub !== request.ip) return void response.status(401).json({})
    const publicKey = recoverSigner(nonce, parsed.data.signature)
    const wallet = Buffer.from(publicKey.subarray(1)).toString('hex')
    const jwt = await token('wallet+jwt', wallet, 3600, { wallet: addr.fromPublicKey(publicKey).toLowerCase() })
    await consumeNonce(
      kysely,
      nonce,
      exp * 1000,
      createHmac('sha256', blindIndexKey).update(wallet).digest('base64url'),
    )
    response.set('cache-control', 'no-store').json({ jwt })
  })
  return app
}

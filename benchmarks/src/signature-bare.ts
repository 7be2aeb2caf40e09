import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { hashMessage, SigningKey } from 'ethers'
import express from 'express'
import pg from 'pg'
import { z } from 'zod'
import type { ServedApi } from './serve-compared.ts'
import { decrypt, encrypt, openMethod, type SealedMethod, sealMethod } from './signature-bare-crypto.ts'
import { pincode as usersPin, type SignatureCaller } from './signature-caller.ts'

const tables = `
  create table service_keys (id uuid primary key, secret_hash bytea not null, scopes text not null, revoked_at bigint);
  create table methods (
    id uuid primary key, user_id uuid not null unique, version integer not null default 1, remaining integer not null default 10,
    last_attempt uuid, last_used_at bigint, salt bytea not null, sealed_private_key bytea not null, ephemeral_key bytea not null,
    sealed_secret bytea not null
  );
  create table wallets (
    id uuid primary key, user_id uuid not null, secret_type text not null, sealed_key bytea not null, archived_at bigint
  );
  create table audit_records (
    id uuid primary key, at bigint not null, action text not null, actor text not null, subject text not null, detail text
  );
`

const body = z.object({
  pincode: z.string().regex(/^\d{4,20}$/),
  signatureRequest: z.object({
    type: z.literal('MESSAGE'),
    secretType: z.literal('ETHEREUM'),
    walletId: z.uuid(),
    data: z.string().max(65_536),
  }),
})

/**
 * A handwritten signature with the guarantees of the custody API: an attempt is counted before the PIN is checked, the key is
 * sealed under the PIN, and the attempt is refunded together with the audit record, if nothing has changed.
 */
export async function bareSignatures(url: string, count: number): Promise<ServedApi<SignatureCaller>> {
  const pool = new pg.Pool({ connectionString: url })
  await pool.query(tables)
  const app = express().disable('etag').disable('x-powered-by')
  app.post('/api/signatures', express.json({ limit: '1mb' }), async (request, response) => {
    const caller = await authenticate(pool, request.get('authorization') ?? '')
    const { pincode, signatureRequest } = body.parse(request.body)
    const signature = await sign(pool, caller, pincode, signatureRequest)
    response.set('cache-control', 'no-store').json({ success: true, result: { type: 'HEX_SIGNATURE', signature } })
  })
  return { listener: app, prepare: () => createCaller(pool, count) }
}

/** Runs a statement that is prepared once per connection, and returns its first row. */
async function first<Row extends pg.QueryResultRow>(
  db: pg.Pool | pg.PoolClient,
  name: string,
  text: string,
  values: readonly unknown[],
): Promise<Row> {
  const [row] = (await db.query<Row>({ name, text, values: [...values] })).rows
  if (row === undefined) throw new Error(`${name} failed`)
  return row
}

async function authenticate(pool: pg.Pool, authorization: string): Promise<string> {
  const [id, secret = ''] = Buffer.from(authorization.slice('Basic '.length), 'base64').toString().split(':')
  const text = 'select secret_hash, scopes from service_keys where id = $1 and revoked_at is null'
  const key = await first<{ secret_hash: Buffer; scopes: string }>(pool, 'service key', text, [id])
  const isValid = timingSafeEqual(createHash('sha256').update(secret).digest(), key.secret_hash)
  if (!isValid || !key.scopes.split(' ').includes('custody')) throw new Error('unauthenticated')
  return id ?? ''
}

interface Method extends SealedMethod {
  readonly id: string
  readonly version: number
}

async function sign(
  pool: pg.Pool,
  caller: string,
  pin: string,
  { walletId, data }: z.output<typeof body>['signatureRequest'],
): Promise<string> {
  const findWallet = 'select user_id, sealed_key from wallets where id = $1 and archived_at is null'
  const wallet = await first<{ user_id: string; sealed_key: Buffer }>(pool, 'wallet', findWallet, [walletId])
  const attempt = randomUUID()
  const countAttempt = `update methods set remaining = remaining - 1, last_attempt = $2
    where user_id = $1 and remaining > 0 returning *`
  const method = await first<Method>(pool, 'attempt', countAttempt, [wallet.user_id, attempt])
  const key = decrypt(await openMethod(pin, method), wallet.sealed_key)
  const { serialized } = new SigningKey(key).sign(hashMessage(data))
  await recordSignature(pool, { caller, walletId, method, attempt })
  return serialized
}

interface SignatureRecord {
  readonly caller: string
  readonly walletId: string
  readonly method: Method
  readonly attempt: string
}

/** Resets the counter and records the signature, unless the wallet or the method has changed. */
async function recordSignature(pool: pg.Pool, { caller, walletId, method, attempt }: SignatureRecord): Promise<void> {
  const now = Date.now()
  const client = await pool.connect()
  try {
    await client.query('begin')
    const isCurrent = 'select 1 from wallets where id = $1 and archived_at is null for update'
    await first(client, 'current wallet', isCurrent, [walletId])
    const reset = `update methods set remaining = 10, last_attempt = null, last_used_at = $4
      where id = $1 and version = $2 and last_attempt = $3 returning 1`
    await first(client, 'reset', reset, [method.id, method.version, attempt, now])
    const audit = 'insert into audit_records values ($1, $2, $3, $4, $5, null) returning 1'
    await first(client, 'audit', audit, [randomUUID(), now, 'wallet.signed', caller, walletId])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

async function createCaller(pool: pg.Pool, count: number): Promise<SignatureCaller> {
  const [id, secret] = [randomUUID(), randomBytes(32).toString('base64url')]
  const hash = createHash('sha256').update(secret).digest()
  await pool.query('insert into service_keys values ($1, $2, $3, null)', [id, hash, 'custody'])
  const wallets: string[] = []
  for (let number = 0; number < count; number++) wallets.push(await createWallet(pool))
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`, wallets }
}

async function createWallet(pool: pg.Pool): Promise<string> {
  const [walletId, userId, secret] = [randomUUID(), randomUUID(), randomBytes(32)]
  const method = await sealMethod(usersPin, secret)
  await pool.query(
    `insert into methods (id, user_id, salt, sealed_private_key, ephemeral_key, sealed_secret)
      values ($1, $2, $3, $4, $5, $6)`,
    [randomUUID(), userId, method.salt, method.sealed_private_key, method.ephemeral_key, method.sealed_secret],
  )
  const sealedKey = encrypt(secret, randomBytes(32))
  await pool.query('insert into wallets values ($1, $2, $3, $4, null)', [walletId, userId, 'ETHEREUM', sealedKey])
  return walletId
}

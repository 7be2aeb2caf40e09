import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { generateEcKey } from '../../formats/generate-ec-key.ts'
import { newId } from '@billfold/core'
import { open, seal } from '@billfold/core/crypto'
import { sealedColumn, type SealedColumn } from '@billfold/core/modules'
import { batch, insert, isCommitError, type RowOf, update } from '@billfold/core/storage'
import type { SealedRow } from '../../sealed-json.ts'
import type { EcJwk } from '../../formats/keys.ts'
import { computeThumbprint, toEcJwk } from '../oauth/embedded-jws.ts'
import type { IssuerContext } from '../settings.ts'
import { credentialKeys } from '../tables.ts'

type KeyRow = RowOf<typeof credentialKeys>

/** A key that wallets encrypt their requests to. */
export interface EncryptionKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: EcJwk
}

const use = 'request-encryption'
const dayMs = 24 * 60 * 60 * 1000
/** How long a key is the current one. */
const rotationMs = 90 * dayMs
/** How long a replaced key is accepted: wallets may have old metadata. */
const overlapMs = 7 * dayMs

const contextOf = ({ id, tenant }: SealedRow) => {
  return { tenant, table: credentialKeys.name, row: id, field: 'sealedPrivateKey' }
}

/** The column with private keys, for re-encryption. */
export const sealedPrivateKeys: SealedColumn = sealedColumn(credentialKeys, 'sealedPrivateKey', contextOf)

/** Returns the current key, and creates it if there is none. Of several processes one creates it. */
export async function getCurrentEncryptionKey(context: IssuerContext): Promise<EncryptionKey> {
  const { services, tenant } = context
  const current = `${tenant} ${use}`
  for (;;) {
    const [row] = await services.storage.find(credentialKeys, { where: { current }, limit: 1 })
    if (row !== undefined) return openKey(context, row)
    try {
      await services.storage.commit(batch(insert(credentialKeys, await createKeyRow(context, current))))
    } catch (error) {
      if (!isCommitError(error)) throw error
    }
  }
}

/** Finds a key that is accepted, by its id; without an id the current one. */
export async function findEncryptionKey(
  context: IssuerContext,
  kid: string | undefined,
): Promise<EncryptionKey | undefined> {
  const { services, tenant } = context
  const rows = await services.storage.find(credentialKeys, {
    where: { tenant, use, notAfter: { gt: services.now() } },
    orderBy: [['id', 'desc']],
    limit: 4,
  })
  for (const row of rows) {
    const key = await openKey(context, row)
    if (key.kid === kid || (kid === undefined && row.current !== null)) return key
  }
  return undefined
}

/** Replaces the current key when it is old. */
export async function rotateEncryptionKey(context: IssuerContext): Promise<void> {
  const { services, tenant } = context
  const now = services.now()
  const where = { current: `${tenant} ${use}`, createdAt: { lt: now - rotationMs } }
  const set = { current: null, state: 'retired', notAfter: now + overlapMs }
  await services.storage.commit(batch(update(credentialKeys, { where, set, expectedRows: 'any' })))
}

async function createKeyRow({ services, tenant }: IssuerContext, current: string): Promise<KeyRow> {
  const privateKey = generateEcKey()
  const key = { id: newId(), tenant }
  const now = services.now()
  const plain = privateKey.export({ type: 'pkcs8', format: 'der' })
  return {
    ...key,
    use,
    sealedPrivateKey: await seal(services.keyring, plain, contextOf(key)),
    publicKey: JSON.stringify(createPublicKey(privateKey).export({ format: 'jwk' })),
    notAfter: now + 10 * rotationMs,
    state: 'current',
    current,
    createdAt: now,
  }
}

async function openKey({ services }: IssuerContext, row: KeyRow): Promise<EncryptionKey> {
  const parsed: unknown = JSON.parse(row.publicKey)
  const publicKey = toEcJwk(parsed)
  if (publicKey === undefined) throw new Error(`The key ${row.id} is not on P-256`)
  const plain = await open(services.keyring, row.sealedPrivateKey, contextOf(row))
  const privateKey = createPrivateKey({ key: Buffer.from(plain), format: 'der', type: 'pkcs8' })
  return { kid: computeThumbprint(publicKey), privateKey, publicKey }
}

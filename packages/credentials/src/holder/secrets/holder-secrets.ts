import { randomBytes } from 'node:crypto'
import { BillfoldError, newId } from '@billfold/core'
import {
  type EncryptionContext,
  generateHpkeKeyPair,
  hpkeOpen,
  hpkeSeal,
  openWithKey,
  sealWithKey,
  timingSafeEqual,
} from '@billfold/core/crypto'
import type { MasterSecret, ReencryptOwnerRows, Services } from '@billfold/core/modules'
import { insert, StaleReadError, update, type Write } from '@billfold/core/storage'
import type { HolderContext } from '../settings.ts'
import { type HolderSecretRow, holderSecrets } from '../tables.ts'

/** An opened secret of a user. */
export interface HolderSecret {
  readonly id: string
  readonly root: Uint8Array
  readonly boxKey: Uint8Array
  readonly publicKey: Uint8Array
  /** The write that stores it, if it is new. Part of the commit that uses it. */
  readonly writes: readonly Write[]
}

/**
 * Opens the current secret of a user, or makes one: after the first credential, and after the master secret was replaced.
 * @throws BillfoldError `sealed.invalid`; StaleReadError
 */
export async function loadCurrentSecret(
  context: HolderContext,
  ownerId: string,
  master: MasterSecret,
): Promise<HolderSecret> {
  const rows = await context.services.storage.find(holderSecrets, {
    where: { ownerId },
    orderBy: [['number', 'desc']],
    limit: 1,
  })
  const [newest] = rows
  if (newest?.isCurrent === true) return openSecret(context, newest, master)
  return createSecret(context, ownerId, master, (newest?.number ?? 0) + 1)
}

/** Opens the secret of an instance. @throws BillfoldError `sealed.invalid`; StaleReadError */
export async function loadSecret(context: HolderContext, id: string, master: MasterSecret): Promise<HolderSecret> {
  const [row] = await context.services.storage.find(holderSecrets, { where: { id }, limit: 1 })
  if (row === undefined) throw new BillfoldError('sealed.invalid')
  return openSecret(context, row, master)
}

/** Finds the public half, to seal what comes without the user. @throws BillfoldError `sealed.invalid` */
export async function getBox(
  { services, tenant }: HolderContext,
  id: string,
): Promise<Pick<HolderSecret, 'id' | 'publicKey'>> {
  const [row] = await services.storage.find(holderSecrets, { where: { id }, limit: 1 })
  if (row === undefined || !timingSafeEqual(row.publicKeyTag, await tagOf(services, tenant, row)))
    throw new BillfoldError('sealed.invalid')
  return row
}

async function openSecret(
  { services, tenant }: HolderContext,
  row: HolderSecretRow,
  master: MasterSecret,
): Promise<HolderSecret> {
  if (row.generation !== master.generation) throw new StaleReadError()
  if (!timingSafeEqual(row.publicKeyTag, await tagOf(services, tenant, row))) throw new BillfoldError('sealed.invalid')
  return {
    id: row.id,
    root: openWithKey(master.bytes, row.sealedRoot, contextOf(row, 'root')),
    boxKey: openWithKey(master.bytes, row.sealedBoxKey, contextOf(row, 'boxKey')),
    publicKey: row.publicKey,
    writes: [],
  }
}

async function createSecret(
  { services, tenant }: HolderContext,
  ownerId: string,
  master: MasterSecret,
  number: number,
): Promise<HolderSecret> {
  const key = { id: newId(), tenant, ownerId }
  const root = randomBytes(32)
  const { publicKey, privateKey: boxKey } = generateHpkeKeyPair()
  const row: HolderSecretRow = {
    ...key,
    number,
    generation: master.generation,
    sealedRoot: sealWithKey(master.bytes, root, contextOf(key, 'root')),
    sealedBoxKey: sealWithKey(master.bytes, boxKey, contextOf(key, 'boxKey')),
    publicKey,
    publicKeyTag: await tagOf(services, tenant, { ...key, publicKey }),
    isCurrent: true,
    createdAt: services.now(),
  }
  return { id: row.id, root, boxKey, publicKey, writes: [insert(holderSecrets, row)] }
}

function tagOf(
  { blindIndex }: Services,
  tenant: string,
  { id, ownerId, publicKey }: Pick<HolderSecretRow, 'id' | 'ownerId' | 'publicKey'>,
): Promise<string> {
  return blindIndex.hash('holder box key', tenant, `${ownerId} ${id} ${Buffer.from(publicKey).toString('hex')}`)
}

function contextOf({ tenant, id }: { readonly tenant: string; readonly id: string }, field: string): EncryptionContext {
  return { tenant, table: holderSecrets.name, row: id, field }
}

/** Seals the rows of an owner under the next master secret. What comes later gets a new row, which an old copy does not open. */
export const reencryptHolderSecrets: ReencryptOwnerRows = async (storage, ownerId, old, next) => {
  const rows = await storage.find(holderSecrets, { where: { ownerId } })
  return rows.map((row) => {
    if (row.generation !== old.generation) throw new StaleReadError()
    const sealNext = (sealed: Uint8Array, field: string): Uint8Array =>
      sealWithKey(next.bytes, openWithKey(old.bytes, sealed, contextOf(row, field)), contextOf(row, field))
    return update(holderSecrets, {
      where: { id: row.id, generation: old.generation },
      set: {
        generation: next.generation,
        sealedRoot: sealNext(row.sealedRoot, 'root'),
        sealedBoxKey: sealNext(row.sealedBoxKey, 'boxKey'),
        isCurrent: false,
      },
    })
  })
}

/** Where an instance is stored, which its sealed credential is bound to. */
export interface InstancePlace {
  readonly tenant: string
  readonly id: string
  readonly credentialId: string
}

/** Seals a credential to the key of a secret (HPKE). Neither the database nor the keyring opens it. */
export function sealInstance(publicKey: Uint8Array, place: InstancePlace, text: string): Uint8Array {
  return hpkeSeal(publicKey, new TextEncoder().encode(text), parametersOf(place))
}

/** Opens a credential. @throws BillfoldError `sealed.invalid` */
export function openInstance(boxKey: Uint8Array, place: InstancePlace, sealed: Uint8Array): string {
  return new TextDecoder().decode(hpkeOpen(boxKey, sealed, parametersOf(place)))
}

function parametersOf({ tenant, id, credentialId }: InstancePlace) {
  const info = new TextEncoder().encode(JSON.stringify(['billfold held credential', tenant, credentialId, id]))
  return { info, aad: new Uint8Array() }
}

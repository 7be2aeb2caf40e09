import { Wallet } from 'ethers'
import { generatePrivateKey } from 'viem/accounts'
import { beforeEach, expect, test } from 'vitest'
import { createUsersApi } from '../../identity/users/api.ts'
import { type ControlsDid, findControlledDid } from '../../identity/users/did-control.ts'
import { findEnrolments } from '../../identity/users/find-enrolments.ts'
import { secp256k1 } from '../../kernel/crypto/index.ts'
import type { CustodyServices } from '../../custody/services.ts'
import { embeddedRegistry } from '../../dids/registries/index.ts'
import { auditRecords } from '../../platform/audit/tables.ts'
import { outcomeCode } from '../../test-fixtures/outcome-code.ts'
import { testServices } from '../../test-fixtures/services.ts'
import { databaseBlobs } from '../blobs/index.ts'
import {
  createControlsDid,
  type DidKeyResolver,
  registryDidKeyResolver,
  toExternalWallet,
} from '../wallet-login/index.ts'
import { createWalletUser } from './create-user.ts'
import { defaultFileLimits } from './file-settings.ts'
import { findWalletUserId } from './wallet-actor.ts'

const tenant = 't'
const registry = embeddedRegistry({ networks: ['local'] })

let services: CustodyServices
let resolveDidKeys: DidKeyResolver
let controlsDid: ControlsDid
let lookups: number
let old: Wallet
let next: Wallet
let did: string

beforeEach(() => {
  services = testServices()
  old = new Wallet(generatePrivateKey())
  next = new Wallet(generatePrivateKey())
  did = `did:ethr:local:${old.address}`
  lookups = 0
  const resolve = registryDidKeyResolver(services, [registry], async () => undefined)
  resolveDidKeys = (wanted, of) => {
    lookups += 1
    return resolve(wanted, of)
  }
  controlsDid = createControlsDid(services, resolveDidKeys)
})

const toWallet = (wallet: Wallet, claimed?: string) =>
  toExternalWallet(Buffer.from(wallet.signingKey.publicKey.slice(2), 'hex'), claimed)

const register = (wallet: Wallet, claimed?: string): Promise<string> =>
  createWalletUser(
    services,
    { files: { ...defaultFileLimits, blobs: databaseBlobs(services.storage) }, login: { resolveDidKeys } },
    { tenant, id: 'wallet', wallet: toWallet(wallet, claimed) },
    { attributes: [] },
    { staged: [], referenced: [] },
  )

/** Transfers the DID of the old wallet to the next. */
async function transferDid(): Promise<void> {
  const change = { kind: 'owner', newOwner: next.address.toLowerCase() } as const
  const prepared = await registry.prepare(services, tenant, old.address.toLowerCase(), change)
  const signature = secp256k1.sign(prepared.digest, Buffer.from(old.privateKey.slice(2), 'hex'))
  await registry.submit(services, { tenant, id: 'test' }, 'transfer', prepared, signature)
}

const isEnrolled = async (): Promise<boolean> =>
  (await findEnrolments(services, tenant, [{ did }], controlsDid)).length === 1
const findUser = async () => (await findControlledDid(services, controlsDid, tenant, did))?.userId
const users = () => createUsersApi(services, [], () => ({ tenant, id: 'host' }), [], controlsDid)

test('a DID names its user until it is transferred, and nobody then', async () => {
  const first = await register(old, did)
  expect([await isEnrolled(), await findUser()]).toEqual([true, first])
  expect(await users().find({ kind: 'did', value: did })).toEqual({ id: first, verifiedBy: 'signature' })
  await transferDid()
  expect([await isEnrolled(), await findUser()]).toEqual([false, undefined])
  expect(await users().find({ kind: 'did', value: did })).toEqual({ id: first, verifiedBy: null })
  expect(await findEnrolments(services, tenant, [{ did, publicKey: toWallet(old).publicKey }], controlsDid)).toEqual([])
})

test('the new owner of a DID takes it over at registration, which is audited for the old one', async () => {
  const first = await register(old, did)
  expect(await outcomeCode(register(next, did))).toBe('login.failed')
  await transferDid()
  const second = await register(next, did)
  expect([await isEnrolled(), await findUser()]).toEqual([true, second])
  expect(await findWalletUserId(services, { tenant, wallet: toWallet(old) })).toBe(first)
  const where = { tenant, subject: first, action: 'user.did-transferred' }
  expect(await services.storage.find(auditRecords, { where })).toHaveLength(1)
})

test('of concurrent registrations with a DID that was transferred, one takes it over', async () => {
  await register(old, did)
  await transferDid()
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => outcomeCode(register(next, did))))
  expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1)
  expect(outcomes.filter((outcome) => outcome === 'user.exists')).toHaveLength(4)
})

test('a wallet that lost its DID since it logged in cannot register with it', async () => {
  await transferDid()
  expect(await outcomeCode(register(old, did))).toBe('login.failed')
})

test('a DID in lower case, with a checksum or with the method did:eth is one identifier of one user', async () => {
  const first = await register(old, did)
  for (const written of [did.toLowerCase(), did, did.replace('did:ethr', 'did:eth')]) {
    expect(await users().find({ kind: 'did', value: written })).toEqual({ id: first, verifiedBy: 'signature' })
    expect(await findEnrolments(services, tenant, [{ did: written }], controlsDid)).toMatchObject([{ did: written }])
  }
  expect(await users().find({ kind: 'did', value: 'did:web:Example.com' })).toBeUndefined()
})

test('a lookup of many DIDs reads the registry for those of users only', async () => {
  await register(old, did)
  lookups = 0
  const others = Array.from({ length: 500 }, (_, index) => ({
    did: `did:ethr:local:0x${String(index).padStart(40, '0')}`,
  }))
  await findEnrolments(services, tenant, [...others, { did }, { did: did.toLowerCase() }], controlsDid)
  expect(lookups).toBe(1)
})

import { kyselyStorage, migrate } from '@billfold/storage-kysely'
import { listTestDatabases } from '@billfold/test-databases'
import { createTestUser } from '@billfold/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  ada,
  createIssuerHost,
  createTestPki,
  identity,
  type IssuerHost,
  membership,
  publicUrl,
  testKeyring,
} from '../test-fixtures/issuer-host.ts'
import {
  createWalletClient,
  consentOf,
  createWalletKey,
  credentialsOf,
  findCode,
  preAuthorizedGrant,
  sha256,
  signDpop,
  signProof,
  tokenOf,
  type WalletClient,
  type WireReply,
} from '../test-fixtures/wallet-client.ts'
import { credentials } from '../credentials.ts'
import { credentialType } from './types/credential-type.ts'
import { claimsOf } from './types/dataset-source.ts'
import type { Storage } from '@billfold/core'

const rounds = 5
const redirectUri = 'https://wallet.example.com/back'
const clients = [{ clientId: 'wallet', redirectUris: [redirectUri] }]
const late = credentialType({
  id: 'late',
  claims: z.object({ level: z.string() }),
  sdJwt: { vct: 'urn:example:late:1' },
  from: claimsOf<{ level: string }>(() => sourced, { mayDefer: true }),
})
const types = [identity, membership, late]
let sourced: { level: string } | 'later' = 'later'
let loggedIn = ''
const authorize = () => ({ userId: loggedIn })

describe.each(await listTestDatabases())('an issuer in two processes on $name', (database) => {
  const hosts: IssuerHost[] = []
  const wallets: WalletClient[] = []
  const storages: Storage[] = []
  let drop: () => Promise<void> = async () => {}

  beforeAll(async () => {
    const { signer } = await createTestPki()
    const { dialect } = database
    const fresh = await database.create()
    drop = fresh.drop
    const keyring = testKeyring()
    const modules = [credentials({ issuer: { publicUrl, types: [identity, membership], signer } })] as const
    for (const db of [fresh.connect(), fresh.connect()]) {
      await migrate(db, { dialect, modules })
      const storage = kyselyStorage(db, { dialect })
      await storage.verify({ modules })
      storages.push(storage)
      hosts.push(createIssuerHost(signer, { storage, keyring, issuer: { types, authorize, clients } }))
    }
    for (const host of hosts) wallets.push(await createWalletClient(host.credentials.issuer, publicUrl))
  })
  afterAll(() => drop())

  const at = <T>(list: readonly T[], index: number): T => {
    const one = list[index % list.length]
    if (one === undefined) throw new Error('nothing was started')
    return one
  }
  const fourTimes = <T>(operation: (index: number) => Promise<T>): Promise<T[]> =>
    Promise.all([0, 1, 2, 3].map(operation))
  const offer = async (index: number, input: object = {}) =>
    at(hosts, index).credentials.issuer.offer(identity, { claims: ada, ...input })
  const errors = (replies: readonly WireReply[]) =>
    replies.map(({ status, body }) => `${status} ${String(body['error'])}`).toSorted()

  test('redeem each offer once, of four attempts at once', async () => {
    for (let round = 0; round < rounds; round++) {
      const { uri } = await offer(round)
      const code = await findCode(at(wallets, round).send, uri)
      const replies = await fourTimes(async (index) => {
        const { send } = at(wallets, index)
        const dpop = await signDpop(await createWalletKey(), `${publicUrl}/token`)
        return send('/token', {
          headers: { dpop },
          form: { grant_type: preAuthorizedGrant, 'pre-authorized_code': code },
        })
      })
      expect(errors(replies)).toEqual(['200 undefined', ...Array(3).fill('400 invalid_grant')])
    }
  })

  test('take a nonce of one process at the other, once', async () => {
    for (let round = 0; round < rounds; round++) {
      const wallet = at(wallets, 0)
      const token = tokenOf(await wallet.redeem((await offer(0)).uri))
      const nonce = await at(wallets, 1).nonce()
      const replies = await fourTimes(async (index) => {
        const jwt = [await signProof(await createWalletKey(), { aud: publicUrl, nonce })]
        const dpop = await signDpop(wallet.key, `${publicUrl}/credential`, { token })
        return at(wallets, index).send('/credential', {
          headers: { authorization: `DPoP ${token}`, dpop },
          json: { credential_configuration_id: 'identity.sd-jwt', proofs: { jwt } },
        })
      })
      expect(errors(replies)).toEqual(['200 undefined', ...Array(3).fill('400 invalid_nonce')])
    }
  })

  test('issue one instance for a key, of four requests at once', async () => {
    const wallet = at(wallets, 0)
    const token = tokenOf(await wallet.redeem((await offer(0)).uri))
    const key = await createWalletKey()
    const replies = await fourTimes(async (index) => {
      const jwt = [await signProof(key, { aud: publicUrl, nonce: await at(wallets, index).nonce() })]
      const dpop = await signDpop(wallet.key, `${publicUrl}/credential`, { token })
      return at(wallets, index).send('/credential', {
        headers: { authorization: `DPoP ${token}`, dpop },
        json: { credential_configuration_id: 'identity.sd-jwt', proofs: { jwt } },
      })
    })
    expect(errors(replies)).toEqual(['200 undefined', ...Array(3).fill('400 invalid_proof')])
  })

  test('count wrong transaction codes of both, and never take more than five', async () => {
    const { uri, txCode = '' } = await offer(0, { txCode: true })
    const code = await findCode(at(wallets, 0).send, uri)
    const guess = async (index: number, tx_code: string) =>
      at(wallets, index).send('/token', {
        headers: { dpop: await signDpop(await createWalletKey(), `${publicUrl}/token`) },
        form: { grant_type: preAuthorizedGrant, 'pre-authorized_code': code, tx_code },
      })
    await Promise.all(Array.from({ length: 12 }, (_, index) => guess(index, `wrong${index}`)))
    expect(errors([await guess(0, txCode)])).toEqual(['400 invalid_grant'])
  })

  test('give every instance an index of its own, whatever the number of requests at once', async () => {
    const issued = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const wallet = at(wallets, index)
        const token = tokenOf(await wallet.redeem((await offer(index)).uri))
        return credentialsOf(await wallet.request(token, 'identity.sd-jwt', 3))
      }),
    )
    const places = issued.flat().map((text) => {
      const payload: unknown = JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString())
      return JSON.stringify(typeof payload === 'object' && payload !== null && Reflect.get(payload, 'status'))
    })
    expect(new Set(places).size).toBe(24)
  })

  test('issue a credential that came later once, of four polls at once', async () => {
    const userId = await createTestUser(at(storages, 0))
    for (let round = 0; round < rounds; round++) {
      sourced = 'later'
      const wallet = at(wallets, 0)
      const { uri } = await at(hosts, 0).credentials.issuer.offer(late, { subject: { userId } })
      const token = tokenOf(await wallet.redeem(uri))
      const { body } = await wallet.request(token, 'late.sd-jwt')
      sourced = { level: 'gold' }
      const replies = await fourTimes(async (index) => {
        const dpop = await signDpop(wallet.key, `${publicUrl}/deferred_credential`, { token })
        return at(wallets, index).send('/deferred_credential', {
          headers: { authorization: `DPoP ${token}`, dpop },
          json: { transaction_id: body['transaction_id'] },
        })
      })
      expect(errors(replies)).toEqual(['200 undefined', ...Array(3).fill('400 invalid_transaction_id')])
    }
  })

  test('show a pushed request to one browser, and redeem its code once', async () => {
    sourced = { level: 'gold' }
    loggedIn = await createTestUser(at(storages, 0))
    const codeVerifier = 'v'.repeat(43)
    for (let round = 0; round < rounds; round++) {
      const { key, send } = at(wallets, round)
      const pushed = await send('/par', {
        headers: { dpop: await signDpop(key, `${publicUrl}/par`) },
        form: {
          client_id: 'wallet',
          response_type: 'code',
          redirect_uri: redirectUri,
          code_challenge: sha256(codeVerifier),
          code_challenge_method: 'S256',
          scope: 'late.sd-jwt',
        },
      })
      const request_uri = String(pushed.body['request_uri'])
      const query = new URLSearchParams({ client_id: 'wallet', request_uri }).toString()
      const pages = await fourTimes((index) => at(wallets, index).send(`/authorize?${query}`, { method: 'GET' }))
      const shown = pages.filter(({ status }) => status === 200)
      expect(shown).toHaveLength(1)
      const cookie = String(shown[0]?.headers['set-cookie']).split(';', 1)[0] ?? ''
      const form = { request_uri, consent: shown.map(consentOf).join(''), decision: 'allow' }
      const decided = await fourTimes((index) => at(wallets, index).send('/authorize', { headers: { cookie }, form }))
      const [back] = decided.filter(({ status }) => status === 303)
      expect(decided.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 400, 400, 400])
      const code = new URL(String(back?.headers['location'])).searchParams.get('code') ?? ''
      const replies = await fourTimes(async (index) =>
        at(wallets, index).send('/token', {
          headers: { dpop: await signDpop(key, `${publicUrl}/token`) },
          form: { grant_type: 'authorization_code', client_id: 'wallet', code, code_verifier: codeVerifier },
        }),
      )
      expect(errors(replies)).toEqual(['200 undefined', ...Array(3).fill('400 invalid_grant')])
    }
  })

  test('revoke what is issued while its user is erased', async () => {
    for (let round = 0; round < 3; round++) {
      const userId = await createTestUser(at(storages, 0))
      const wallet = at(wallets, 0)
      const token = tokenOf(await wallet.redeem((await offer(0, { subject: { userId } })).uri))
      await Promise.all([wallet.request(token, 'identity.sd-jwt', 3), at(hosts, 1).users.erase(userId)])
      const left = await at(hosts, 0).credentials.issuer.list({ userId })
      expect(left).toEqual([])
    }
  })
})

import { computeAddress, SigningKey } from 'ethers'
import { describe, expect, it } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { createDidClient } from './did-client.ts'
import { createExternalKey, type DidHost } from './did-host.ts'

const configure = 'POST /wallet/configure'
const rename = 'POST /wallet/rename'
const remove = 'DELETE /wallet'

/** The suite of the DID API over HTTP. */
export function didSuite(client: MountedClient, host: () => DidHost): void {
  const { call, callWithKey, callAsWallet, createWallet } = createDidClient(client, () => host().authorization)

  it('creates a wallet with a plain key and its DID as alias', async () => {
    const made = await createWallet()
    expect(made).toEqual({
      _id: expect.any(String),
      alias: made.did,
      isHDWallet: false,
      publicKeyHex: expect.stringMatching(/^04[0-9a-f]{128}$/),
      ethereumAddress: computeAddress(`0x${made.publicKeyHex}`),
      did: `did:spherity:${made.ethereumAddress.toLowerCase()}`,
      didMethod: 'spherity',
      created: new Date(made.created).toISOString(),
    })
  })

  it('creates wallets in a vault with consecutive indices and compressed keys', async () => {
    const { body } = await call('POST', '/vault', { kind: 'BIP44' })
    const vaultId = body.vault._id
    const first = await createWallet({ vaultId, alias: `first ${vaultId}` }, { didMethod: 'spherity' })
    const second = await createWallet({ vaultId })
    expect([first.index, second.index]).toEqual([0, 1])
    expect(first).toMatchObject({ vaultId, isHDWallet: true, didMethod: 'spherity', alias: `first ${vaultId}` })
    expect(first.publicKeyHex).toMatch(/^0x0[23][0-9a-f]{64}$/)
    expect(first.ethereumAddress).toBe(computeAddress(first.publicKeyHex))
    expect((await call('GET', `/wallets?vaultId=${vaultId}`)).body).toEqual({ wallets: [first, second] })
  })

  it('finds wallets by DID and alias, and lists them by page', async () => {
    const one = await createWallet({ alias: `one ${Math.random()}` })
    const other = await createWallet()
    expect((await call('GET', `/wallets?did=${one.did}`)).body).toEqual({ wallets: [one] })
    expect((await call('GET', `/wallets?alias=${encodeURIComponent(one.alias)}`)).body).toEqual({ wallets: [one] })
    expect((await call('GET', `/wallets?alias=nobody`)).body).toEqual({ wallets: [] })
    const seen: string[] = []
    for (let after: string | undefined = ''; after !== undefined; ) {
      const { body } = await call('GET', `/wallets?limit=2${after === '' ? '' : `&after=${after}`}`)
      seen.push(...body.wallets.map(({ _id }: { _id: string }) => _id))
      after = body.next
    }
    expect(seen).toEqual([...new Set(seen)].sort())
    expect(seen).toEqual(expect.arrayContaining([one._id, other._id]))
    expect((await call('GET', '/wallets')).body.wallets.map(({ _id }: { _id: string }) => _id)).toEqual(seen)
  })

  it('updates a wallet on creation, with the owner change last', async () => {
    const owner = createExternalKey()
    const { status, body } = await call('POST', '/wallet', {
      wallet: {},
      walletConfig: {
        didMethod: 'spherity',
        txsInput: [
          { newOwner: owner.did },
          { service: { name: 'Agent', value: 'https://agent.example/ü', validity: 0 } },
          { delegate: { validity: 0 } },
        ],
      },
    })
    expect(status).toBe(200)
    const { did } = body.wallet
    expect(body.steps.map(({ kind, state }: { kind: string; state: string }) => [kind, state])).toEqual([
      ['service', 'mined'],
      ['delegate', 'mined'],
      ['owner', 'mined'],
    ])
    const resolved = await call('GET', `/1.0/identifiers/${did}`)
    expect(resolved.body.didDocument.service).toEqual([
      { id: `${did}#service-1`, type: 'Agent', serviceEndpoint: 'https://agent.example/ü' },
    ])
    const accounts = resolved.body.didDocument.verificationMethod.map(
      ({ blockchainAccountId }: { blockchainAccountId: string }) => blockchainAccountId.toLowerCase(),
    )
    expect(accounts).toEqual([`eip155:1:${owner.address}`, `eip155:1:${body.steps[1].address}`])
    const delegateWallets = (await call('GET', `/wallets?did=did:spherity:${body.steps[1].address}`)).body.wallets
    expect(delegateWallets, 'the key of the delegate is held as a wallet of its own').toHaveLength(1)
  })

  it('accepts a single txsInput entry instead of a list', async () => {
    const made = await createWallet({}, { txsInput: { service: { name: 'One', value: 'x' } } })
    const { body } = await call('GET', `/1.0/identifiers/${made.did}`)
    expect(body.didDocument.service).toHaveLength(1)
  })

  it('updates a wallet for its controller, and repeats nothing', async () => {
    const made = await createWallet()
    const request = {
      wallet: { did: made.did },
      walletConfig: { txsInput: [{ service: { name: 'A', value: 'https://a.example', validity: 60_000 } }] },
    }
    const first = await callAsWallet(made.did, configure, request)
    expect(first).toMatchObject({ status: 200, body: { wallet: made, steps: [{ kind: 'service', state: 'mined' }] } })
    expect(await callAsWallet(made.did, configure, request)).toEqual(first)
    const { body } = await call('GET', `/1.0/identifiers/${made.did}`)
    expect(body.didDocumentMetadata.versionId).toBe('1')
  })

  it('takes missing configuration from the vault', async () => {
    const txsInput = [{ service: { name: 'Vault', value: 'https://vault.example' } }]
    const { body } = await call('POST', '/vault', { kind: 'BIP44', walletConfig: { didMethod: 'spherity', txsInput } })
    const made = await createWallet({ vaultId: body.vault._id })
    expect(made.didMethod).toBe('spherity')
    expect((await call('GET', `/1.0/identifiers/${made.did}`)).body.didDocument.service).toBeUndefined()
    expect((await callAsWallet(made.did, configure, { wallet: { did: made.did } })).status).toBe(200)
    expect((await call('GET', `/1.0/identifiers/${made.did}`)).body.didDocument.service).toHaveLength(1)
  })

  it('treats a wallet transferred to an external DID as read-only', async () => {
    const owner = createExternalKey()
    const made = await createWallet({}, { txsInput: [{ newOwner: owner.did }] })
    const request = { wallet: { did: made.did }, walletConfig: { txsInput: [{ delegate: {} }] } }
    for (const who of [owner, host().admin]) {
      const { status, body } = await callWithKey(who, configure, request)
      expect([status, body.errorType]).toEqual([403, 'did-wallet.read-only'])
    }
    const { status, body } = await call('POST', '/wallet/auth', { did: made.did, act: rename, bod: 'a'.repeat(43) })
    expect([status, body.errorType]).toEqual([403, 'did-wallet.read-only'])
  })

  it('signs for a wallet transferred to another wallet of the host', async () => {
    const owner = await createWallet()
    const made = await createWallet({}, { txsInput: [{ newOwner: owner.did }] })
    const request = { wallet: { did: made.did }, walletConfig: { txsInput: [{ delegate: {} }] } }
    expect((await callAsWallet(owner.did, configure, request)).status).toBe(200)
  })

  it('renames wallets independently and reports each failure', async () => {
    const made = []
    for (let index = 0; index < 7; index++) made.push(await createWallet())
    const taken = `taken ${Math.random()}`
    await createWallet({ alias: taken })
    const wallets = [
      ...made.map(({ did }, index) => ({ did, alias: `renamed ${index} ${did}` })),
      { did: made[0].did, alias: taken },
      { did: createExternalKey().did, alias: 'nobody' },
      { did: made[1].did, alias: made[2].did },
    ]
    const { status, body } = await callWithKey(host().admin, rename, { wallets })
    expect(status).toBe(200)
    expect(body.wallets).toEqual(made.map((one, index) => ({ ...one, alias: `renamed ${index} ${one.did}` })))
    expect(body.errors).toEqual([
      { wallet: wallets[7], error: expect.objectContaining({ statusCode: 409, errorType: 'did-wallet.alias-taken' }) },
      { wallet: wallets[8], error: expect.objectContaining({ statusCode: 404, errorType: 'did-wallet.not-found' }) },
      {
        wallet: wallets[9],
        error: expect.objectContaining({ statusCode: 422, errorType: 'did-wallet.alias-invalid' }),
      },
    ])
  })

  it('reports each wallet of a batch that the token does not control', async () => {
    const [mine, other] = [await createWallet(), await createWallet()]
    const wallets = [
      { did: other.did, alias: `a ${other.did}` },
      { did: mine.did, alias: `a ${mine.did}` },
    ]
    const { status, body } = await callAsWallet(mine.did, rename, { wallets })
    expect(status).toBe(200)
    expect(body.wallets).toEqual([{ ...mine, alias: `a ${mine.did}` }])
    expect(body.errors).toEqual([
      { wallet: wallets[0], error: expect.objectContaining({ statusCode: 403, errorType: 'did-auth.forbidden' }) },
    ])
    const ids = [other._id, mine._id, 'nobody']
    const deleted = await callAsWallet(mine.did, remove, { ids })
    expect(deleted.body).toEqual({
      ids: [mine._id],
      dids: [mine.did],
      errors: [
        { did: other.did, error: expect.objectContaining({ statusCode: 403 }) },
        { did: 'nobody', error: expect.objectContaining({ statusCode: 404 }) },
      ],
    })
  })

  it('deletes a wallet and frees its alias, while its DID still resolves', async () => {
    const alias = `gone ${Math.random()}`
    const made = await createWallet({ alias }, { txsInput: [{ service: { name: 'S', value: 'v' } }] })
    expect((await callWithKey(host().admin, remove, { ids: [made._id] })).body).toEqual({
      ids: [made._id],
      dids: [made.did],
    })
    expect((await call('GET', `/wallets?did=${made.did}`)).body).toEqual({ wallets: [] })
    expect((await call('POST', '/wallet/auth', { did: made.did, act: rename, bod: 'a'.repeat(43) })).status).toBe(404)
    expect((await createWallet({ alias })).alias).toBe(alias)
    expect((await call('GET', `/1.0/identifiers/${made.did}`)).body.didDocument.service).toHaveLength(1)
  })

  describe('rejects', () => {
    it('a request with missing parameters, and lists all of them', async () => {
      const missing = async (method: string, path: string, json?: unknown): Promise<unknown> => {
        const { status, body } = await call(method, path, json)
        expect(Object.keys(body).sort()).toEqual(['errorMessage', 'errorType', 'statusCode'])
        return [status, body.errorMessage]
      }
      const missingParams = (names: string): unknown => [422, `Missing required params: ${names}`]
      expect(await missing('POST', '/wallet/configure')).toEqual(missingParams('x-did-auth, wallet'))
      expect(await missing('POST', '/wallet/configure', { wallet: {} })).toEqual(
        missingParams('x-did-auth, wallet.did'),
      )
      expect(await missing('POST', '/wallet/rename', { wallets: [{ did: 'x' }, { alias: 'y' }] })).toEqual(
        missingParams('x-did-auth, wallets.0.alias, wallets.1.did'),
      )
      expect(await missing('DELETE', '/wallet')).toEqual(missingParams('x-did-auth, ids'))
      expect(await missing('POST', '/wallet/auth', {})).toEqual(missingParams('did, act, bod'))
      expect(await missing('POST', '/vault', {})).toEqual(missingParams('kind'))
      const txsInput = [{ service: {} }, { service: { name: 'a' } }]
      expect(await missing('POST', '/wallet', { walletConfig: { txsInput } })).toEqual(
        missingParams(
          'walletConfig.txsInput.0.service.name, walletConfig.txsInput.0.service.value, walletConfig.txsInput.1.service.value',
        ),
      )
      const made = await createWallet()
      const { status, body } = await callAsWallet(made.did, configure, { wallet: { did: made.did } })
      expect([status, body.errorMessage]).toEqual(missingParams('walletConfig'))
    })

    it('changes that no registry can store', async () => {
      const rejected = async (input: unknown): Promise<number> =>
        (await call('POST', '/wallet', { walletConfig: { txsInput: [input] } })).status
      const service = { name: 'A', value: 'https://a.example' }
      expect(await rejected({})).toBe(422)
      expect(await rejected({ service: { ...service, validity: 999 } })).toBe(422)
      expect(await rejected({ service: { ...service, validity: -1 } })).toBe(422)
      expect(await rejected({ service: { ...service, name: 'a/b' } })).toBe(422)
      expect(await rejected({ service: { ...service, name: 'a'.repeat(25) } })).toBe(422)
      expect(await rejected({ delegate: { address: '0x12' } })).toBe(422)
      expect(await rejected({ delegate: { address: `0x04${'11'.repeat(64)}` } })).toBe(422)
      expect(await rejected({ newOwner: 'did:web:example.com' })).toBe(422)
      expect(await rejected({ newOwner: createExternalKey().did.replace('0x', '0X') })).toBe(422)
      const two = [{ newOwner: createExternalKey().did }, { newOwner: createExternalKey().did }]
      expect((await call('POST', '/wallet', { walletConfig: { txsInput: two } })).status).toBe(422)
      expect((await call('POST', '/wallet', { walletConfig: { didMethod: 'web' } })).status).toBe(422)
      const apiUrl = await call('POST', '/wallet', { walletConfig: { apiUrl: 'http://169.254.169.254/' } })
      expect([apiUrl.status, apiUrl.body.errorType]).toEqual([400, 'did.api-url-not-allowed'])
    })

    it('callers without a service key', async () => {
      for (const authorization of ['Basic bm9ib2R5Om5vYm9keQ==', 'Bearer nothing']) {
        expect((await call('GET', '/wallets', undefined, { authorization })).status).toBe(401)
        expect((await call('POST', '/wallet', {}, { authorization })).status).toBe(401)
      }
    })

    it('MPC vaults without a threshold signer', async () => {
      const { status, body } = await call('POST', '/vault', { kind: 'MPC' })
      expect([status, body.errorType]).toEqual([501, 'vault.mpc-unavailable'])
    })
  })

  it('resolves DIDs without authentication (W3C DID Resolution)', async () => {
    const ask = (did: string, headers = {}): ReturnType<MountedClient['request']> =>
      client.request('GET', `/1.0/identifiers/${encodeURIComponent(did)}`, { headers })
    const { did, address } = createExternalKey()
    const found = await ask(did)
    expect(found.status).toBe(200)
    expect(found.json).toMatchObject({ didDocument: { id: did }, didDocumentMetadata: {} })
    const failure = async (asked: string): Promise<unknown> => {
      const { status, json, headers } = await ask(asked)
      expect(headers['vary']).toContain('Accept')
      expect(json).toMatchObject({ didDocument: null, didDocumentMetadata: {} })
      const { type } = (json as { didResolutionMetadata: { error: { type: string } } }).didResolutionMetadata.error
      return [status, type.replace('https://www.w3.org/ns/did#', '')]
    }
    expect(await failure('did:ethr:nowhere:0x1')).toEqual([400, 'INVALID_DID'])
    expect(await failure('nothing')).toEqual([400, 'INVALID_DID'])
    expect(await failure(`${did}?versionId=1`)).toEqual([400, 'INVALID_DID'])
    expect(await failure('did:web:example.com')).toEqual([501, 'METHOD_NOT_SUPPORTED'])
    expect(await failure(`did:ethr:nowhere:${address}`)).toEqual([404, 'NOT_FOUND'])
    // The registry in the storage is no chain: it does not answer for DIDs on Ethereum mainnet.
    for (const name of ['', 'mainnet:', '0x1:'])
      expect(await failure(`did:ethr:${name}${address}`)).toEqual([404, 'NOT_FOUND'])
    const nobody = `did:spherity:0x${'0'.repeat(40)}`
    const gone = await createWallet({}, { txsInput: [{ newOwner: nobody }] })
    const answer = await ask(gone.did, { authorization: host().authorization })
    expect(answer.status).toBe(410)
    expect(answer.json).toMatchObject({ didDocumentMetadata: { deactivated: true } })
  })

  it('resolves DIDs in the representation that the client accepts', async () => {
    const { did } = createExternalKey()
    const ask = async (accept?: string) => {
      const headers = accept === undefined ? {} : { accept }
      const { status, json, headers: replied } = await client.request('GET', `/1.0/identifiers/${did}`, { headers })
      expect(replied['vary']).toContain('Accept')
      const body = json as Record<string, unknown>
      const kind = 'didDocumentMetadata' in body ? 'result' : '@context' in body ? 'JSON-LD' : 'JSON'
      return [status, replied['content-type'], kind]
    }
    const result = 'application/ld+json;profile="https://w3id.org/did-resolution"'
    for (const accept of [undefined, '*/*', result, 'text/html, application/*;q=0.1', 'application/ld+json'])
      expect(await ask(accept)).toEqual([200, result, 'result'])
    expect(await ask('application/json')).toEqual([200, 'application/json', 'result'])
    expect(await ask('application/did-resolution')).toEqual([200, 'application/did-resolution', 'result'])
    expect(await ask('application/did+ld+json')).toEqual([200, 'application/did+ld+json', 'JSON-LD'])
    expect(await ask('application/did+json')).toEqual([200, 'application/did+json', 'JSON'])
    expect(await ask('application/did')).toEqual([200, 'application/did', 'JSON-LD'])
    expect(await ask('application/did+json;q=0.2, application/did+ld+json;q=0.9')).toEqual([
      200,
      'application/did+ld+json',
      'JSON-LD',
    ])
    expect(await ask('application/did+ld+json;q=0, */*')).toEqual([200, result, 'result'])
    for (const accept of ['application/did+cbor', 'text/html', 'application/did+ld+json;q=0'])
      expect(await ask(accept)).toEqual([406, result, 'result'])
  })

  it('resolves DIDs as of a version, and refuses versions that it cannot understand', async () => {
    const made = await createWallet({}, { txsInput: [{ service: { name: 'One', value: 'https://one.example' } }] })
    const add = { wallet: { did: made.did }, walletConfig: { txsInput: [{ service: { name: 'Two', value: 'x' } }] } }
    expect((await callAsWallet(made.did, configure, add)).status).toBe(200)
    const ask = async (query: string) => {
      const { status, body } = await call('GET', `/1.0/identifiers/${made.did}${query}`)
      const services: readonly { type: string }[] = body.didDocument?.service ?? []
      return [status, services.map(({ type }) => type)]
    }
    expect(await ask('')).toEqual([200, ['One', 'Two']])
    expect(await ask('?versionId=1')).toEqual([200, ['One']])
    expect(await ask('?versionId=2')).toEqual([200, ['One', 'Two']])
    expect(await ask('?versionId=3')).toEqual([404, []])
    expect(await ask('?versionTime=2020-01-01T00:00:00Z')).toEqual([200, []])
    for (const query of [
      '?versionId=x',
      '?versionTime=yesterday',
      '?versionId=1&versionTime=1',
      '?versionId=',
      '?versionTime=2026-02-30',
    ])
      expect(await ask(query)).toEqual([400, []])
  })

  it('finds a wallet by its DID in any spelling', async () => {
    const made = await createWallet()
    const spelled = `did:spherity:${computeAddress(`0x${made.publicKeyHex}`)}`
    expect(spelled).not.toBe(made.did)
    expect((await call('GET', `/wallets?did=${spelled}`)).body).toEqual({ wallets: [made] })
    const { publicKey } = new SigningKey(`0x${'17'.repeat(32)}`)
    const compressed = SigningKey.computePublicKey(publicKey, true)
    const { body } = await call('GET', `/1.0/identifiers/did:spherity:${compressed}`)
    expect(body.didDocument.verificationMethod).toMatchObject([
      { id: `did:spherity:${compressed}#controller` },
      { id: `did:spherity:${compressed}#controllerKey`, publicKeyJwk: { crv: 'secp256k1' } },
    ])
  })
}

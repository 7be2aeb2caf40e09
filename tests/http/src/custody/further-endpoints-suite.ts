import { describe, expect, it } from 'vitest'
import type { RequestDriver } from '../request-driver.ts'
import { createSuiteCalls, messageToSign, pin } from './suite-calls.ts'

/** The endpoints of the vendor's SDK and client for browsers that belong to no other suite. */
export function furtherEndpointsSuite(client: RequestDriver, authorization: () => string): void {
  const { call, createUserWithWallet } = createSuiteCalls(client, authorization)

  it('the health of the API is reported to anybody', async () => {
    const { status, json } = await client.request('GET', '/actuator/health', {})
    expect({ status, json }).toEqual({ status: 200, json: { success: true, result: { status: 'UP' }, status: 'UP' } })
  })

  it('the events of a wallet are listed, newest first', async () => {
    const { wallet } = await createUserWithWallet()
    await call('POST', '/api/signatures', messageToSign(wallet.id, pin))
    for (const archived of [true, false]) await call('PATCH', `/api/wallets/${wallet.id}/metadata`, { archived })
    await call('POST', `/api/wallets/${wallet.id}/export`, { type: 'PRIVATE_KEY', pincode: pin })
    const { result } = await call('GET', `/api/wallets/${wallet.id}/events`)
    expect(result.map(({ type }: { type: string }) => type)).toEqual([
      'WALLET_EXPORTED',
      'WALLET_UNARCHIVED',
      'WALLET_ARCHIVED',
      'SIGNATURE_CREATED',
      'WALLET_CREATED',
    ])
    expect(result[4]).toEqual({
      eventTimestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      type: 'WALLET_CREATED',
      client: expect.any(String),
      metadata: expect.stringMatching(/^\{.*\}$/),
      walletId: wallet.id,
    })
    expect((await call('GET', `/api/wallets/${wallet.id}/events?size=2&page=2`)).result).toMatchObject([
      { type: 'WALLET_ARCHIVED' },
      { type: 'SIGNATURE_CREATED' },
    ])
    expect(await call('GET', '/api/wallets/nothing/events')).toMatchObject({ status: 404 })
  })

  it('the fees of a chain are those of its node', async () => {
    expect(await call('GET', '/api/transactions/ETHEREUM/fees')).toMatchObject({
      status: 200,
      result: { secretType: 'ETHEREUM', maxFeePerGas: 3_000_000_000, maxPriorityFeePerGas: 1_000_000_000 },
    })
    expect(await call('GET', '/api/transactions/MATIC/fees')).toMatchObject({ status: 503 })
    expect(await call('GET', '/api/transactions/HEDERA/fees')).toMatchObject({
      status: 400,
      codes: ['chain.unsupported'],
    })
  })

  it('Hedera is refused by its name', async () => {
    const refused = { status: 400, codes: ['chain.unsupported'] }
    const wallet = { secretType: 'HEDERA', pincode: pin }
    expect(await call('POST', '/api/wallets', wallet)).toMatchObject(refused)
    const key = { importWalletType: 'HEDERA_PRIVATE_KEY', privateKey: `0x${'11'.repeat(32)}`, pincode: pin }
    expect(await call('POST', '/api/wallets/import', key)).toMatchObject(refused)
    const { wallet: own } = await createUserWithWallet()
    const [address, hash] = ['0.0.1234', `0x${'22'.repeat(32)}`]
    const signed = { secretType: 'HEDERA', signerAddress: address, message: 'text', signature: hash }
    const request = { type: 'TRANSFER', secretType: 'HEDERA', walletId: own.id, to: address, value: 1 }
    const message = { type: 'MESSAGE', secretType: 'HEDERA', walletId: own.id, data: 'text' }
    const contract = { secretType: 'HEDERA', functionName: 'f', inputs: [] }
    const exchange = 'fromToken=ETH&toToken=HBAR&amount=1&orderType=SELL'
    const routes: readonly (readonly [method: string, path: string, body?: object])[] = [
      ['GET', '/api/chains/HEDERA'],
      [
        'POST',
        '/api/wallets/import',
        { importWalletType: 'HEDERA_KEYSTORE', keystore: '{}', password: 'p', pincode: pin },
      ],
      ['POST', '/api/wallets/import', { importWalletType: 'MIGRATION', walletId: own.id, to: 'HEDERA', pincode: pin }],
      ...['/balance', '/balance/tokens', `/balance/tokens/${address}`, '/nonfungibles', '/tokens/associations'].map(
        (path) => ['GET', `/api/wallets/HEDERA/${address}${path}`] as const,
      ),
      ['GET', `/api/wallets/address/validation/HEDERA/${address}`],
      ...['', '/1', '/1/wallets'].map((path) => ['GET', `/api/nonfungibles/HEDERA/${address}${path}`] as const),
      ['GET', `/api/contracts/HEDERA/${address}/wallets`],
      ['POST', '/api/contracts/read', { ...contract, contractAddress: address, outputs: [] }],
      ['POST', '/api/contracts/abi/encode', { ...contract, outputs: [] }],
      ['POST', '/api/contracts/abi/decode', { secretType: 'HEDERA', data: '0x', outputs: [] }],
      ['POST', '/api/signatures', { signatureRequest: message, pincode: pin }],
      ['POST', '/api/signatures/build', { signatureRequest: message }],
      ['POST', '/api/signatures/verification', signed],
      ['POST', '/api/transactions', { transactionRequest: request, pincode: pin }],
      ['POST', '/api/transactions/execute', { transactionRequest: request, pincode: pin }],
      ['POST', '/api/transactions/build', { transactionRequest: request }],
      ['POST', '/api/transactions/cancel', { secretType: 'HEDERA', transactionHash: hash, pincode: pin }],
      ['POST', '/api/transactions/resubmit', { secretType: 'HEDERA', transactionHash: hash, pincode: pin }],
      ['GET', `/api/transactions/HEDERA/${hash}/status`],
      ['GET', `/api/swaps/rates?fromSecretType=ETHEREUM&toSecretType=HEDERA&${exchange}`],
    ]
    const answers = await Promise.all(
      routes.map(async ([method, path, body]) => {
        const { status, codes } = await call(method, path, body)
        return [method, path, status, codes]
      }),
    )
    expect(answers).toEqual(routes.map(([method, path]) => [method, path, 400, ['chain.unsupported']]))
    const reply = await client.request('GET', '/api/chains/HEDERA', { headers: { authorization: authorization() } })
    expect(reply.json).toMatchObject({
      errors: [{ message: expect.stringMatching(/^The chain HEDERA is not configured\. Configured are: ETHEREUM, /) }],
    })
  })

  describe('lists of wallets', () => {
    it('are filtered by whether they have a user', async () => {
      const identifier = `list ${crypto.randomUUID()}`
      const { user } = await createUserWithWallet()
      const create = (fields: object) =>
        call('POST', '/api/wallets', { secretType: 'ETHEREUM', pincode: pin, identifier, ...fields })
      const { result: owned } = await create({ userId: user.id })
      const { result: alone } = await create({})
      const list = async (query: string): Promise<readonly string[]> =>
        (await call('GET', `/api/wallets?identifier=${encodeURIComponent(identifier)}&${query}`)).result.map(
          ({ id }: { id: string }) => id,
        )
      expect(await list('')).toEqual([alone.id, owned.id])
      expect(await list('includeUsers=true')).toEqual([alone.id, owned.id])
      expect(await list('includeUsers=false')).toEqual([alone.id])
      expect(await list('linkable=true')).toEqual([alone.id])
      expect(await list('linkable=false')).toEqual([owned.id])
      expect(await list(`owner=${user.id}`)).toEqual([owned.id])
      expect(await list(`userId=${user.id}&includeUsers=false`)).toEqual([])
      expect(owned).toMatchObject({ custodial: false })
      expect((await call('GET', `/api/users?owner=${user.id}`)).result).toMatchObject([{ id: user.id }])
    })
  })

  describe('swaps', () => {
    it('are refused without a provider', async () => {
      const { wallet } = await createUserWithWallet()
      const query = 'fromSecretType=ETHEREUM&toSecretType=ETHEREUM&fromToken=ETH&toToken=USDC&amount=1&orderType=SELL'
      const missing = { status: 501, codes: ['swap-provider.unavailable'] }
      expect(await call('GET', `/api/swaps/rates?${query}`)).toMatchObject(missing)
      expect(await call('GET', `/api/wallets/${wallet.id}/swaps/pairs`)).toMatchObject(missing)
      const order = {
        walletId: wallet.id,
        fromSecretType: 'ETHEREUM',
        toSecretType: 'ETHEREUM',
        fromToken: 'ETH',
        toToken: 'USDC',
        inputAmount: 1,
        outputAmount: 2000,
        orderType: 'SELL',
        exchange: 'UNISWAP',
      }
      expect(await call('POST', `/api/wallets/${wallet.id}/swaps`, order)).toMatchObject(missing)
    })
  })

  describe('an import', () => {
    const migrate = (walletId: string, to: string, fields: object = { pincode: pin }) =>
      call('POST', '/api/wallets/import', { importWalletType: 'MIGRATION', walletId, to, ...fields })
    const sign = (walletId: string, secretType: string, pincode: string) =>
      call('POST', '/api/signatures', {
        pincode,
        signatureRequest: { type: 'MESSAGE', secretType, walletId, data: 'hello' },
      })

    it('of the type MIGRATION uses the key of a wallet on another chain, under the same user', async () => {
      const { user, wallet, pinId } = await createUserWithWallet()
      const { status, result: polygon } = await migrate(wallet.id, 'POLYGON')
      expect(status).toBe(200)
      expect(polygon).toMatchObject({ secretType: 'MATIC', address: wallet.address, userId: user.id })
      expect((await sign(polygon.id, 'MATIC', pin)).result).toEqual((await sign(wallet.id, 'ETHEREUM', pin)).result)
      const byMethod = await call(
        'POST',
        '/api/wallets/import',
        { importWalletType: 'MIGRATION', walletId: wallet.id, to: 'BITCOIN' },
        { 'signing-method': `${pinId}:${pin}` },
      )
      expect(byMethod.result).toMatchObject({ secretType: 'BITCOIN', userId: user.id })
      expect(await migrate(wallet.id, 'MATIC')).toMatchObject({ status: 409, codes: ['wallet.import.duplicate'] })
    })

    it('of the type MIGRATION of a wallet without a user has its PIN', async () => {
      const { result: wallet } = await call('POST', '/api/wallets', { secretType: 'ETHEREUM', pincode: '471147' })
      const { result: copy } = await migrate(wallet.id, 'AVALANCHE', { pincode: '471147' })
      expect(copy).toMatchObject({ secretType: 'AVAC', address: wallet.address, hasCustomPin: true })
      expect((await sign(copy.id, 'AVAC', '471147')).status).toBe(200)
      expect((await sign(copy.id, 'AVAC', '471148')).status).toBe(403)
    })

    it('of the type MIGRATION is refused without the PIN, for another user, and on another curve', async () => {
      const [{ wallet, user }, stranger] = [await createUserWithWallet(), await createUserWithWallet()]
      expect(await migrate(wallet.id, 'MATIC', { pincode: '000001' })).toMatchObject({ codes: ['pincode.incorrect'] })
      expect(await migrate(wallet.id, 'MATIC', {})).toMatchObject({ codes: ['signing-method.required'] })
      const byStranger = await call(
        'POST',
        '/api/wallets/import',
        { importWalletType: 'MIGRATION', walletId: wallet.id, to: 'MATIC' },
        { 'signing-method': `${stranger.pinId}:${pin}` },
      )
      expect(byStranger).toMatchObject({ status: 403, codes: ['signing-method.invalid'] })
      const toStranger = await migrate(wallet.id, 'MATIC', { pincode: pin, userId: stranger.user.id })
      expect(toStranger).toMatchObject({ status: 400, codes: ['userId'] })
      expect(await migrate(wallet.id, 'SOLANA')).toMatchObject({ codes: ['wallet.import.unsupported-type'] })
      expect(await migrate(wallet.id, 'HEDERA')).toMatchObject({ codes: ['chain.unsupported'] })
      expect((await call('GET', `/api/wallets?userId=${user.id}`)).result).toHaveLength(1)
    })

    it('of an encrypted WIF takes its passphrase (BIP-38)', { timeout: 120_000 }, async () => {
      const key = {
        importWalletType: 'BITCOIN_WIF_PASSPHRASE',
        wif: '6PYNKZ1EAgYgmQfmNVamxyXVWHzK5s6DGhwP4J5o44cvXdoY7sRzhtpUeo',
        pincode: pin,
      }
      const wrong = await call('POST', '/api/wallets/import', { ...key, passphrase: 'wrong' })
      expect(wrong).toMatchObject({ status: 400, codes: ['keystore.wrong-password'] })
      expect(await call('POST', '/api/wallets/import', key)).toMatchObject({ codes: ['passphrase'] })
      const imported = await call('POST', '/api/wallets/import', { ...key, passphrase: 'TestingOneTwoThree' })
      expect(imported).toMatchObject({ status: 200, result: { secretType: 'BITCOIN' } })
      const { result: exported } = await call('POST', `/api/wallets/${imported.result.id}/export`, {
        type: 'PRIVATE_KEY',
        pincode: pin,
      })
      expect(exported.privateKey).toBe('L44B5gGEpqEDRS9vVPz7QT35jcBG2r3CZwSwQ4fCewXAhAhqGVpP')
      const other = { ...key, importWalletType: 'ETHEREUM_WIF_PASSPHRASE', passphrase: 'TestingOneTwoThree' }
      expect(await call('POST', '/api/wallets/import', other)).toMatchObject({
        codes: ['wallet.import.unsupported-type'],
      })
    })
  })

  describe('the client for browsers', () => {
    it('gets the profile of the caller, or of a user', async () => {
      const { result } = await call('GET', '/api/profile')
      expect(result).toEqual({ userId: expect.any(String), hasMasterPin: false })
      const pinned = { reference: 'someone', signingMethod: { type: 'PIN', value: pin } }
      const { result: user } = await call('POST', '/api/users', pinned)
      expect((await call('GET', `/api/profile?userId=${user.id}`)).result).toEqual({
        userId: user.id,
        username: 'someone',
        hasMasterPin: true,
      })
      expect(await call('GET', '/api/profile?userId=nothing')).toMatchObject({ status: 404 })
    })

    it.each(['GET', 'DELETE'])('unlinks a wallet by %s, which archives it', async (method) => {
      const { wallet } = await createUserWithWallet()
      for (let count = 0; count < 2; count++)
        expect((await call(method, `/api/wallets/${wallet.id}/link`)).result).toMatchObject({ archived: true })
      expect((await call('POST', '/api/signatures', messageToSign(wallet.id, pin))).codes).toEqual(['wallet.archived'])
      await call('PATCH', `/api/wallets/${wallet.id}/metadata`, { archived: false })
      expect((await call('POST', '/api/signatures', messageToSign(wallet.id, pin))).status).toBe(200)
    })
  })
}

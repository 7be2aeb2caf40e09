import { describe, expect, it } from 'vitest'
import type { MountedClient } from '../request-driver.ts'
import { createSuiteCalls, messageToSign, pin } from './suite-calls.ts'

/** The forms of requests and replies that existing clients use beyond the guide of the compatible API. */
export function clientFormsSuite(client: MountedClient, authorization: () => string): void {
  const { call, createUserWithWallet } = createSuiteCalls(client, authorization)
  const envelope = async (method: string, path: string, json?: unknown): Promise<Record<string, unknown>> => {
    const content = { headers: { authorization: authorization() }, ...(json !== undefined && { json }) }
    return (await client.request(method, path, content)).json as Record<string, unknown>
  }

  describe('the forms of existing clients', () => {
    it('have one encryption algorithm for each key', async () => {
      const { result } = await call('GET', '/api/security')
      expect(result.encryptionKeys).toEqual([
        {
          id: expect.any(String),
          keyspec: 'RSA_2048',
          publicKey: expect.any(String),
          encryptionAlgorithm: 'RSAES_OAEP_SHA_256',
          encryptionAlgorithms: ['RSAES_OAEP_SHA_256'],
        },
      ])
    })

    it('have chains by their names', async () => {
      expect((await call('GET', '/api/chains')).result).toContain('MATIC')
      const { result } = await call('GET', '/api/chains/MATIC')
      expect(result).toMatchObject({ requiredConfirmations: 12, chainId: 137 })
      expect(result).not.toHaveProperty('blockNumber')
    })

    it('have errors under two names', async () => {
      const expected = { code: 'wallet.not-found', message: 'Wallet not found' }
      expect(await envelope('GET', '/api/wallets/nothing')).toEqual({
        success: false,
        errors: [{ ...expected, errorCode: expected.code, errorMessage: expected.message }],
      })
    })

    it('have lists with their pagination', async () => {
      const { user } = await createUserWithWallet()
      for (let count = 0; count < 4; count++)
        await call('POST', '/api/wallets', { secretType: 'ETHEREUM', userId: user.id, pincode: pin })
      const list = async (query: string): Promise<unknown> =>
        (await envelope('GET', `/api/wallets?userId=${user.id}&${query}`))['pagination']
      const totals = { numberOfPages: 3, numberOfElements: 5, pageSize: 2 }
      expect(await list('size=2')).toEqual({ ...totals, pageNumber: 1, hasNextPage: true, hasPreviousPage: false })
      expect(await list('size=2&page=2')).toEqual({
        ...totals,
        pageNumber: 2,
        hasNextPage: true,
        hasPreviousPage: true,
      })
      expect(await list('size=2&page=3')).toEqual({
        ...totals,
        pageNumber: 3,
        hasNextPage: false,
        hasPreviousPage: true,
      })
      expect(await list('size=2&page=9')).toEqual({
        ...totals,
        pageNumber: 9,
        hasNextPage: false,
        hasPreviousPage: true,
      })
      expect((await envelope('GET', '/api/users?size=1&reference=nobody'))['pagination']).toEqual({
        pageNumber: 1,
        pageSize: 1,
        numberOfPages: 0,
        numberOfElements: 0,
        hasNextPage: false,
        hasPreviousPage: false,
      })
    })

    it('have null for absent fields, and a PIN as a number', async () => {
      const { result: user } = await call('POST', '/api/users', {
        reference: null,
        signingMethod: { type: 'PIN', value: 123456 },
      })
      const body = { secretType: 'ETHEREUM', userId: user.id, pincode: 123456, description: null, identifier: null }
      const { status, result: wallet } = await call('POST', '/api/wallets', body)
      expect(status).toBe(200)
      expect(wallet).not.toHaveProperty('description')
      const signed = await call('POST', '/api/signatures', { ...messageToSign(wallet.id), pincode: 123456 })
      expect(signed.status).toBe(200)
      const wrong = await call('POST', '/api/signatures', { ...messageToSign(wallet.id), pincode: 654321 })
      expect(wrong).toMatchObject({ status: 403, codes: ['pincode.incorrect'] })
      const code = { type: 'EMERGENCY_CODE', value: null }
      const method = { 'signing-method': `${user.signingMethods[0].id}:123456` }
      const { result: generated } = await call('POST', `/api/users/${user.id}/signing-methods`, code, method)
      expect(generated.value).toMatch(/^[a-z0-9]{25}$/)
    })

    it('change the identifier of a wallet, and leave it where it is not named', async () => {
      const { wallet } = await createUserWithWallet()
      const path = `/api/wallets/${wallet.id}/metadata`
      expect((await call('PATCH', path, { identifier: 'mine', archived: null })).result).toMatchObject({
        identifier: 'mine',
        archived: false,
      })
      expect((await call('PATCH', path, { description: 'x' })).result).toMatchObject({ identifier: 'mine' })
      expect((await call('GET', `/api/wallets/${wallet.id}`)).result).toMatchObject({ identifier: 'mine' })
      expect((await call('GET', `/api/wallets?identifier=mine`)).result).toContainEqual(
        expect.objectContaining({ id: wallet.id }),
      )
      expect((await call('PATCH', path, { identifier: null })).result).not.toHaveProperty('identifier')
    })

    it('name the signer of a signature signerAddress', async () => {
      const { wallet } = await createUserWithWallet()
      const { result: signed } = await call('POST', '/api/signatures', messageToSign(wallet.id, pin))
      const verify = (signerAddress: string): Promise<unknown> =>
        call('POST', '/api/signatures/verification', {
          secretType: 'ETHEREUM',
          signerAddress,
          message: 'hello',
          signature: signed.signature,
        }).then(({ result }) => result)
      expect(await verify(wallet.address)).toEqual({ isValid: true })
      expect(await verify(`0x${'11'.repeat(20)}`)).toEqual({ isValid: false })
    })

    it('build a transaction whose fields are wrapped or not, and name the fields of the form that was sent', async () => {
      const { wallet } = await createUserWithWallet()
      const fields = {
        type: 'TRANSFER',
        secretType: 'ETHEREUM',
        walletId: wallet.id,
        to: wallet.address,
        value: '1',
        data: '',
        chainSpecificFields: { nonce: 3, gasLimit: 21_000, gasPrice: 5, maxFeePerGas: null },
      }
      const wrapped = await call('POST', '/api/transactions/build', { transactionRequest: fields })
      expect(wrapped).toMatchObject({ status: 200, result: { nonce: 3, value: '1000000000000000000' } })
      expect(await call('POST', '/api/transactions/build', fields)).toEqual(wrapped)
      const bare = await call('POST', '/api/transactions/build', { ...fields, to: '' })
      expect(bare).toMatchObject({ status: 400, codes: ['to'] })
      expect(
        await call('POST', '/api/transactions/build', { transactionRequest: { ...fields, to: '' } }),
      ).toMatchObject({
        status: 400,
        codes: ['transactionRequest.to'],
      })
      expect(await call('POST', '/api/transactions/build', {})).toMatchObject({ codes: ['transactionRequest'] })
    })

    const unsupported = { status: 400, codes: ['transaction.unsupported-type'] }
    it.each([
      ['BITCOIN', unsupported],
      ['LITECOIN', unsupported],
      ['SOLANA', undefined],
      ['TRON', undefined],
    ])(
      'get 503 on %s without a node, as on every chain, and 400 for what the chain does not have',
      async (secretType, withoutNfts) => {
        const { result: wallet } = await call('POST', '/api/wallets', { secretType, pincode: pin })
        const request = { type: 'TRANSFER', secretType, walletId: wallet.id, to: wallet.address, value: 1 }
        const unavailable = { status: 503, codes: ['transaction.chain-unavailable'] }
        expect(await call('POST', '/api/transactions', { ...request, pincode: pin })).toMatchObject(unavailable)
        expect(await call('POST', '/api/transactions/build', request)).toMatchObject(unavailable)
        const nft = { ...request, type: 'NFT_TRANSFER', tokenAddress: wallet.address, tokenId: '1' }
        expect(await call('POST', '/api/transactions/build', nft)).toMatchObject(withoutNfts ?? unavailable)
        const path = `/api/transactions/${secretType}/0x${'12'.repeat(32)}/status`
        expect(await call('GET', path)).toMatchObject(unavailable)
      },
    )

    it('encode and decode for contracts', async () => {
      const to = '0x52908400098527886E0F7030069857D2E4169EE7'
      const inputs = [
        { type: 'address', value: to },
        { type: 'uint256', value: '0x05' },
      ]
      const request = { secretType: 'ETHEREUM', functionName: 'transfer', inputs, outputs: null }
      const { result } = await call('POST', '/api/contracts/abi/encode', request)
      expect(result.data).toMatch(/^0xa9059cbb/)
      const outputs = [{ type: 'address' }, { type: 'uint256' }]
      const data = `0x${result.data.slice(10)}`
      expect(await call('POST', '/api/contracts/abi/decode', { secretType: 'ETHEREUM', data, outputs })).toMatchObject({
        result: [
          { type: 'address', value: to },
          { type: 'uint256', value: '5' },
        ],
      })
      const unfit = { secretType: 'ETHEREUM', data: '0x01', outputs }
      expect(await call('POST', '/api/contracts/abi/decode', unfit)).toMatchObject({ status: 400, codes: ['outputs'] })
      const typed = { ...request, inputs: [{ type: 'uint8', value: '256' }] }
      expect(await call('POST', '/api/contracts/abi/encode', typed)).toMatchObject({ status: 400, codes: ['inputs.0'] })
    })
  })
}

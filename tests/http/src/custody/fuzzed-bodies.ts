import { pin } from './suite-calls.ts'

const key = '0x4646464646464646464646464646464646464646464646464646464646464646'
const to = '0x0000000000000000000000000000000000000001'
const numbers = { nonce: 0, gasLimit: '21000', gasPrice: '1000000000' }

const typedData = {
  types: {
    EIP712Domain: [{ name: 'name', type: 'string' }],
    Mail: [
      { name: 'from', type: 'Person' },
      { name: 'notes', type: 'string[]' },
    ],
    Person: [
      { name: 'wallet', type: 'address' },
      { name: 'friends', type: 'Person[]' },
    ],
  },
  domain: { name: 'fuzz' },
  primaryType: 'Mail',
  message: { from: { wallet: to, friends: [] }, notes: ['a', 'b'] },
}

/** Typed data with as many types, or as deep values, as fit in a body. */
function largeTypedData(typeCount: number, depth: number): object {
  const chain = Array.from({ length: typeCount }, (_, index) => [
    `T${index}`,
    [{ name: 'next', type: index + 1 < typeCount ? `T${index + 1}[]` : 'uint256' }],
  ])
  let friend: object = { wallet: to, friends: [] }
  for (let level = 0; level < depth; level++)
    friend = { wallet: to, friends: [friend, friend].slice(0, 1 + (level % 2)) }
  return {
    ...typedData,
    types: {
      ...typedData.types,
      ...Object.fromEntries(chain),
      Mail: [...typedData.types.Mail, { name: 't', type: 'T0[]' }],
    },
    message: { ...typedData.message, from: friend, t: [] },
  }
}

/** Valid bodies by operation. Fields that depend on the host, such as `walletId`, are replaced by their valid values. */
export function custodyBodies(): Readonly<Record<string, readonly unknown[]>> {
  const sign = (request: object) => ({
    pincode: pin,
    signatureRequest: { secretType: 'ETHEREUM', walletId: '', ...request },
  })
  const transfer = {
    type: 'TRANSFER',
    secretType: 'ETHEREUM',
    walletId: '',
    to,
    value: '0.1',
    chainSpecificFields: numbers,
  }
  const token = { ...transfer, type: 'TOKEN_TRANSFER', tokenAddress: to }
  return {
    createUser: [{ reference: 'fuzz', signingMethod: { type: 'PIN', value: pin } }],
    createSigningMethod: [{ type: 'PIN', value: pin }, { type: 'EMERGENCY_CODE' }],
    createWallet: [{ secretType: 'ETHEREUM', userId: '', pincode: pin }],
    importWallet: [
      { importWalletType: 'ETHEREUM_PRIVATE_KEY', privateKey: key, userId: '', pincode: pin },
      {
        importWalletType: 'ETHEREUM_KEYSTORE',
        keystore: { version: 3, crypto: { kdf: 'scrypt' } },
        password: 'x',
        pincode: pin,
      },
    ],
    exportWallet: [
      { pincode: pin, password: 'correct horse' },
      { type: 'PRIVATE_KEY', pincode: pin },
    ],
    createSignature: [
      sign({ type: 'MESSAGE', data: 'hello' }),
      sign({ type: 'MESSAGE', data: 'x'.repeat(60_000) }),
      sign({ type: 'EIP712', data: typedData }),
      sign({ type: 'EIP712', data: largeTypedData(300, 10) }),
      sign({ type: 'EIP712', data: largeTypedData(1, 16) }),
    ],
    verifySignature: [
      { secretType: 'ETHEREUM', address: to, data: 'hello', signature: `0x${'1'.repeat(130)}` },
      {
        type: 'EIP712',
        secretType: 'ETHEREUM',
        address: to,
        data: largeTypedData(300, 10),
        signature: `0x${'1'.repeat(130)}`,
      },
    ],
    buildTransaction: [{ transactionRequest: transfer }, { transactionRequest: token }],
    createTransaction: [{ pincode: pin, transactionRequest: transfer }],
    executeTransaction: [{ pincode: pin, transactionRequest: transfer }],
  }
}

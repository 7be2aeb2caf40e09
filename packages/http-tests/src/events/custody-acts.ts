import type { EventType } from '@billfold/core'
import { direct } from '../authentication/direct.ts'
import { call } from '../custody/custodian.ts'
import type { Act, Ground } from './ground.ts'

const pin = '471147'
const privateKey = `0x${'7'.repeat(64)}`

async function userWithMethods(ground: Ground) {
  const user = await ground.custody('POST', '/api/users', { signingMethod: { type: 'PIN', value: pin } })
  const methods = `/api/users/${user.id}/signing-methods`
  const byPin = { 'signing-method': `${user.signingMethods[0].id}:${pin}` }
  const code = await ground.custody('POST', methods, { type: 'EMERGENCY_CODE' }, byPin)
  return { id: user.id, methods, byPin, byCode: { 'signing-method': `${code.id}:${code.value}` }, code, user }
}

function walletOf(ground: Ground) {
  return ground.custody('POST', '/api/wallets', { secretType: 'ETHEREUM', pincode: pin })
}

/** A transaction that was sent. */
async function sent(ground: Ground): Promise<() => Promise<unknown>> {
  const { id: walletId } = await walletOf(ground)
  const transactionRequest = { type: 'TRANSFER', secretType: 'ETHEREUM', walletId, to: `0x${'1'.repeat(40)}`, value: 1 }
  return () => ground.custody('POST', '/api/transactions', { pincode: pin, transactionRequest })
}

/** A transaction of which `maintain()` sees the end. */
function ends(status: 'mined' | 'failed'): Act {
  return async (ground) => {
    await (await sent(ground))()
    ground.chain.says.status = status
    ground.later(120_000)
    return () => ground.billfold.maintain()
  }
}

/** What the custody API and the users of its own tell of. */
export const custodyActs = {
  'user.created': async (ground) => () => ground.custody('POST', '/api/users', {}),
  'user.changed': async (ground) => {
    const { id } = await ground.custody('POST', '/api/users', {})
    return () => ground.custody('PUT', `/api/users/${id}`, { reference: 'other' })
  },
  'user.archived': async (ground) => {
    const { id, byPin } = await userWithMethods(ground)
    return () => ground.custody('DELETE', `/api/users/${id}`, undefined, byPin)
  },
  'user.erased': async (ground) => {
    const { id } = await ground.custody('POST', '/api/users', {})
    return () => ground.billfold.users.erase(id)
  },
  'signing-method.created': async (ground) => {
    const { id } = await ground.custody('POST', '/api/users', {})
    return () => ground.custody('POST', `/api/users/${id}/signing-methods`, { type: 'PIN', value: pin })
  },
  'signing-method.replaced': async (ground) => {
    const { methods, user, byCode } = await userWithMethods(ground)
    return () => ground.custody('PUT', `${methods}/${user.signingMethods[0].id}`, { value: '987654' }, byCode)
  },
  'signing-method.removed': async (ground) => {
    const { methods, code, byPin } = await userWithMethods(ground)
    return () => ground.custody('DELETE', `${methods}/${code.id}`, undefined, byPin)
  },
  'signing-method.locked': async (ground) => {
    const { id } = await walletOf(ground)
    const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: id, data: 'x' }
    const body = { pincode: '000000', signatureRequest }
    const guess = () => call(direct(ground.billfold.custody), ground.authorization, 'POST', '/api/signatures', body)
    return () => Promise.all(Array.from({ length: 12 }, guess))
  },
  'wallet.created': async (ground) => () => walletOf(ground),
  'wallet.imported': async (ground) => () =>
    ground.custody('POST', '/api/wallets/import', {
      importWalletType: 'ETHEREUM_PRIVATE_KEY',
      pincode: pin,
      privateKey,
    }),
  'wallet.exported': async (ground) => {
    const { id } = await walletOf(ground)
    const body = { type: 'PRIVATE_KEY', pincode: pin }
    return () => ground.custody('POST', `/api/wallets/${id}/export`, body)
  },
  'wallet.changed': async (ground) => {
    const { id } = await walletOf(ground)
    return () => ground.custody('PATCH', `/api/wallets/${id}`, { description: 'other' })
  },
  'wallet.linked': async (ground) => {
    const [{ id }, { id: userId, byPin }] = [await walletOf(ground), await userWithMethods(ground)]
    return () => ground.custody('PUT', `/api/wallets/${id}/link`, { pincode: pin, userId }, byPin)
  },
  'transaction.created': sent,
  'transaction.mined': ends('mined'),
  'transaction.failed': ends('failed'),
  'transaction.refused': async (ground) => {
    ground.chain.says.broadcast = { outcome: 'refused', reason: 'insufficient-funds' }
    const send = await sent(ground)
    return () => send().catch(() => undefined)
  },
  'transaction.replaced': async (ground) => {
    ground.chain.says.broadcast = { outcome: 'nonce-taken' }
    const send = await sent(ground)
    return () => send().catch(() => undefined)
  },
  'service-key.created':
    async ({ billfold }) =>
    () =>
      billfold.serviceKeys.create({ tag: 'a', scopes: ['dids'] }),
  'service-key.revoked': async ({ billfold }) => {
    const { keyId } = await billfold.serviceKeys.create({ tag: 'a', scopes: ['dids'] })
    return () => billfold.serviceKeys.revoke(keyId)
  },
  'licence.created':
    async ({ billfold }) =>
    () =>
      billfold.licences.create({ tag: 'a' }),
  'licence.revoked': async ({ billfold }) => {
    const { id } = await billfold.licences.create({ tag: 'a' })
    return () => billfold.licences.revoke(id)
  },
  'webhook.disabled': async ({ billfold }) => {
    const { id } = await billfold.webhooks.create({ url: 'https://hooks.example' })
    return () => billfold.webhooks.disable(id)
  },
} satisfies { readonly [Type in EventType]?: Act }

import type { EventType } from '@billfold/core'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { callCustody } from '../custody/custody-host.ts'
import type { EventHost, EventTrigger } from './event-host.ts'

const pin = '471147'
const privateKey = `0x${'7'.repeat(64)}`

async function userWithMethods(setup: EventHost) {
  const user = await setup.callCustody('POST', '/api/users', { signingMethod: { type: 'PIN', value: pin } })
  const methods = `/api/users/${user.id}/signing-methods`
  const byPin = { 'signing-method': `${user.signingMethods[0].id}:${pin}` }
  const code = await setup.callCustody('POST', methods, { type: 'EMERGENCY_CODE' }, byPin)
  return { id: user.id, methods, byPin, byCode: { 'signing-method': `${code.id}:${code.value}` }, code, user }
}

function createWallet(setup: EventHost) {
  return setup.callCustody('POST', '/api/wallets', { secretType: 'ETHEREUM', pincode: pin })
}

/** Prepares the sending of a transaction. */
async function sent(setup: EventHost): Promise<() => Promise<unknown>> {
  const { id: walletId } = await createWallet(setup)
  const transactionRequest = { type: 'TRANSFER', secretType: 'ETHEREUM', walletId, to: `0x${'1'.repeat(40)}`, value: 1 }
  return () => setup.callCustody('POST', '/api/transactions', { pincode: pin, transactionRequest })
}

/** Prepares a transaction whose end `maintain()` detects. */
function ends(status: 'mined' | 'failed'): EventTrigger {
  return async (setup) => {
    await (await sent(setup))()
    setup.chain.script.status = status
    setup.advanceClock(120_000)
    return () => setup.billfold.maintain()
  }
}

/** Triggers for the events of the custody API and of users. */
export const custodyTriggers = {
  'user.created': async (setup) => () => setup.callCustody('POST', '/api/users', {}),
  'user.updated': async (setup) => {
    const { id } = await setup.callCustody('POST', '/api/users', {})
    return () => setup.callCustody('PUT', `/api/users/${id}`, { reference: 'other' })
  },
  'user.archived': async (setup) => {
    const { id, byPin } = await userWithMethods(setup)
    return () => setup.callCustody('DELETE', `/api/users/${id}`, undefined, byPin)
  },
  'user.unlocked': async (setup) => {
    const { id } = await setup.callCustody('POST', '/api/users', {})
    return () => setup.billfold.users.unlock(id)
  },
  'user.erased': async (setup) => {
    const { id } = await setup.callCustody('POST', '/api/users', {})
    return () => setup.billfold.users.erase(id)
  },
  'signing-method.created': async (setup) => {
    const { id } = await setup.callCustody('POST', '/api/users', {})
    return () => setup.callCustody('POST', `/api/users/${id}/signing-methods`, { type: 'PIN', value: pin })
  },
  'signing-method.replaced': async (setup) => {
    const { methods, user, byCode } = await userWithMethods(setup)
    return () => setup.callCustody('PUT', `${methods}/${user.signingMethods[0].id}`, { value: '987654' }, byCode)
  },
  'signing-method.removed': async (setup) => {
    const { methods, code, byPin } = await userWithMethods(setup)
    return () => setup.callCustody('DELETE', `${methods}/${code.id}`, undefined, byPin)
  },
  'signing-method.locked': async (setup) => {
    const { id } = await createWallet(setup)
    const signatureRequest = { type: 'MESSAGE', secretType: 'ETHEREUM', walletId: id, data: 'x' }
    const body = { pincode: '000000', signatureRequest }
    const guess = () =>
      callCustody(inMemoryDriver(setup.billfold.custody), setup.authorization, 'POST', '/api/signatures', body)
    return () => Promise.all(Array.from({ length: 12 }, guess))
  },
  'wallet.created': async (setup) => () => createWallet(setup),
  'wallet.imported': async (setup) => () =>
    setup.callCustody('POST', '/api/wallets/import', {
      importWalletType: 'ETHEREUM_PRIVATE_KEY',
      pincode: pin,
      privateKey,
    }),
  'wallet.exported': async (setup) => {
    const { id } = await createWallet(setup)
    const body = { type: 'PRIVATE_KEY', pincode: pin }
    return () => setup.callCustody('POST', `/api/wallets/${id}/export`, body)
  },
  'wallet.updated': async (setup) => {
    const { id } = await createWallet(setup)
    return () => setup.callCustody('PATCH', `/api/wallets/${id}`, { description: 'other' })
  },
  'wallet.linked': async (setup) => {
    const [{ id }, { id: userId, byPin }] = [await createWallet(setup), await userWithMethods(setup)]
    return () => setup.callCustody('PUT', `/api/wallets/${id}/link`, { pincode: pin, userId }, byPin)
  },
  'transaction.created': sent,
  'transaction.mined': ends('mined'),
  'transaction.failed': ends('failed'),
  'transaction.rejected': async (setup) => {
    setup.chain.script.broadcast = { outcome: 'rejected', reason: 'insufficient-funds' }
    const send = await sent(setup)
    return () => send().catch(() => undefined)
  },
  'transaction.replaced': async (setup) => {
    setup.chain.script.broadcast = { outcome: 'nonce-taken' }
    const send = await sent(setup)
    return () => send().catch(() => undefined)
  },
  'transfer.received': async (setup) => {
    const { address } = await createWallet(setup)
    setup.chain.script.received = address
    return () => setup.billfold.maintain()
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
} satisfies { readonly [Type in EventType]?: EventTrigger }

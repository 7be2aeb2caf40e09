import { createPasskey, formatPasskeyMethod, usePasskey } from '@billfold/core/client'
import { runAction } from '../calls.ts'
import { type Fact, type Flow, fieldText, type FlowStep, requireStep } from '../flow.ts'
import { getIn, getList, getText } from '../json.ts'
import { recoverSigner } from '../wallet.ts'

/** What the steps know, stored so that it survives the authentication page. */
interface PasskeyUser {
  readonly userId: string
  readonly pinId: string
  readonly walletId: string
  readonly address: string
  readonly methodId?: string
}

const storageKey = 'passkey user'

function readUser(): PasskeyUser | undefined {
  const stored = sessionStorage.getItem(storageKey)
  if (stored === null) return undefined
  const user: PasskeyUser = JSON.parse(stored)
  return user
}

function storeUser(user: PasskeyUser): void {
  sessionStorage.setItem(storageKey, JSON.stringify(user))
}

/** Passkeys: one opens the keys of a user, gets them back in after a lost PIN, and signs in. */
export const passkeysFlow: Flow = {
  name: 'passkeys',
  title: 'Passkeys',
  intro:
    'A passkey does two jobs: it signs a user in, and its secret, which only the authenticator can make, opens the user’s keys. Open this page at localhost: browsers give passkeys to domains only.',
  steps: () => [user, creation, signature, recovery, login],
}

const user: FlowStep = {
  title: 'Create a user with a PIN and a wallet',
  text: 'The passkey is added beside the PIN, so that either opens the keys.',
  fields: [{ name: 'pin', label: 'PIN', value: '123456', inputmode: 'numeric' }],
  action: 'Create user and wallet',
  isReady: () => true,
  run: async (form) => {
    const pin = fieldText(form, 'pin')
    const made = await runAction('custody/user', { pin })
    const userId = getText(made, 'result', 'id')
    const pinId = getText(getList(made, 'result', 'signingMethods')[0], 'id')
    const wallet = await runAction('custody/wallet', { userId, pin })
    const address = getText(wallet, 'result', 'address')
    storeUser({ userId, pinId, walletId: getText(wallet, 'result', 'id'), address })
    return [
      { label: 'User', value: userId },
      { label: 'Address', value: address },
    ]
  },
  restore: async () => {
    const stored = readUser()
    return stored && [{ label: 'Address', value: stored.address }]
  },
}

const creation: FlowStep = {
  title: 'Add a passkey',
  text: 'The browser derives the value from the secret of the authenticator (PRF). The secret itself never leaves the browser.',
  fields: [{ name: 'pin', label: 'PIN', value: '123456', inputmode: 'numeric' }],
  action: 'Add passkey',
  isReady: () => readUser() !== undefined,
  run: async (form) => {
    const stored = requireStep(readUser(), user.title)
    const { userId, pinId } = stored
    const byPin = { userId, pinId, pin: fieldText(form, 'pin') }
    const options = getIn(await runAction('passkeys/options', byPin), 'result')
    const { passkey, value } = await createPasskey(navigator.credentials, options)
    if (value === undefined)
      throw new Error('This authenticator has no PRF extension: its passkeys sign in, but open no keys')
    const methodId = getText(await runAction('passkeys/add', { ...byPin, passkey, value }), 'result', 'id')
    storeUser({ ...stored, methodId })
    return [{ label: 'Signing method', value: methodId }]
  },
  restore: async () => {
    const methodId = readUser()?.methodId
    return methodId === undefined ? undefined : [{ label: 'Signing method', value: methodId }]
  },
}

const hasPasskey = (): boolean => readUser()?.methodId !== undefined

const signature: FlowStep = {
  title: 'Sign with the passkey',
  text: 'The passkey signs over a digest of the request: it is of no use for another one, or twice.',
  fields: [{ name: 'message', label: 'Message', value: 'Hello from my passkey' }],
  action: 'Sign with passkey',
  isReady: hasPasskey,
  run: async (form) => {
    const { walletId, address } = requireStep(readUser(), user.title)
    const message = fieldText(form, 'message')
    return verifySignature(message, await authorize({ kind: 'sign', walletId, message }), address)
  },
}

const recovery: FlowStep = {
  title: 'Replace a forgotten PIN',
  text: 'The passkey opens the keys, and they are sealed under another PIN. Sign with the new PIN to see that it works.',
  fields: [{ name: 'pin', label: 'New PIN', value: '815271', inputmode: 'numeric' }],
  action: 'Replace PIN',
  isReady: hasPasskey,
  run: async (form) => {
    const { pinId, walletId, address } = requireStep(readUser(), user.title)
    const pin = fieldText(form, 'pin')
    await authorize({ kind: 'reset-pin', pinId, pin })
    const message = 'Signed with the new PIN'
    const signed = await runAction('custody/sign', { walletId, message, pin })
    return [{ label: 'PIN', value: 'replaced' }, ...verifySignature(message, signed, address)]
  },
}

const login: FlowStep = {
  title: 'Sign in with the passkey',
  text: 'The authentication page offers the passkey, without a name or a PIN. A passkey that has verified its user is two factors.',
  action: 'Sign in',
  isReady: hasPasskey,
  run: async () => {
    const { userId } = requireStep(readUser(), user.title)
    location.assign(getText(await runAction('passkeys/sign-in', { userId }), 'url'))
    return [{ label: 'Redirecting to', value: 'the authentication page' }]
  },
  restore: loginResult,
}

/** Authorizes a request with the passkey: gets its challenge, uses the passkey, and sends it. */
async function authorize(work: Readonly<Record<string, string>>): Promise<unknown> {
  const { userId, methodId } = requireStep(readUser(), user.title)
  const options = getIn(await runAction('passkeys/challenge', { userId, methodId, work }), 'result')
  const used = await usePasskey(navigator.credentials, options)
  const header = formatPasskeyMethod(methodId ?? '', used)
  return runAction('passkeys/use', { userId, methodId, work, header })
}

function verifySignature(message: string, signed: unknown, address: string): readonly Fact[] {
  const made = getText(signed, 'result', 'signature')
  const verified = recoverSigner(message, made) === address.toLowerCase()
  return [
    { label: 'Signature', value: made },
    { label: 'Verified in the browser', value: `signed by ${address}`, verified },
  ]
}

/** Reads the result of a login on the server: the browser must not decide who is logged in. */
async function loginResult(): Promise<readonly Fact[] | undefined> {
  const sessionId = new URLSearchParams(location.search).get('session')
  if (sessionId === null) return undefined
  try {
    const response = await runAction('face/result', { sessionId })
    if (response === null) return [{ label: 'Result', value: 'Not completed', verified: false }]
    const userId = getText(response, 'userId')
    return [
      { label: 'Signed in', value: userId, verified: userId === readUser()?.userId },
      { label: 'By', value: getList(response, 'amr').join(', ') },
    ]
  } catch (error) {
    return [{ label: 'Result', value: error instanceof Error ? error.message : String(error), verified: false }]
  }
}

import { runAction } from '../calls.ts'
import { type Flow, requireStep, type FlowStep, fieldText } from '../flow.ts'
import { getText } from '../json.ts'
import { recoverSigner } from '../wallet.ts'

/** Custody: creates a user and a wallet, and signs. */
export const custodyFlow: Flow = {
  name: 'custody',
  title: 'Custody',
  intro:
    'The host manages wallets for its users. Signing requires the user’s PIN: neither the server nor its database can use a key alone.',
  steps: () => {
    let userId: string | undefined
    let pin = ''
    let wallet: { readonly id: string; readonly address: string } | undefined
    const user: FlowStep = {
      title: 'Create a user with a PIN',
      text: 'The PIN encrypts the user’s master secret, which encrypts all keys of the user. The PIN itself is not stored.',
      fields: [{ name: 'pin', label: 'PIN', value: '123456', inputmode: 'numeric' }],
      action: 'Create user',
      isReady: () => true,
      run: async (form) => {
        const response = await runAction('custody/user', { pin: fieldText(form, 'pin') })
        userId = getText(response, 'result', 'id')
        pin = fieldText(form, 'pin')
        wallet = undefined
        return [{ label: 'User', value: userId }]
      },
    }
    const createWallet: FlowStep = {
      title: 'Create a wallet',
      text: 'Creates an Ethereum key. Eleven other chains work the same way.',
      action: 'Create wallet',
      isReady: () => userId !== undefined,
      run: async () => {
        const response = await runAction('custody/wallet', { userId, pin })
        wallet = { id: getText(response, 'result', 'id'), address: getText(response, 'result', 'address') }
        return [{ label: 'Address', value: wallet.address }]
      },
    }
    const sign: FlowStep = {
      title: 'Sign a message',
      text: 'Also try a wrong PIN: after ten failed attempts the signing method is locked.',
      fields: [
        { name: 'message', label: 'Message', value: 'Hello from my wallet' },
        { name: 'pin', label: 'PIN', value: '123456', inputmode: 'numeric' },
      ],
      action: 'Sign',
      isReady: () => wallet !== undefined,
      run: async (form) => {
        const { id, address } = requireStep(wallet, 'Create a wallet')
        const message = fieldText(form, 'message')
        const response = await runAction('custody/sign', { walletId: id, message, pin: fieldText(form, 'pin') })
        const signature = getText(response, 'result', 'signature')
        const isValid = recoverSigner(message, signature) === address.toLowerCase()
        return [
          { label: 'Signature', value: signature },
          { label: 'Verified in the browser', value: `signed by ${address}`, verified: isValid },
        ]
      },
    }
    return [user, createWallet, sign]
  },
}

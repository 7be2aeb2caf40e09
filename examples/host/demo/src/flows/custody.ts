import { act } from '../calls.ts'
import { type Flow, made, type Step, typed } from '../flow.ts'
import { textAt } from '../json.ts'
import { signerOf } from '../wallet.ts'

/** Custody: creates a user and a wallet, and signs. */
export const custody: Flow = {
  name: 'custody',
  title: 'Custody',
  intro:
    'The host manages wallets for its users. Signing requires the user’s PIN: neither the server nor its database can use a key alone.',
  steps: () => {
    let userId: string | undefined
    let pin = ''
    let wallet: { readonly id: string; readonly address: string } | undefined
    const user: Step = {
      title: 'Create a user with a PIN',
      text: 'The PIN encrypts the user’s master secret, which encrypts all keys of the user. The PIN itself is not stored.',
      fields: [{ name: 'pin', label: 'PIN', value: '123456', inputmode: 'numeric' }],
      action: 'Create user',
      ready: () => true,
      run: async (form) => {
        const response = await act('custody/user', { pin: typed(form, 'pin') })
        userId = textAt(response, 'result', 'id')
        pin = typed(form, 'pin')
        wallet = undefined
        return [{ label: 'User', value: userId }]
      },
    }
    const createWallet: Step = {
      title: 'Create a wallet',
      text: 'Creates an Ethereum key. Eleven other chains work the same way.',
      action: 'Create wallet',
      ready: () => userId !== undefined,
      run: async () => {
        const response = await act('custody/wallet', { userId, pin })
        wallet = { id: textAt(response, 'result', 'id'), address: textAt(response, 'result', 'address') }
        return [{ label: 'Address', value: wallet.address }]
      },
    }
    const sign: Step = {
      title: 'Sign a message',
      text: 'Also try a wrong PIN: after ten failed attempts the signing method is locked.',
      fields: [
        { name: 'message', label: 'Message', value: 'Hello from my wallet' },
        { name: 'pin', label: 'PIN', value: '123456', inputmode: 'numeric' },
      ],
      action: 'Sign',
      ready: () => wallet !== undefined,
      run: async (form) => {
        const { id, address } = made(wallet, 'Create a wallet')
        const message = typed(form, 'message')
        const response = await act('custody/sign', { walletId: id, message, pin: typed(form, 'pin') })
        const signature = textAt(response, 'result', 'signature')
        const isValid = signerOf(message, signature) === address.toLowerCase()
        return [
          { label: 'Signature', value: signature },
          { label: 'Verified in the browser', value: `signed by ${address}`, holds: isValid },
        ]
      },
    }
    return [user, createWallet, sign]
  },
}

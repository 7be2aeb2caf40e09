import { act } from '../calls.ts'
import { type Flow, made, type Step, typed } from '../flow.ts'
import { textAt } from '../json.ts'
import { signerOf } from '../wallet.ts'

/** Custody: a user, a wallet, a signature. */
export const custody: Flow = {
  name: 'custody',
  title: 'Custody',
  intro:
    'The host keeps a wallet for somebody and signs with it, but only together with their PIN: neither the server nor its database can use the key alone.',
  steps: () => {
    let userId: string | undefined
    let pin = ''
    let wallet: { readonly id: string; readonly address: string } | undefined
    const user: Step = {
      title: 'Make a user with a PIN',
      text: 'The PIN wraps the secret that all keys of the user are sealed under. It is kept nowhere.',
      fields: [{ name: 'pin', label: 'PIN', value: '123456', inputmode: 'numeric' }],
      action: 'Make the user',
      ready: () => true,
      run: async (form) => {
        const answer = await act('custody/user', { pin: typed(form, 'pin') })
        userId = textAt(answer, 'result', 'id')
        pin = typed(form, 'pin')
        wallet = undefined
        return [{ label: 'User', value: userId }]
      },
    }
    const makeWallet: Step = {
      title: 'Make a wallet',
      text: 'A new key on Ethereum. Eleven further chains work the same.',
      action: 'Make the wallet',
      ready: () => userId !== undefined,
      run: async () => {
        const answer = await act('custody/wallet', { userId, pin })
        wallet = { id: textAt(answer, 'result', 'id'), address: textAt(answer, 'result', 'address') }
        return [{ label: 'Address', value: wallet.address }]
      },
    }
    const sign: Step = {
      title: 'Sign a message',
      text: 'Try a wrong PIN, too: ten of them, and the method is locked.',
      fields: [
        { name: 'message', label: 'Message', value: 'Hello from my wallet' },
        { name: 'pin', label: 'PIN', value: '123456', inputmode: 'numeric' },
      ],
      action: 'Sign',
      ready: () => wallet !== undefined,
      run: async (form) => {
        const { id, address } = made(wallet, 'Make a wallet')
        const message = typed(form, 'message')
        const answer = await act('custody/sign', { walletId: id, message, pin: typed(form, 'pin') })
        const signature = textAt(answer, 'result', 'signature')
        const holds = signerOf(message, signature) === address.toLowerCase()
        return [
          { label: 'Signature', value: signature },
          { label: 'Checked in this page', value: `signed by ${address}`, holds },
        ]
      },
    }
    return [user, makeWallet, sign]
  },
}

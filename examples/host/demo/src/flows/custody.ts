import { runAction } from '../calls.ts'
import { type Fact, type Flow, requireStep, type FlowStep, fieldText } from '../flow.ts'
import { getIn, getList, getText } from '../json.ts'
import { recoverSigner } from '../wallet.ts'

/** Adds the attempts that are left to the error of a wrong PIN. */
async function withAttempts(error: unknown, userId: string | undefined): Promise<never> {
  const left = getIn(await runAction('custody/attempts', { userId }), 'remainingAttempts')
  const message = error instanceof Error ? error.message : String(error)
  throw new Error(`${message}. Attempts left: ${String(left)}`, { cause: error })
}

/** The score, the factors that raise it, and what waits for approval. */
function riskFacts(reply: unknown): readonly Fact[] {
  const score = Number(getIn(reply, 'assessment', 'score'))
  const reasons = getList(reply, 'assessment', 'factors')
    .map((factor) => ({ name: String(getIn(factor, 'name')), value: Number(getIn(factor, 'value') ?? 0) }))
    .filter(({ value }) => value >= 4)
    .toSorted((one, other) => other.value - one.value)
    .slice(0, 3)
    .map(({ name, value }) => `${name} ${value}`)
  return [
    { label: 'Score', value: `${score.toFixed(2)} of 100`, gauge: { value: score, max: 100 } },
    { label: 'Severity', value: getText(reply, 'assessment', 'severity') },
    { label: 'Highest factors', value: reasons.length === 0 ? 'none of 4 or more' : reasons.join(', ') },
    { label: 'Pending approvals', value: String(getIn(reply, 'waiting')) },
  ]
}

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
        const input = { walletId: id, message, pin: fieldText(form, 'pin') }
        const response = await runAction('custody/sign', input).catch((error: unknown) => withAttempts(error, userId))
        const signature = getText(response, 'result', 'signature')
        const isValid = recoverSigner(message, signature) === address.toLowerCase()
        return [
          { label: 'Signature', value: signature },
          { label: 'Verified in the browser', value: `signed by ${address}`, verified: isValid },
        ]
      },
    }
    const risk: FlowStep = {
      title: 'Assess the risk',
      text: 'A score from 0 to 100 by the OWASP Risk Rating Methodology, from what this user has done. Wrong PINs raise it.',
      action: 'Assess',
      isReady: () => wallet !== undefined,
      run: async () => riskFacts(await runAction('custody/risk', { userId })),
    }
    return [user, createWallet, sign, risk]
  },
}

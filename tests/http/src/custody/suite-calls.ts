import type { RequestDriver } from '../request-driver.ts'
import { callCustody, type CustodyReply } from './custody-host.ts'

/** The PIN of the users in the suites of the custody API. */
export const pin = '123456'

/** A user with a PIN and an Ethereum wallet. */
export interface UserWithWallet {
  readonly user: CustodyReply['result']
  readonly wallet: CustodyReply['result']
  readonly pinId: string
  /** The path of the user's signing methods. */
  readonly methods: string
}

/** Calls that the suites of the custody API share. */
export interface SuiteCalls {
  readonly call: (
    method: string,
    path: string,
    json?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<CustodyReply>
  readonly createUserWithWallet: () => Promise<UserWithWallet>
}

/** Creates the calls; `authorization` returns the header of a service key. */
export function createSuiteCalls(driver: RequestDriver, authorization: () => string): SuiteCalls {
  const call: SuiteCalls['call'] = (method, path, json, headers) =>
    callCustody(driver, authorization(), method, path, json, headers)
  return {
    call,
    createUserWithWallet: async () => {
      const { result: user } = await call('POST', '/api/users', { signingMethod: { type: 'PIN', value: pin } })
      const asset = { secretType: 'ETHEREUM', userId: user.id, pincode: pin }
      const { result: wallet } = await call('POST', '/api/wallets', asset)
      return { user, wallet, pinId: user.signingMethods[0].id, methods: `/api/users/${user.id}/signing-methods` }
    },
  }
}

/** Creates the body of a request that signs a message. */
export function messageToSign(walletId: string, pincode?: string): object {
  return { pincode, signatureRequest: { type: 'MESSAGE', secretType: 'ETHEREUM', walletId, data: 'hello' } }
}

import { SigningKey } from 'ethers'
import type { FuzzedAccess } from '../fuzz/fuzzed-api.ts'
import type { Random } from '../fuzz/random.ts'
import type { CompleteRequest } from '../fuzz/requests.ts'
import type { RequestDriver } from '../request-driver.ts'
import { createDidClient } from './did-client.ts'
import { publicUrl } from './did-host.ts'
import { hashBody, signEs256k } from './sign-did-auth.ts'

/** Signs requests as the admin, or with the key of a wallet that the API holds, so that they pass the check of `x-did-auth`. */
export function createSignedRequests(
  driver: RequestDriver,
  prefix: string,
  { did, privateKey, wallets, authorization }: NonNullable<FuzzedAccess['didAuth']>,
): CompleteRequest {
  const admin = new SigningKey(privateKey)
  const { call } = createDidClient(driver, () => authorization)
  const signAsWallet = async (act: string, body: string, random: Random): Promise<string> => {
    const answer = await call('POST', '/wallet/auth', { did: random.pick(wallets), act, bod: hashBody(body) })
    const { token } = (answer.body ?? {}) as { readonly token?: string }
    return token ?? 'none'
  }
  return async (request, random) => {
    const [path = ''] = request.path.slice(prefix.length).split('?')
    if (!/^\/wallet(\/configure|\/rename)?$/.test(path) || random.chance(0.1)) return request
    const [act, body] = [`${request.method} ${path}`, request.body.toString()]
    const token = random.chance(0.4)
      ? signEs256k(admin, { did, act, body, aud: publicUrl })
      : await signAsWallet(act, body, random)
    return { ...request, headers: { ...request.headers, 'x-did-auth': token } }
  }
}

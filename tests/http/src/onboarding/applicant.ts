import type { HttpReply, RequestContent, RequestDriver } from '../request-driver.ts'
import { randomBytes } from 'node:crypto'
import { Wallet } from 'ethers'
import type { JsonValue } from '../json-value.ts'

/** An authenticated wallet. */
export interface Applicant {
  readonly wallet: Wallet
  readonly jwt: string
  /** Sends a request with the wallet's token. */
  readonly send: (method: string, path: string, sent?: RequestContent) => Promise<OnboardingReply>
}

/** Creates a wallet without a mnemonic, whose derivation would take longer than the login. */
export function createLoginWallet(): Wallet {
  return new Wallet(`0x${randomBytes(32).toString('hex')}`)
}

/** A reply of the onboarding API. */
export interface OnboardingReply extends Pick<HttpReply, 'status' | 'headers' | 'text'> {
  readonly body: JsonValue
}

/** Sends a request to the onboarding API. */
export async function sendOnboardingRequest(
  client: RequestDriver,
  method: string,
  path: string,
  sent: RequestContent = {},
): Promise<OnboardingReply> {
  const { status, headers, text, json } = await client.request(method, path, sent)
  return { status, headers, text, body: json }
}

/** Decodes the claims of a token without verification. */
export function decodeClaims(jwt: string): JsonValue {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
}

/** Logs in by signing a challenge. */
export async function logInApplicant(client: RequestDriver, wallet: Wallet = createLoginWallet()): Promise<Applicant> {
  const { body: challenge } = await sendOnboardingRequest(client, 'GET', '/auth/challenge')
  const signature = await wallet.signMessage(decodeClaims(challenge.jwt).nonce)
  const headers = { authorization: `Bearer ${challenge.jwt}` }
  const { body } = await sendOnboardingRequest(client, 'POST', '/auth/challenge', { headers, json: { signature } })
  return {
    wallet,
    jwt: body.jwt,
    send: (method, path, sent = {}) =>
      sendOnboardingRequest(client, method, path, {
        ...sent,
        headers: { authorization: `Bearer ${body.jwt}`, ...sent.headers },
      }),
  }
}

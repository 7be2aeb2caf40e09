import { randomBytes } from 'node:crypto'
import { Wallet } from 'ethers'
import type { Answer, Client, Sent } from '../client.ts'
import type { ReplyJson } from '../reply-json.ts'

/** A wallet that talks to the API. */
export interface Applicant {
  readonly wallet: Wallet
  readonly jwt: string
  /** A request with the W-JWT. */
  readonly ask: (method: string, path: string, sent?: Sent) => Promise<Reply>
}

/** A wallet with a fresh key. Without a mnemonic, which costs more than the rest of a login. */
export function newWallet(): Wallet {
  return new Wallet(`0x${randomBytes(32).toString('hex')}`)
}

/** What was answered. */
export interface Reply extends Pick<Answer, 'status' | 'headers' | 'text'> {
  readonly body: ReplyJson
}

/** Asks, and reads the JSON. */
export async function ask(
  client: Pick<Client, 'request'>,
  method: string,
  path: string,
  sent: Sent = {},
): Promise<Reply> {
  const { status, headers, text, json } = await client.request(method, path, sent)
  return { status, headers, text, body: json }
}

/** The claims of a token, unverified. */
export function claimsOf(jwt: string): ReplyJson {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
}

/** Gets a challenge and answers it. */
export async function logIn(client: Pick<Client, 'request'>, wallet: Wallet = newWallet()): Promise<Applicant> {
  const { body: challenge } = await ask(client, 'GET', '/auth/challenge')
  const signature = await wallet.signMessage(claimsOf(challenge.jwt).nonce)
  const headers = { authorization: `Bearer ${challenge.jwt}` }
  const { body } = await ask(client, 'POST', '/auth/challenge', { headers, json: { signature } })
  return {
    wallet,
    jwt: body.jwt,
    ask: (method, path, sent = {}) =>
      ask(client, method, path, { ...sent, headers: { authorization: `Bearer ${body.jwt}`, ...sent.headers } }),
  }
}

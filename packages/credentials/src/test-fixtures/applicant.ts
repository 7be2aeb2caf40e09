import { randomBytes } from 'node:crypto'
import { Wallet } from 'ethers'
import { postJson } from './test-wallet.ts'

interface Sender {
  readonly post: (path: string, body: unknown) => ReturnType<typeof postJson>
  readonly get: (path: string) => Promise<{ readonly status: number; readonly body: Record<string, unknown> }>
}

/** A wallet of the onboarding API that is logged in. */
export interface Applicant extends Sender {
  readonly wallet: Wallet
  /** The same wallet, at another process. */
  readonly at: (port: number) => Sender
}

/** Logs a new wallet in, and returns what sends its requests. */
export async function logIn({ port }: { readonly port: number }): Promise<Applicant> {
  const url = `http://localhost:${port}/onboarding`
  const wallet = new Wallet(`0x${randomBytes(32).toString('hex')}`)
  const { jwt } = (await (await fetch(`${url}/auth/challenge`)).json()) as { jwt: string }
  const { nonce } = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as { nonce: string }
  const signature = await wallet.signMessage(nonce)
  const login = await postJson(`${url}/auth/challenge`, { signature }, { authorization: `Bearer ${jwt}` })
  const headers = { authorization: `Bearer ${String(login.body['jwt'])}` }
  const sendTo = (root: string): Sender => ({
    post: (path, body) => postJson(root + path, body, headers),
    get: async (path) => {
      const reply = await fetch(root + path, { headers })
      return { status: reply.status, body: (await reply.json()) as Record<string, unknown> }
    },
  })
  return { wallet, ...sendTo(url), at: (another) => sendTo(`http://localhost:${another}/onboarding`) }
}

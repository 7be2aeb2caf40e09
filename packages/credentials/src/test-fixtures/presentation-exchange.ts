import {
  authenticateRequest,
  encryptResponse,
  fetchRequest,
  type HeldCredential,
  type MdocChange,
  postJson,
  presentMdoc,
  presentSdJwt,
  respond,
  type SdJwtChange,
} from './test-wallet.ts'
import type { VerifierHost } from './verifier-host.ts'
import type { WalletRequest } from './wallet-request.ts'

export const origin = 'https://shop.example'

/** The attributes of the person whose credentials are presented, the same for both formats. */
export const verifiedPerson = {
  given_name: 'Erika',
  family_name: 'Mustermann',
  birth_date: '1984-01-26',
  nationalities: ['DE', 'FR'],
}

/** The transports that every wrong presentation is sent over. */
export const transports = ['direct_post.jwt', 'dc_api.jwt'] as const

export type Transport = (typeof transports)[number]

/** A verifier that is asked over one transport. */
export interface Exchanged {
  readonly host: VerifierHost
  readonly transport: Transport
}

/** The status of the reply to the wallet, and the result. */
export interface Exchange {
  readonly status: number
  readonly result: Awaited<ReturnType<VerifierHost['verifier']['result']>>
}

/** Requests the PID, has it presented, and gets the result. */
export async function exchange(
  { host, transport }: Exchanged,
  present: (request: WalletRequest) => Promise<unknown>,
): Promise<Exchange> {
  if (transport === 'dc_api.jwt') {
    const created = await host.verifier.request({ query: 'pid', flow: 'dc-api', origin })
    const { data, responseUrl, protocol } = created.dcApi ?? { data: { request: '' }, responseUrl: '', protocol: '' }
    const request = authenticateRequest(data.request ?? '')
    const response = await encryptResponse(request, { vp_token: await present(request) }, 'A128GCM')
    const { status } = await postJson(responseUrl, { protocol, data: { response } }, { origin })
    return { status, result: await host.verifier.result(created) }
  }
  const created = await host.verifier.request({ query: 'pid', flow: 'same-device' })
  const request = await fetchRequest(created.uri ?? '')
  const { status, body } = await respond(request, await present(request))
  const target = body['redirect_uri']
  const responseCode = typeof target === 'string' ? new URL(target).searchParams.get('response_code') : null
  const { transaction } = created
  return { status, result: await host.verifier.result({ transaction, responseCode: responseCode ?? undefined }) }
}

/** The code of the refusal, or the status of the result. */
export function codeOf({ result }: Exchange): string {
  return result.code ?? result.status
}

/** Presents an SD-JWT VC. `edit` changes the presentation as it is sent. */
export function exchangeSdJwt(
  exchanged: Exchanged,
  held: HeldCredential,
  change?: SdJwtChange,
  edit = (text: string): string => text,
): Promise<Exchange> {
  return exchange(exchanged, async (request) => ({ 'pid-1': [edit(await presentSdJwt(request, held, change))] }))
}

/** Presents an mdoc. `edit` changes the presentation as it is sent. */
export function exchangeMdoc(
  exchanged: Exchanged,
  held: HeldCredential,
  change?: MdocChange,
  edit = (text: string): string => text,
): Promise<Exchange> {
  return exchange(exchanged, async (request) => ({ 'pid-2': [edit(await presentMdoc(request, held, change))] }))
}

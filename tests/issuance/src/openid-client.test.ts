import * as oauth from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createUser } from './create-user.ts'
import { ada, client, identity, type IssuerServer, startIssuer } from './issuer-server.ts'

const preAuthorizedGrant = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'

describe('openid-client', () => {
  let server: IssuerServer
  let config: oauth.Configuration
  let dpop: oauth.DPoPHandle

  beforeAll(async () => {
    server = await startIssuer('nonce')
    config = await oauth.discovery(new URL(server.publicUrl), client.clientId, undefined, oauth.None(), {
      algorithm: 'oauth2',
      // oxlint-disable-next-line typescript/no-deprecated -- the server of the test is on this machine
      execute: [oauth.allowInsecureRequests],
    })
    dpop = oauth.getDPoPHandle(config, await oauth.randomDPoPKeyPair('ES256'))
  })
  afterAll(() => server.close())

  const [redirectUri = ''] = client.redirectUris

  /** A browser that agrees to what the page shows. */
  const agree = async (url: URL): Promise<URL> => {
    const page = await fetch(url)
    expect(page.status).toBe(200)
    const cookie = page.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
    const requestUri = url.searchParams.get('request_uri') ?? ''
    const consent = /name="consent" value="([^"]+)"/.exec(await page.text())?.[1] ?? ''
    const decided = await fetch(`${server.publicUrl}/authorize`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ request_uri: requestUri, consent, decision: 'allow' }).toString(),
    })
    expect(decided.status).toBe(303)
    return new URL(decided.headers.get('location') ?? '')
  }

  test('discovers the server, pushes a request, redeems the code with PKCE and DPoP, and refreshes', async () => {
    expect(config.serverMetadata()).toMatchObject({
      issuer: server.publicUrl,
      require_pushed_authorization_requests: true,
    })
    const offer = await server.billfold.credentials.issuer.offer(identity, {
      claims: ada,
      subject: server.user.current.userId === '' ? await subjectOf(server) : server.user.current,
      grants: ['authorization_code'],
      by: 'value',
    })
    const parsed: unknown = JSON.parse(new URL(offer.uri).searchParams.get('credential_offer') ?? '')
    const issuerState = /"issuer_state":"([^"]+)"/.exec(JSON.stringify(parsed))?.[1] ?? ''
    const codeVerifier = oauth.randomPKCECodeVerifier()
    const state = oauth.randomState()
    const url = await oauth.buildAuthorizationUrlWithPAR(
      config,
      {
        redirect_uri: redirectUri,
        scope: 'identity.sd-jwt',
        state,
        issuer_state: issuerState,
        code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      },
      { DPoP: dpop },
    )
    const back = await agree(url)
    const checks = { pkceCodeVerifier: codeVerifier, expectedState: state }
    const tokens = await oauth.authorizationCodeGrant(config, back, checks, undefined, { DPoP: dpop })
    expect(tokens).toMatchObject({ token_type: 'dpop', expires_in: 3600 })
    const nonce = await fetch(`${server.publicUrl}/nonce`, { method: 'POST' })
    expect(nonce.status).toBe(200)
    const url2 = new URL(`${server.publicUrl}/credential`)
    const body = JSON.stringify({ credential_configuration_id: 'identity.sd-jwt' })
    const headers = new Headers({ 'content-type': 'application/json' })
    const resource = await oauth.fetchProtectedResource(config, tokens.access_token, url2, 'POST', body, headers, {
      DPoP: dpop,
    })
    // The token is good; a key proof is missing.
    expect(await resource.json()).toMatchObject({ error: 'invalid_proof' })
    const again = await oauth.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP: dpop })
    expect(again.access_token).not.toBe(tokens.access_token)
  })

  test('redeems a pre-authorized code as an extension grant, once', async () => {
    const { uri } = await server.billfold.credentials.issuer.offer(identity, { claims: ada, by: 'value' })
    const code =
      /"pre-authorized_code":"([^"]+)"/.exec(new URL(uri).searchParams.get('credential_offer') ?? '')?.[1] ?? ''
    const form = { 'pre-authorized_code': code }
    const tokens = await oauth.genericGrantRequest(config, preAuthorizedGrant, form, { DPoP: dpop })
    expect(tokens.token_type).toBe('dpop')
    await expect(oauth.genericGrantRequest(config, preAuthorizedGrant, form, { DPoP: dpop })).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })
})

async function subjectOf(server: IssuerServer): Promise<{ userId: string }> {
  server.user.current = { userId: await createUser(server) }
  return server.user.current
}

import type { RequestListener } from 'node:http'
import Provider from 'oidc-provider'

/** The token endpoint of oidc-provider with default settings and JWT access tokens. */
export async function oidcLogin(): Promise<RequestListener> {
  const provider = new Provider('http://127.0.0.1', {
    clients: [
      {
        client_id: 'client',
        client_secret: 'secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: '', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } }),
      },
    },
  })
  const handle = provider.callback()
  return (request, response) => void handle(request, response)
}

import { type Express, urlencoded } from 'express'

/** Mounts an authorization server that lets everybody in: where Credo sends a user whom its issuer must know. */
export function mountLogin(app: Express, issuer: string): void {
  const { pathname } = new URL(issuer)
  app.get(`/.well-known/oauth-authorization-server${pathname}`, (_, response) => {
    response.json({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
    })
  })
  app.get(`${pathname}/authorize`, ({ query }, response) => {
    const url = new URL(String(query['redirect_uri']))
    url.searchParams.set('code', 'code')
    url.searchParams.set('state', String(query['state']))
    response.redirect(url.href)
  })
  app.post(`${pathname}/token`, urlencoded({ extended: false }), (_, response) => {
    response.json({ access_token: 'token', token_type: 'Bearer', expires_in: 60 })
  })
}

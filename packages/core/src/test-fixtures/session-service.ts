import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'

/** A self-signed certificate for sessions.example and 127.0.0.1, for tests only. */
export const testCertificate = `-----BEGIN CERTIFICATE-----
MIIBxDCCAWmgAwIBAgIUKJjlJ5WGQqFYLiLDylkP1RcwwvIwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQc2Vzc2lvbnMuZXhhbXBsZTAgFw0yNjExMjEwODMyNDhaGA8y
MTI2MTAyODA4MzI0OFowGzEZMBcGA1UEAwwQc2Vzc2lvbnMuZXhhbXBsZTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABF1YyZ8eelwkG1Es7tN+oAJFk/PLK+c4aZ0W
ObMHTMBgXHuO6KYJ9GvA9V9F6nuCwaRiXG74+wHPTiN//4TumCejgYgwgYUwHQYD
VR0OBBYEFE+MHliSIxdqBoiDF1qUVbgKg7paMB8GA1UdIwQYMBaAFE+MHliSIxdq
BoiDF1qUVbgKg7paMA8GA1UdEwEB/wQFMAMBAf8wMgYDVR0RBCswKYIQc2Vzc2lv
bnMuZXhhbXBsZYIPcmVib3VuZC5leGFtcGxlhwR/AAABMAoGCCqGSM49BAMCA0kA
MEYCIQCxowyDdlvi5Gblwt1QeMj6JPCAGsjPWQpEdGh57AaNXQIhAIGTUoSqvEo3
m27DCYaqo2MxW4AeJyGr+KHj+BJmQnfl
-----END CERTIFICATE-----`
const testKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHvvViOF3LrHef2iL
Ja+nA+OHdG/fIXsENbueKuC+8wChRANCAARdWMmfHnpcJBtRLO7TfqACRZPzyyvn
OGmdFjmzB0zAYFx7juimCfRrwPVfRep7gsGkYlxu+PsBz04jf/+E7pgn
-----END PRIVATE KEY-----`

/** A fake session service on HTTPS at the loopback address. */
export interface TestSessionService {
  readonly port: number
  /** The paths and Host headers of its requests. */
  readonly requests: { readonly path: string; readonly host: string }[]
  readonly close: () => Promise<void>
}

/** Starts a session service that responds with this function. */
export async function startSessionService(
  respond: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestSessionService> {
  const requests: TestSessionService['requests'] = []
  const server = createServer({ key: testKey, cert: testCertificate }, (request, response) => {
    requests.push({ path: request.url ?? '', host: request.headers.host ?? '' })
    respond(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

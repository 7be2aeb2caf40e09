import { isBillfoldError } from '@billfold/core'
import type { PasskeysApi } from '@billfold/passkeys'
import { json, type Request, type Response, Router } from 'express'
import { endSession, findSignedIn, startSession } from './sessions.ts'

type Handler = (request: Request, response: Response) => Promise<unknown>

/**
 * The routes that a page needs for passkeys.
 * @param createUser signs somebody up: returns the id of a new user
 */
export function passkeyRoutes(passkeys: PasskeysApi, createUser: () => Promise<string>): Router {
  const router = Router()
  router.use(json({ limit: '64kb' }))

  // Sign in, whoever it is. The host limits by the address of the client.
  router.post(
    '/sign-in/options',
    reply(async ({ ip = '' }) => passkeys.authenticationOptions({ ip })),
  )
  router.post(
    '/sign-in',
    reply(async ({ body }, response) => {
      const { userId, userVerified, amr } = await passkeys.authenticate(body)
      startSession(response, userId)
      // Two factors only if the authenticator has verified its user.
      return { userVerified, amr }
    }),
  )

  // Sign up: an account, whose first credential is the passkey that the page creates next.
  router.post(
    '/sign-up',
    reply(async (_, response) => {
      startSession(response, await createUser())
      return {}
    }),
  )
  router.post(
    '/sign-out',
    reply(async (request, response) => {
      endSession(request, response)
      return {}
    }),
  )

  // What a signed-in user does with the own passkeys.
  router.get(
    '/',
    reply(async (request) => ({ passkeys: await passkeys.list(requireUser(request)) })),
  )
  router.post(
    '/options',
    reply(async (request) => {
      const { userName = '' } = Object(request.body)
      return passkeys.registrationOptions(requireUser(request), { userName: String(userName) })
    }),
  )
  router.post(
    '/',
    reply(async (request) => {
      const { name, passkey } = Object(request.body)
      return passkeys.register(requireUser(request), passkey, { name: String(name) })
    }),
  )
  // The page tells the browser what is left, so that it offers the removed passkey no more.
  router.delete(
    '/:id',
    reply(async (request) => (await passkeys.remove(requireUser(request), String(request.params['id']))) ?? {}),
  )
  return router
}

class SignedOut extends Error {}

function requireUser(request: Request): string {
  const userId = findSignedIn(request)
  if (userId === undefined) throw new SignedOut('Sign in first')
  return userId
}

/** Sends what a handler returns as JSON. The messages of Billfold's errors are safe to show. */
function reply(handler: Handler): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    response.set('cache-control', 'no-store')
    try {
      response.json(await handler(request, response))
    } catch (error) {
      if (error instanceof SignedOut) response.status(401).json({ message: error.message })
      else if (isBillfoldError(error)) response.status(error.status).json({ code: error.code, message: error.message })
      else throw error
    }
  }
}

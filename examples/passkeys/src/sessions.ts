import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'

/** Who is signed in, by the token in a cookie. An app that has sessions uses its own. */
const signedIn = new Map<string, string>()

/** Starts a session of a user. */
export function startSession(response: Response, userId: string): void {
  const token = randomBytes(32).toString('base64url')
  signedIn.set(token, userId)
  // Strict: requests of other sites are never those of a user.
  response.cookie('session', token, { httpOnly: true, sameSite: 'strict', secure: true, path: '/' })
}

/** Ends the session of a request. */
export function endSession(request: Request, response: Response): void {
  signedIn.delete(readToken(request))
  response.clearCookie('session', { path: '/' })
}

/** Returns the user of a request; undefined if nobody is signed in. */
export function findSignedIn(request: Request): string | undefined {
  return signedIn.get(readToken(request))
}

function readToken({ headers }: Request): string {
  return /(?:^|; )session=([\w-]{43})(?:;|$)/.exec(headers.cookie ?? '')?.[1] ?? ''
}

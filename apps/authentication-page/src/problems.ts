import { AuthenticationClientError } from '@billfold/core/client'
import { CameraError } from './camera.ts'
import { PageError } from './settings.ts'

/** The problems that have their own screens. The name is also that of the text; its title is `<name>Title`. */
const names = [
  'denied',
  'noCamera',
  'cameraBusy',
  'unsupported',
  'expired',
  'unknownLink',
  'otherBrowser',
  'offline',
  'busy',
  'broken',
  'failure',
  'passkeyCancelled',
] as const

/** A problem that has its own screen. */
export interface Problem {
  readonly name: (typeof names)[number]
  /** True if a retry can help. */
  readonly canRetry: boolean
  /** True if the session still goes on, so that the user can cancel it or take another way. */
  readonly isPending: boolean
}

/** Converts an error to the problem shown to the user. */
export function toProblem(error: unknown): Problem {
  if (error instanceof CameraError)
    return { name: error.problem, canRetry: error.problem !== 'unsupported', isPending: true }
  // The settings of a session are refused for what is wrong with the link.
  if (error instanceof PageError && error.status === 400) return statusToProblem(404)
  if (error instanceof AuthenticationClientError || error instanceof PageError) return statusToProblem(error.status)
  // The browser does not tell a refusal from a missing passkey, so that pages do not learn who has one.
  if (error instanceof DOMException && error.name === 'NotAllowedError')
    return { name: 'passkeyCancelled', canRetry: true, isPending: true }
  // fetch throws a TypeError if there is no response.
  if (error instanceof TypeError) return { name: 'offline', canRetry: true, isPending: true }
  return { name: 'unsupported', canRetry: true, isPending: true }
}

/** Returns the problem that the server names. */
export function namedProblem(text: string): Problem | undefined {
  const name = names.find((known) => known === text)
  return name === undefined ? undefined : { name, canRetry: name === 'busy' || name === 'broken', isPending: false }
}

function statusToProblem(status: number): Problem {
  const final = { canRetry: false, isPending: false }
  if (status === 404) return { name: 'unknownLink', ...final }
  if (status === 410) return { name: 'expired', ...final }
  if (status === 403) return { name: 'otherBrowser', ...final }
  if (status === 429 || status === 503) return { name: 'busy', canRetry: true, isPending: true }
  if (status >= 500) return { name: 'broken', canRetry: true, isPending: true }
  return { name: 'failure', ...final }
}

/** Returns true if the server has rejected a step for good, so that the session is no longer where the page thought it was. */
export function isRejection(error: unknown): boolean {
  return error instanceof AuthenticationClientError && error.status < 500 && error.status !== 429
}

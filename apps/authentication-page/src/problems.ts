import { AuthenticationClientError } from '@billfold/core/client'
import { CameraError } from './camera.ts'
import { PageError } from './settings.ts'

/** A problem that has its own screen. `name` is also the name of its text; its title is `<name>Title`. */
export interface Problem {
  readonly name:
    | 'denied'
    | 'noCamera'
    | 'cameraBusy'
    | 'unsupported'
    | 'expired'
    | 'otherBrowser'
    | 'offline'
    | 'busy'
    | 'failure'
  /** True if a retry can help. */
  readonly canRetry: boolean
}

/** Converts an error to the problem shown to the user. */
export function toProblem(error: unknown): Problem {
  if (error instanceof CameraError) return { name: error.problem, canRetry: error.problem !== 'unsupported' }
  if (error instanceof AuthenticationClientError || error instanceof PageError) return statusToProblem(error.status)
  // fetch throws a TypeError if there is no response.
  if (error instanceof TypeError) return { name: 'offline', canRetry: true }
  return { name: 'unsupported', canRetry: true }
}

function statusToProblem(status: number): Problem {
  if (status === 404 || status === 410) return { name: 'expired', canRetry: false }
  if (status === 403) return { name: 'otherBrowser', canRetry: false }
  if (status === 429 || status >= 500) return { name: 'busy', canRetry: true }
  return { name: 'failure', canRetry: false }
}

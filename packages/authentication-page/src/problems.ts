import { AuthenticationClientError } from '@billfold/core/client'
import { CameraError } from './camera.ts'
import { PageError } from './settings.ts'

/** What can come in the way, each with a screen of its own: the texts are called by these names. */
export interface Problem {
  readonly name:
    | 'denied'
    | 'noCamera'
    | 'cameraBusy'
    | 'unsupported'
    | 'expired'
    | 'elsewhere'
    | 'offline'
    | 'busy'
    | 'failure'
  /** Whether trying again can help. */
  readonly again: boolean
}

/** What an error means for the person before the page. */
export function problem(error: unknown): Problem {
  if (error instanceof CameraError) return { name: error.problem, again: error.problem !== 'unsupported' }
  if (error instanceof AuthenticationClientError || error instanceof PageError) return problemOfStatus(error.status)
  // What fetch throws when there is no answer.
  if (error instanceof TypeError) return { name: 'offline', again: true }
  return { name: 'unsupported', again: true }
}

function problemOfStatus(status: number): Problem {
  if (status === 404 || status === 410) return { name: 'expired', again: false }
  if (status === 403) return { name: 'elsewhere', again: false }
  if (status === 429 || status >= 500) return { name: 'busy', again: true }
  return { name: 'failure', again: false }
}

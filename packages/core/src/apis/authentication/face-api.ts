import type { SessionSetup } from '../../sessions/setup.ts'
import type { Authentication } from './authentication.ts'
import type { FaceOptions } from './face-options.ts'

/** What the face, PIN and session routes share. */
export interface FaceApi {
  readonly authentication: Authentication
  readonly setup: SessionSetup
  readonly options: FaceOptions
}

/** Where this API is, as clients reach it: its public URL, or the path it is mounted at. */
export function baseUrl({ authentication }: FaceApi, mount: string): string {
  return authentication.options.publicUrl ?? mount
}

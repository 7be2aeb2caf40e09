import type { Keyring, Logger, RateLimiter, Storage } from '@billfold/core'
import type { Client } from '../client.ts'

/** What can send a request. */
export type Asker = Pick<Client, 'request'>

/** What a scenario is played on. */
export interface Stage {
  readonly storage: Storage
  readonly keyring: Keyring
  readonly logger: Logger
  readonly rateLimiter: RateLimiter
  /** Its own, so that its rows can be told from others'. */
  readonly tenant: string
}

/** Listens to a client: an answer of 503 is thrown as `storage.unavailable`, and one that should never come as what it is. */
export type Watch = (asker: Asker) => Asker

/** Anything that was answered. */
export interface Answered {
  readonly status: number
}

/** A client that knows what to do when it does not know what became of its call. */
export interface Patient {
  /** Makes a call again until it is answered otherwise than 503. */
  readonly again: <T extends Answered>(call: () => Promise<T>) => Promise<T>
  /** Makes a thing that the API gives a name to: after a 503 it looks whether the thing is there before it makes it again. */
  readonly once: <T extends Answered>(make: () => Promise<T>, find: () => Promise<T | undefined>) => Promise<T>
}

/** A scenario, ready to be played. */
export interface Prepared {
  /** The acts of clients, and what must come of them. */
  readonly play: (patient: Patient) => Promise<void>
  /** What must hold afterwards, when the storage answers again; gives what is wrong. */
  readonly look?: () => Promise<readonly string[]>
  /** What no error and no log may say. */
  readonly secrets: readonly string[]
  readonly close?: () => Promise<void>
}

/** What people do with an API, from the start to the end. */
export interface Scenario {
  readonly name: string
  /** Tables that may have other numbers of rows than without a fault, each with why that does no harm. */
  readonly spare: Readonly<Record<string, string>>
  readonly prepare: (stage: Stage, watch: Watch) => Promise<Prepared>
}

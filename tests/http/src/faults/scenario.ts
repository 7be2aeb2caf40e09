import type { RequestDriver } from '../request-driver.ts'
import type { Keyring, Logger, RateLimiter, Storage } from '@billfold/core'

/** What a scenario is played on. */
export interface ScenarioContext {
  readonly storage: Storage
  readonly keyring: Keyring
  readonly logger: Logger
  readonly rateLimiter: RateLimiter
  /** Its own, so that its rows can be told from others'. */
  readonly tenant: string
}

/** Listens to a client: an answer of 503 is thrown as `storage.unavailable`, and one that should never come as what it is. */
export type WatchDriver = (asker: RequestDriver) => RequestDriver

/** Anything that was answered. */
export interface HasStatus {
  readonly status: number
}

/** A client that knows what to do when it does not know what became of its call. */
export interface RetryingClient {
  /** Makes a call again until it is answered otherwise than 503. */
  readonly retry: <T extends HasStatus>(call: () => Promise<T>) => Promise<T>
  /** Makes a thing that the API gives a name to: after a 503 it looks whether the thing is there before it makes it again. */
  readonly createOnce: <T extends HasStatus>(make: () => Promise<T>, find: () => Promise<T | undefined>) => Promise<T>
}

/** A scenario, ready to be played. */
export interface PreparedScenario {
  /** The acts of clients, and what must come of them. */
  readonly run: (patient: RetryingClient) => Promise<void>
  /** What must hold afterwards, when the storage answers again; gives what is wrong. */
  readonly findProblems?: () => Promise<readonly string[]>
  /** What no error and no log may say. */
  readonly secrets: readonly string[]
  readonly close?: () => Promise<void>
}

/** What people do with an API, from the start to the end. */
export interface Scenario {
  readonly name: string
  /** Tables that may have other numbers of rows than without a fault, each with why that does no harm. */
  readonly variableTables: Readonly<Record<string, string>>
  readonly prepare: (stage: ScenarioContext, watch: WatchDriver) => Promise<PreparedScenario>
}

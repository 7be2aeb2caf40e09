import type { RequestDriver } from '../request-driver.ts'
import type { Keyring, Logger, RateLimiter, Storage } from '@billfold/core'

/** The environment of a scenario. */
export interface ScenarioContext {
  readonly storage: Storage
  readonly keyring: Keyring
  readonly logger: Logger
  readonly rateLimiter: RateLimiter
  /** A tenant of the run alone, to identify its rows. */
  readonly tenant: string
}

/** Wraps a driver: throws `storage.unavailable` for a 503, and an error for any other 5xx. */
export type WatchDriver = (driver: RequestDriver) => RequestDriver

/** A reply of any kind. */
export interface HasStatus {
  readonly status: number
}

/** A client that retries calls with an unknown outcome. */
export interface RetryingClient {
  /** Retries a call until its reply is not a 503. */
  readonly retry: <T extends HasStatus>(call: () => Promise<T>) => Promise<T>
  /** Creates a resource that is named by the API: after a 503 it searches the resource before it retries. */
  readonly createOnce: <T extends HasStatus>(make: () => Promise<T>, find: () => Promise<T | undefined>) => Promise<T>
}

/** A scenario that is ready to run. */
export interface PreparedScenario {
  /** Runs the client calls and checks their results. */
  readonly run: (patient: RetryingClient) => Promise<void>
  /** Checks invariants after the faults and returns violations. */
  readonly findProblems?: () => Promise<readonly string[]>
  /** Values that must appear in no error and no log. */
  readonly secrets: readonly string[]
  readonly close?: () => Promise<void>
}

/** A complete use of an API. */
export interface Scenario {
  readonly name: string
  /** Tables whose row count may differ from a run without faults, with the reason why it is harmless. */
  readonly variableTables: Readonly<Record<string, string>>
  readonly prepare: (stage: ScenarioContext, watch: WatchDriver) => Promise<PreparedScenario>
}

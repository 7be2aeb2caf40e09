import { errorTable } from './error-codes/index.ts'
import type { ErrorDefinition, ErrorTable } from './error-codes/error-table.ts'

export { errorTable } from './error-codes/index.ts'
export type { ErrorDefinition, ErrorTable } from './error-codes/error-table.ts'

/**
 * The error codes of additional modules. A module adds its codes by declaration merging, so that {@link ErrorCode} and
 * {@link isBillfoldError} know them.
 *
 * @example
 * ```typescript
 * declare module '@billfold/core' {
 *   interface ModuleErrors {
 *     'loyalty.insufficient-points': true
 *   }
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- open for declaration merging
export interface ModuleErrors {}

/** The code of a {@link BillfoldError}. Codes are stable: branch on them, not on messages. */
export type ErrorCode = keyof typeof errorTable | (keyof ModuleErrors & string)

/** One problem of an input. */
export interface Issue {
  /** The path of the field, with dots: `body.items.0.id`. */
  readonly path: string
  /** The problem of the field, without its value. */
  readonly message: string
}

/** Details of a {@link BillfoldError}. All of them may be shown to the caller, except `cause`. */
export interface ErrorDetails {
  /** Replaces the default message of the code. */
  readonly message?: string
  /** Replaces the default HTTP status of the code. Codes of additional modules have none; see {@link errorFactory}. */
  readonly status?: number
  /** The problems of an input, on `input.invalid`. */
  readonly issues?: readonly Issue[]
  /** Seconds after which a retry may succeed; sent as `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** The methods of a route, on `route.method-not-allowed`; sent as `Allow`. */
  readonly allow?: readonly string[]
  /** The underlying error. It is logged and never sent. */
  readonly cause?: unknown
}

/**
 * The error class of Billfold. Match it with {@link isBillfoldError}, or by `name` and `code`: `instanceof` fails when two
 * copies of the package are installed.
 */
export class BillfoldError extends Error {
  override readonly name = 'BillfoldError'
  readonly code: ErrorCode
  /** The default HTTP status of the code. */
  readonly status: number
  /** The problems of an input; empty for other errors. */
  readonly issues: readonly Issue[]
  /** Seconds after which a retry may succeed. */
  readonly retryAfterSeconds: number | undefined
  /** The methods of a route, on `route.method-not-allowed`. */
  readonly allow: readonly string[] | undefined

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    const definition = findDefinition(code)
    super(details.message ?? definition.message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.status = details.status ?? definition.status
    this.issues = details.issues ?? []
    this.retryAfterSeconds = details.retryAfterSeconds
    this.allow = details.allow
  }
}

function findDefinition(code: string): ErrorDefinition {
  const table: ErrorTable = errorTable
  return table[code] ?? errorTable.unexpected
}

/**
 * Creates the function that makes the errors of an additional module, with the status and message of its error table.
 *
 * @param table the error codes of the module, as in its `errors`
 * @returns a function like the constructor of {@link BillfoldError}, for the codes of the table
 *
 * @example
 * ```typescript
 * import { errorFactory } from '@billfold/core'
 *
 * declare module '@billfold/core' {
 *   interface ModuleErrors {
 *     'loyalty.insufficient-points': true
 *   }
 * }
 * const loyaltyError = errorFactory({
 *   'loyalty.insufficient-points': { status: 409, message: 'Not enough points' },
 * })
 * throw loyaltyError('loyalty.insufficient-points')
 * ```
 */
export function errorFactory<Code extends ErrorCode>(
  table: Readonly<Record<Code, ErrorDefinition>>,
): (code: Code, details?: ErrorDetails) => BillfoldError {
  return (code, details) => new BillfoldError(code, { ...table[code], ...details })
}

/**
 * Returns true if a thrown value is a {@link BillfoldError}, also one of another installed copy of the package.
 *
 * @param error the thrown value
 * @param code if given, the error must have this code, and its type is narrowed to it
 *
 * @example
 * ```ts
 * import { createBillfold, environmentKeyring, isBillfoldError, memoryStorage } from '@billfold/core'
 *
 * const billfold = createBillfold({ storage: memoryStorage(), keyring: environmentKeyring() })
 * try {
 *   await billfold.users.erase('01890a5d-ac96-774b-bcce-b302099a8057')
 * } catch (error) {
 *   if (!isBillfoldError(error, 'user.not-found')) throw error
 * }
 * ```
 */
export function isBillfoldError<Code extends ErrorCode = ErrorCode>(
  error: unknown,
  code?: Code,
): error is BillfoldError & { readonly code: Code } {
  return (
    error instanceof Error &&
    error.name === 'BillfoldError' &&
    'code' in error &&
    (code === undefined || error.code === code)
  )
}

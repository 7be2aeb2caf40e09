import { BillfoldError } from '@billfold/core'
import type { EvidenceSource, ModuleContext } from '@billfold/core/modules'
import type { z } from 'zod'
import type { Profile } from '../options.ts'
import type { RoleParts } from '../role.ts'
import { reportExpiringSigner } from '../trust/report-expiring-signer.ts'
import { verifierApi } from './api/verifier-api.ts'
import type { VerifierContext } from './context.ts'
import { createEvidenceSource } from './evidence/evidence-source.ts'
import { resolveVerifierOptions, type VerifierOptions } from './options.ts'
import { purgeRequests } from './purge-requests.ts'
import { createRequest } from './requests/create-request.ts'
import type { CreatedRequest } from './requests/request-plan.ts'
import { planRequest, requestInputSchema } from './requests/request-input.ts'
import { createStatusLists } from './responses/status-lists.ts'
import { getResult, type ResultInput } from './results/get-result.ts'
import type { PresentationResult } from './results/presentation-result.ts'

/** What a host asks for: a configured query by its id or DCQL, and how the request reaches the wallet. */
export type PresentationRequestInput = z.input<typeof requestInputSchema>

/** The functions of the verifier, as properties of `billfold.credentials.verifier`. */
export interface VerifierFunctions {
  /**
   * Requests a presentation.
   * @throws BillfoldError `input.invalid`
   */
  readonly request: (input: PresentationRequestInput) => Promise<CreatedRequest>
  /**
   * Returns what a request has come to. On the same device, attributes are given only with the response code, once, and for the
   * session that the request was made for.
   * @throws BillfoldError `presentation-request.not-found`
   */
  readonly result: (input: ResultInput) => Promise<PresentationResult>
}

/** Creates the verifier. */
export function createVerifier(
  moduleContext: ModuleContext,
  options: VerifierOptions,
  profile: Profile,
): RoleParts<VerifierFunctions> & { readonly evidenceSource: EvidenceSource } {
  const { services, host } = moduleContext
  const settings = resolveVerifierOptions(options, profile)
  const context: VerifierContext = { ...moduleContext, settings, statusLists: createStatusLists(services, settings) }
  return {
    api: verifierApi(context),
    evidenceSource: createEvidenceSource(context),
    functions: {
      request: async (input) => createRequest(context, host(), planRequest(settings, parseInput(input))),
      result: (input) => getResult(context, input),
    },
    maintenanceSteps: [
      {
        name: 'report a signer that expires',
        stage: 'expire',
        run: (startedAt) => reportExpiringSigner(services, host(), settings.signer, startedAt),
      },
      {
        name: 'delete presentation requests that are over',
        stage: 'expire',
        run: (startedAt, report) => purgeRequests(services, startedAt, report),
      },
    ],
  }
}

function parseInput(input: PresentationRequestInput): z.output<typeof requestInputSchema> {
  const parsed = requestInputSchema.safeParse(input)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
  throw new BillfoldError('input.invalid', { issues })
}

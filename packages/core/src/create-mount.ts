import type { CustodyServices } from './custody/services.ts'
import type { ComposedDeclarations } from './platform/compose-modules.ts'
import { type Api, type MountableApi, createMountableApi, openApiRoute } from './http/index.ts'
import { executeOnce } from './platform/idempotency/index.ts'
import type { Instrumentation } from './telemetry/instrumentation.ts'
import type { BillfoldOptions } from './billfold-options.ts'

/** Returns the function that makes an API mountable, and adds its OpenAPI document. */
export function createMount(
  { storage }: Pick<BillfoldOptions, 'storage'>,
  { logger, rateLimiter, blindIndex, now }: CustodyServices,
  { replyPreconditions }: Pick<ComposedDeclarations, 'replyPreconditions'>,
  observer: Instrumentation,
): (api: Api) => MountableApi {
  // Idempotency keys use the host's storage without tracking.
  const idempotency = { storage, blindIndex, logger, now, replyPreconditions }
  const pipeline: Parameters<typeof createMountableApi>[1] = {
    logger,
    rateLimiter,
    executeOnce: (call, execute) => executeOnce(idempotency, call, execute),
  }
  return (api) => {
    const routes = api.servesOpenApi === false ? api.routes : [...api.routes, openApiRoute(api)]
    return observer.api(createMountableApi({ ...api, routes }, pipeline))
  }
}

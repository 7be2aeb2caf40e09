// A second API in the example of Next.js, for what its own API does not show.
import { silentLogger } from '@billfold/core'
import { createMountableApi } from '@billfold/core/http'
import { memoryRateLimiter } from '@billfold/core/rate-limits'
import { fetchHandler, forwardedFor } from '@billfold/fetch-adapter'
import { probe } from '../../../probe-api.mjs'

const services = { logger: silentLogger, rateLimiter: memoryRateLimiter() }
const handle = fetchHandler(createMountableApi(probe, services), {
  prefix: '/probe',
  clientAddress: (request) => forwardedFor(request, 1),
})

export { handle as GET, handle as POST }

import type { Mounting } from '../hosts/mountings.ts'
import { fuzz, type FuzzOptions, type FuzzReport } from './fuzz.ts'
import type { FuzzedCheck } from './fuzzed-api.ts'
import { createFuzzTarget, type FuzzedApiName, startFuzzedHost } from './fuzzed-apis.ts'

/** Sends hostile requests to an API in this process, over a fresh SQLite file, so that stored rows are not on the heap. */
export async function fuzzApi(
  name: FuzzedApiName,
  mounting: Mounting,
  options: FuzzOptions,
): Promise<{ readonly report: FuzzReport; readonly check: FuzzedCheck }> {
  const host = await startFuzzedHost(name, 'sqlite', mounting)
  try {
    const report = await fuzz(await createFuzzTarget(name, host, mounting.prefix), options)
    return { report, check: await host.check() }
  } finally {
    await host.close()
  }
}

import type { Storage } from '@billfold/core'
import type { FuzzedApi } from '../fuzz/fuzzed-api.ts'
import { logInApplicant } from './applicant.ts'
import { formRequest, pngBytes } from './multipart-form.ts'
import { createOnboardingHost } from './onboarding-host.ts'

const files = {
  maxFileBytes: 200_000,
  maxFilesPerWallet: 100_000,
  maxBytesPerWallet: 1e12,
  maxFilesPerSourcePerHour: 1e9,
}

/** The onboarding API, called by several wallets in turn, since a wallet creates only one user. */
export async function createFuzzedOnboarding(storage?: Storage): Promise<FuzzedApi> {
  const made = await createOnboardingHost(storage, { files })
  return {
    api: made.billfold.onboarding,
    // Without a module that verifies credentials, applicants cannot present any.
    expected: [{ status: 501, path: '/presentations' }],
    drop: made.drop,
    prepare: async (driver) => {
      const headers: { authorization: string }[] = []
      for (let wallet = 0; wallet < 40; wallet++) {
        const applicant = await logInApplicant(driver)
        headers.push({ authorization: `Bearer ${applicant.jwt}` })
        if (wallet === 0) await applicant.send('POST', '/files', formRequest({ name: 'file', content: pngBytes() }))
      }
      return { headers, fields: {} }
    },
    check: async () => {
      const [blobs, rows] = [await made.blobCount(), await made.rowCount('files')]
      const findings = blobs === rows && rows > 0 ? [] : [`${blobs} blobs, but ${rows} rows of files`]
      return { summary: `${blobs} blobs, ${rows} rows of files`, findings }
    },
  }
}

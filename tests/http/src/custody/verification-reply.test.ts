import { expect, it } from 'vitest'
import { describeMounted } from '../hosts/describe-mounted.ts'
import { callCustody, createCustodyHost, type CustodyHost } from './custody-host.ts'

let custody: CustodyHost

describeMounted(
  'the reply to a verification',
  async () => {
    custody = await createCustodyHost(undefined, 'default', { verificationReply: 'boolean' })
    return custody.billfold.custody
  },
  (client) => {
    it('is a bare boolean for clients that read one, if the host says so', async () => {
      const body = {
        secretType: 'ETHEREUM',
        signerAddress: '0x52908400098527886E0F7030069857D2E4169EE7',
        message: 'hello',
        signature: `0x${'11'.repeat(65)}`,
      }
      const path = '/api/signatures/verification'
      const { status, result } = await callCustody(client, custody.authorization, 'POST', path, body)
      expect({ status, result }).toEqual({ status: 200, result: false })
    })
  },
)

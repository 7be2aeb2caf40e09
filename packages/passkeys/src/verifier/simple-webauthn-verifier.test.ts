import { describePasskeyVerifier } from '@billfold/testing'
import { simpleWebAuthnVerifier } from './simple-webauthn-verifier.ts'

describePasskeyVerifier('the default verifier', simpleWebAuthnVerifier())
describePasskeyVerifier(
  'the default verifier with all algorithms of the vectors',
  simpleWebAuthnVerifier({ algorithms: [-7, -8, -257, -35, -36] }),
)

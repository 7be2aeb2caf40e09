import type { ApplicationStatus, EventType } from '@billfold/core'
import { inMemoryDriver } from '../in-memory-driver.ts'
import { createDidClient, type DidClient } from '../dids/did-client.ts'
import type { JsonValue } from '../json-value.ts'
import { logInApplicant } from '../onboarding/applicant.ts'
import type { EventHost, EventTrigger } from './event-host.ts'

const name = { id: 'http://schemas.example/name', data: { value: { first: 'Ada', last: 'Ade' } } }

/** Prepares a request of the applicant about an application that they have submitted. */
function asking(action: string, json: JsonValue): EventTrigger {
  return async ({ billfold }) => {
    const applicant = await logInApplicant(inMemoryDriver(billfold.onboarding))
    const made = await applicant.send('POST', '/applications', { json: { templateId: 1, attributes: [name] } })
    return () => applicant.send('POST', `/applications/${made.body.id}/${action}`, { json })
  }
}

async function submitting({ billfold }: EventHost) {
  const applicant = await logInApplicant(inMemoryDriver(billfold.onboarding))
  return () => applicant.send('POST', '/applications', { json: { templateId: 1, attributes: [name], files: [] } })
}

/** Prepares an application for the last of these transitions. */
function moves(...states: readonly ApplicationStatus[]): EventTrigger {
  return async (setup) => {
    const { body } = await (await submitting(setup))()
    const move = (to: ApplicationStatus | undefined) =>
      setup.billfold.onboarding.applications.transition(body.id, { to: to ?? 'submitted' })
    for (const state of states.slice(0, -1)) await move(state)
    return () => move(states.at(-1))
  }
}

function createTriggerClient({ billfold, authorization }: EventHost): DidClient {
  // Tokens of the DID API cover the bytes of the body.
  return createDidClient(inMemoryDriver(billfold.dids, { retainRawBody: true }), () => authorization)
}

/** Triggers for the events of applications, DIDs and vaults. */
export const onboardingAndDidTriggers = {
  'application.submitted': submitting,
  'application.in-review': moves('in_review'),
  'application.returned': moves('in_review', 'returned_for_changes'),
  'application.approved': moves('in_review', 'approved'),
  'application.rejected': moves('in_review', 'rejected'),
  'application.withdrawn': asking('change_status', { code: 8 }),
  'application.message-posted': asking('chat', { message: 'When?' }),
  'application.payment-reported': asking('payments', { transactionHash: `0x${'1'.repeat(64)}` }),
  'did.created': async (setup) => () => createTriggerClient(setup).call('POST', '/wallet', { wallet: {} }),
  'did.updated': async (setup) => () =>
    createTriggerClient(setup).call('POST', '/wallet', {
      wallet: {},
      walletConfig: { didMethod: 'spherity', txsInput: [{ service: { name: 'Agent', value: 'x', validity: 0 } }] },
    }),
  'did.deleted': async (setup) => {
    const dids = createTriggerClient(setup)
    const { did, _id } = await dids.createWallet()
    return () => dids.callAsWallet(did, 'DELETE /wallet', { ids: [_id] })
  },
  'vault.created': async (setup) => () => createTriggerClient(setup).call('POST', '/vault', { kind: 'BIP44' }),
} satisfies { readonly [Type in EventType]?: EventTrigger }

import type { ApplicationStatus, EventType } from '@billfold/core'
import { direct } from '../authentication/direct.ts'
import { didCaller } from '../dids/did-caller.ts'
import { logIn } from '../onboarding/applicant.ts'
import type { Act, Setup } from './setup.ts'

const name = { id: 'http://schemas.example/name', data: { value: { first: 'Ada', last: 'Ade' } } }

async function submitting({ billfold }: Setup) {
  const applicant = await logIn(direct(billfold.onboarding))
  return () => applicant.ask('POST', '/applications', { json: { templateId: 1, attributes: [name], files: [] } })
}

/** Moves an application along these states, of which the last is the act. */
function moves(...states: readonly ApplicationStatus[]): Act {
  return async (setup) => {
    const { body } = await (await submitting(setup))()
    const move = (to: ApplicationStatus | undefined) =>
      setup.billfold.onboarding.applications.transition(body.id, { to: to ?? 'submitted' })
    for (const state of states.slice(0, -1)) await move(state)
    return () => move(states.at(-1))
  }
}

function didsOf({ billfold, authorization }: Setup) {
  const asker = direct(billfold.dids)
  // Its tokens are over the raw body.
  const request: typeof asker.request = (method, path, { json, headers, ...sent } = {}) =>
    asker.request(method, path, {
      ...sent,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
  return didCaller({ request }, () => authorization)
}

/** What applications, DIDs and vaults tell of. */
export const onboardingAndDidActs = {
  'application.submitted': submitting,
  'application.in-review': moves('in_review'),
  'application.returned': moves('in_review', 'returned_for_changes'),
  'application.approved': moves('in_review', 'approved'),
  'application.rejected': moves('in_review', 'rejected'),
  'did.created': async (setup) => () => didsOf(setup).call('POST', '/wallet', { wallet: {} }),
  'did.updated': async (setup) => () =>
    didsOf(setup).call('POST', '/wallet', {
      wallet: {},
      walletConfig: { didMethod: 'spherity', txsInput: [{ service: { name: 'Agent', value: 'x', validity: 0 } }] },
    }),
  'did.deleted': async (setup) => {
    const dids = didsOf(setup)
    const { did, _id } = await dids.wallet()
    return () => dids.asWallet(did, 'DELETE /wallet', { ids: [_id] })
  },
  'vault.created': async (setup) => () => didsOf(setup).call('POST', '/vault', { kind: 'BIP44' }),
} satisfies { readonly [Type in EventType]?: Act }

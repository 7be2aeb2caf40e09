import { runAction, requestApi } from '../calls.ts'
import { type Fact, type FormField, type Flow, requireStep, type FlowStep, fieldText } from '../flow.ts'
import { getIn, getList, getText } from '../json.ts'

/** DIDs: creates, resolves and updates a DID. */
export const didsFlow: Flow = {
  name: 'dids',
  title: 'DIDs',
  intro:
    'A DID wallet manages the key of a did:ethr DID (ERC-1056). The registry is this database or a chain that you configure. DIDs can be resolved without a key.',
  steps: () => {
    let did: string | undefined
    const fields = (name: string, value: string): readonly FormField[] => [
      { name: 'name', label: 'Service name', value: name },
      { name: 'value', label: 'Service endpoint', value },
    ]
    const steps: readonly FlowStep[] = [
      {
        title: 'Create a DID wallet',
        text: 'Creates the DID with a service and a delegate in its document.',
        fields: fields('Agent', 'https://agent.example'),
        action: 'Create DID',
        isReady: () => true,
        run: async (form) => {
          const response = await runAction('dids/create', {
            name: fieldText(form, 'name'),
            value: fieldText(form, 'value'),
          })
          did = getText(response, 'wallet', 'did')
          return [
            { label: 'DID', value: did },
            { label: 'Address', value: getText(response, 'wallet', 'ethereumAddress') },
          ]
        },
      },
      {
        title: 'Resolve the DID',
        text: 'This call needs no service key, so the browser sends it directly.',
        action: 'Resolve',
        isReady: () => did !== undefined,
        run: () => resolve(requireStep(did, 'Create a DID wallet')),
      },
      {
        title: 'Add a service',
        text: 'The wallet signs a token for this change (header x-did-auth). The change is applied exactly once, even after failures and retries.',
        fields: fields('Mailbox', 'https://mailbox.example'),
        action: 'Add service',
        isReady: () => did !== undefined,
        run: async (form) => {
          const current = requireStep(did, 'Create a DID wallet')
          await runAction('dids/configure', {
            did: current,
            name: fieldText(form, 'name'),
            value: fieldText(form, 'value'),
          })
          return resolve(current)
        },
      },
    ]
    return steps
  },
}

async function resolve(did: string): Promise<readonly Fact[]> {
  const response = await requestApi('GET', `/dids/1.0/identifiers/${did}`)
  const document = getIn(response, 'didDocument')
  const services = getList(document, 'service').map((service) => ({
    label: 'Service',
    value: `${String(getIn(service, 'type'))} → ${String(getIn(service, 'serviceEndpoint'))}`,
  }))
  const keys = getList(document, 'verificationMethod').length
  return [
    { label: 'DID document', value: getText(document, 'id'), verified: getText(document, 'id') === did },
    { label: 'Verification methods', value: String(keys) },
    ...services,
  ]
}

import { act, call } from '../calls.ts'
import { type Fact, type Field, type Flow, made, type Step, typed } from '../flow.ts'
import { at, listAt, textAt } from '../json.ts'

/** DIDs: creates, resolves and updates a DID. */
export const dids: Flow = {
  name: 'dids',
  title: 'DIDs',
  intro:
    'A DID wallet manages the key of a did:ethr DID (ERC-1056). The registry is this database or a chain that you configure. DIDs can be resolved without a key.',
  steps: () => {
    let did: string | undefined
    const fields = (name: string, value: string): readonly Field[] => [
      { name: 'name', label: 'Service name', value: name },
      { name: 'value', label: 'Service endpoint', value },
    ]
    const steps: readonly Step[] = [
      {
        title: 'Create a DID wallet',
        text: 'Creates the DID with a service and a delegate in its document.',
        fields: fields('Agent', 'https://agent.example'),
        action: 'Create DID',
        ready: () => true,
        run: async (form) => {
          const response = await act('dids/create', { name: typed(form, 'name'), value: typed(form, 'value') })
          did = textAt(response, 'wallet', 'did')
          return [
            { label: 'DID', value: did },
            { label: 'Address', value: textAt(response, 'wallet', 'ethereumAddress') },
          ]
        },
      },
      {
        title: 'Resolve the DID',
        text: 'This call needs no service key, so the browser sends it directly.',
        action: 'Resolve',
        ready: () => did !== undefined,
        run: () => resolve(made(did, 'Create a DID wallet')),
      },
      {
        title: 'Add a service',
        text: 'The wallet signs a token for this change (header x-did-auth). The change is applied exactly once, even after failures and retries.',
        fields: fields('Mailbox', 'https://mailbox.example'),
        action: 'Add service',
        ready: () => did !== undefined,
        run: async (form) => {
          const current = made(did, 'Create a DID wallet')
          await act('dids/configure', { did: current, name: typed(form, 'name'), value: typed(form, 'value') })
          return resolve(current)
        },
      },
    ]
    return steps
  },
}

async function resolve(did: string): Promise<readonly Fact[]> {
  const response = await call('GET', `/dids/1.0/identifiers/${did}`)
  const document = at(response, 'didDocument')
  const services = listAt(document, 'service').map((service) => ({
    label: 'Service',
    value: `${String(at(service, 'type'))} → ${String(at(service, 'serviceEndpoint'))}`,
  }))
  const keys = listAt(document, 'verificationMethod').length
  return [
    { label: 'DID document', value: textAt(document, 'id'), holds: textAt(document, 'id') === did },
    { label: 'Verification methods', value: String(keys) },
    ...services,
  ]
}

import { act, call } from '../calls.ts'
import { type Fact, type Field, type Flow, made, type Step, typed } from '../flow.ts'
import { at, listAt, textAt } from '../json.ts'

/** DIDs: made, resolved, changed, resolved again. */
export const dids: Flow = {
  name: 'dids',
  title: 'DIDs',
  intro:
    'An identity wallet holds the key of a DID, by the rules of ERC-1056: in this database, or on a chain that you name. Anybody can resolve it.',
  steps: () => {
    let did: string | undefined
    const fields = (name: string, value: string): readonly Field[] => [
      { name: 'name', label: 'Name of a service', value: name },
      { name: 'value', label: 'Where it is', value },
    ]
    const steps: readonly Step[] = [
      {
        title: 'Make a wallet with a DID',
        text: 'Its document gets a service and a delegate at once.',
        fields: fields('Agent', 'https://agent.example'),
        action: 'Make the DID',
        ready: () => true,
        run: async (form) => {
          const answer = await act('dids/create', { name: typed(form, 'name'), value: typed(form, 'value') })
          did = textAt(answer, 'wallet', 'did')
          return [
            { label: 'DID', value: did },
            { label: 'Address', value: textAt(answer, 'wallet', 'ethereumAddress') },
          ]
        },
      },
      {
        title: 'Resolve it',
        text: 'This call needs no key: the page makes it itself.',
        action: 'Resolve',
        ready: () => did !== undefined,
        run: () => resolve(made(did, 'Make a wallet with a DID')),
      },
      {
        title: 'Add a service to its document',
        text: 'The wallet signs a token for this one change (x-did-auth), and the change is made once, whatever fails between.',
        fields: fields('Mailbox', 'https://mailbox.example'),
        action: 'Add it',
        ready: () => did !== undefined,
        run: async (form) => {
          const known = made(did, 'Make a wallet with a DID')
          await act('dids/configure', { did: known, name: typed(form, 'name'), value: typed(form, 'value') })
          return resolve(known)
        },
      },
    ]
    return steps
  },
}

async function resolve(did: string): Promise<readonly Fact[]> {
  const answer = await call('GET', `/dids/1.0/identifiers/${did}`)
  const document = at(answer, 'didDocument')
  const services = listAt(document, 'service').map((service) => ({
    label: 'Service',
    value: `${String(at(service, 'type'))} → ${String(at(service, 'serviceEndpoint'))}`,
  }))
  const keys = listAt(document, 'verificationMethod').length
  return [
    { label: 'Document of', value: textAt(document, 'id'), holds: textAt(document, 'id') === did },
    { label: 'Keys in it', value: String(keys) },
    ...services,
  ]
}

// Service keys and licences. A secret is shown once, when it is created, and leaves the page with its dialog.
import { askThen, button, call, element, report, stateAt, table, time } from './elements.js'

/** The view of service keys and licences. */
export async function showKeys() {
  const [keys, licences] = await Promise.all([call('service-keys'), call('licences')])
  return [keyTable(keys.items), keyForm(keys.scopes), licenceTable(licences.items), licenceForm()]
}

/** Shows what cannot be shown again. Closing the dialog removes it. */
function showSecret(title, text, values) {
  const dialog = document.querySelector('#secret')
  const fields = document.querySelector('#secret-values')
  document.querySelector('#secret-title').textContent = title
  document.querySelector('#secret-text').textContent = text
  fields.replaceChildren(...Object.entries(values).map(([name, value]) => secretField(name, value)))
  const clear = () => fields.replaceChildren()
  // At the press of its button, before the dialog closes; its event follows in a later task, and is all there is for the Escape key.
  dialog.onsubmit = clear
  dialog.onclose = clear
  dialog.showModal()
}

function secretField(name, value) {
  const input = element('input', { value, readonly: true, spellcheck: 'false', autocomplete: 'off' })
  input.addEventListener('focus', () => input.select())
  const copy = button('Copy', async () => {
    input.select()
    // Without HTTPS the browser has no clipboard: the value is selected all the same.
    await navigator.clipboard?.writeText(value)
    copy.textContent = navigator.clipboard === undefined ? 'Selected' : 'Copied'
  })
  copy.setAttribute('aria-label', `Copy ${name}`)
  return element('div', { class: 'secret' }, element('label', {}, name, input), copy)
}

const onlyOnce = 'Store it now. It is shown only this once.'

function keyTable(keys) {
  const reset = ({ keyId, tag }) => ({
    title: 'Reset service key',
    text: `Creates a key with the same scopes, and revokes “${tag}” at once: clients that use it are refused until they have the new one. To change a key without a gap, create another one first, and revoke this one later.`,
    yes: 'Reset',
    isDanger: true,
    act: async () => {
      const created = await call(`service-keys/${keyId}/reset`, {})
      showSecret('New service key', onlyOnce, { 'Key id': created.keyId, 'Key secret': created.keySecret })
    },
  })
  const revoke = ({ keyId, tag }) => ({
    title: 'Revoke service key',
    text: `All clients that use “${tag}” are refused at once. This cannot be undone.`,
    yes: 'Revoke',
    isDanger: true,
    act: () => call(`service-keys/${keyId}/revoke`, {}),
  })
  const buttons = (key) => [button('Reset…', () => askThen(reset(key))), button('Revoke…', () => askThen(revoke(key)))]
  const columns = [
    ['Name', ({ tag }) => tag],
    ['Scopes', ({ scopes }) => scopes.join(', ')],
    ['Created', ({ createdAt }) => time(createdAt)],
    ['Id', ({ keyId }) => keyId],
    ['Change', (key) => element('span', { class: 'changes' }, ...buttons(key))],
  ]
  return table('Service keys', keys, columns, 'There are no service keys yet: create the first below.')
}

function keyForm(scopes) {
  const name = element('input', { name: 'tag', required: true, maxLength: '128', autocomplete: 'off' })
  const boxes = Object.entries(scopes).map(([scope, description]) => {
    const box = element('input', { type: 'checkbox', value: scope })
    return {
      box,
      line: element(
        'label',
        { class: 'choice' },
        box,
        element('span', {}, element('code', {}, scope), ` ${description}`),
      ),
    }
  })
  const chosen = () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value)
  const create = async () => {
    if (chosen().length === 0) throw new Error('Choose at least one scope')
    const { keyId, keySecret } = await call('service-keys', { tag: name.value, scopes: chosen() })
    showSecret('New service key', onlyOnce, { 'Key id': keyId, 'Key secret': keySecret })
  }
  const lines = boxes.map(({ line }) => line)
  const list = element('fieldset', {}, element('legend', {}, 'Scopes'), ...lines)
  return form('Create service key', create, element('label', {}, 'Name', name), list)
}

function licenceState({ expiresAt, revokedAt }) {
  if (revokedAt !== undefined) return stateAt('Revoked', revokedAt)
  if (expiresAt === undefined) return 'Valid'
  return stateAt(expiresAt <= Date.now() ? 'Expired' : 'Valid until', expiresAt)
}

function licenceTable(licences) {
  const revoke = ({ id, tag }) => ({
    title: 'Revoke licence',
    text: `The relying party “${tag}” is refused at once. This cannot be undone.`,
    yes: 'Revoke',
    isDanger: true,
    act: () => call(`licences/${id}/revoke`, {}),
  })
  const columns = [
    ['Name', ({ tag }) => tag],
    ['Level', ({ authLevel }) => authLevel],
    ['Community', ({ community }) => community ?? 'all'],
    ['State', licenceState],
    ['Created', ({ createdAt }) => time(createdAt)],
    ['Id', ({ id }) => id],
    ['Change', (one) => (one.revokedAt === undefined ? button('Revoke…', () => askThen(revoke(one))) : '')],
  ]
  const empty = 'There are no licences yet: create the first below.'
  return table('Licences of the authentication API', licences, columns, empty)
}

function licenceForm() {
  const name = element('input', { required: true, maxLength: '128', autocomplete: 'off' })
  const level = element(
    'select',
    {},
    element('option', { value: 'standard' }, 'standard'),
    element('option', { value: 'system' }, 'system: can read and reset service keys'),
  )
  const community = element('input', { maxLength: '128', autocomplete: 'off' })
  const expiry = element('input', { type: 'date' })
  const create = async () => {
    const { licence } = await call('licences', {
      tag: name.value,
      authLevel: level.value,
      ...(community.value !== '' && { community: community.value }),
      ...(expiry.value !== '' && { expiresAt: Date.parse(expiry.value) }),
    })
    showSecret('New licence', onlyOnce, { Licence: licence })
  }
  return form(
    'Create licence',
    create,
    element('label', {}, 'Name', name),
    element('label', {}, 'Level', level),
    element('label', {}, 'Community (optional)', community),
    element('label', {}, 'Expires on (optional, UTC)', expiry),
  )
}

/** A form whose button does something that needs no confirmation: it takes nothing away. */
function form(title, create, ...fields) {
  const onsubmit = async (event) => {
    event.preventDefault()
    event.submitter.disabled = true
    try {
      await create()
      dispatchEvent(new CustomEvent('changed', { detail: title }))
    } catch (error) {
      report(`${title}: ${error.message}`, true)
    } finally {
      event.submitter.disabled = false
    }
  }
  return element(
    'section',
    {},
    element('h2', {}, title),
    element('form', { class: 'create', onsubmit }, ...fields, element('button', {}, 'Create')),
  )
}

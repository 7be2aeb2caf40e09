// The admin page. It shows text only, never HTML, and changes nothing without a confirmation.
const { mount } = document.documentElement.dataset
const view = document.querySelector('#view')
const status = document.querySelector('#status')

/** Creates an element. Children are elements or text. */
function element(name, attributes = {}, ...children) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'onclick' || key === 'onsubmit') node.addEventListener(key.slice(2), value)
    else if (value !== undefined && value !== false) node.setAttribute(key, value === true ? '' : value)
  }
  node.append(...children.filter((child) => child !== undefined))
  return node
}

async function call(path, body) {
  const change = { method: 'POST', headers: { 'x-billfold-admin': '1', 'content-type': 'application/json' } }
  const init = body === undefined ? {} : { ...change, body: JSON.stringify(body) }
  const response = await fetch(`${mount}/api/${path}`, { ...init, credentials: 'same-origin' })
  const json = await response.json().catch(() => ({}))
  if (!response.ok) throw new Error(json.message ?? `The server answered with status ${response.status}`)
  return json
}

function report(text, failed = false) {
  status.textContent = text
  status.className = failed ? 'failed' : ''
}

/** Asks before a change, and does it. With `answer`, a text must be typed: the id of what is erased, or a note. */
function askThen({ title, text, yes, field, expected, act }) {
  const dialog = document.querySelector('#question')
  const answer = document.querySelector('#question-answer')
  const confirm = document.querySelector('#question-yes')
  document.querySelector('#question-title').textContent = title
  document.querySelector('#question-text').textContent = text
  document.querySelector('#question-field').hidden = field === undefined
  document.querySelector('#question-label').textContent = field ?? ''
  confirm.textContent = yes
  answer.value = ''
  confirm.disabled = expected !== undefined
  answer.oninput = () => {
    confirm.disabled = expected !== undefined && answer.value !== expected
  }
  dialog.returnValue = ''
  dialog.onclose = async () => {
    if (dialog.returnValue !== 'yes') return
    try {
      await act(answer.value)
      await render()
      report(`${title}: done`)
    } catch (error) {
      report(`${title}: ${error.message}`, true)
    }
  }
  dialog.showModal()
}

function time(value) {
  if (value === undefined || value === null) return '–'
  return new Date(value).toISOString().replace('T', ' ').slice(0, 19)
}

function table(title, rows, columns) {
  if (rows.length === 0)
    return element('section', {}, element('h2', {}, title), element('p', { class: 'empty' }, 'None'))
  const head = element('tr', {}, ...columns.map(([name]) => element('th', { scope: 'col' }, name)))
  const lines = rows.map((row) => element('tr', {}, ...columns.map(([, cell]) => element('td', {}, cell(row) ?? ''))))
  const scroll = { class: 'table', tabindex: '0', role: 'region', 'aria-label': title }
  const grid = element('table', {}, element('thead', {}, head), element('tbody', {}, ...lines))
  return element('section', {}, element('h2', {}, title), element('div', scroll, grid))
}

function button(text, onclick, kind = 'plain') {
  return element('button', { type: 'button', class: kind, onclick }, text)
}

const userLink = ({ id }) => element('a', { href: `#users/${id}` }, id)

async function showUsers(text) {
  const { users } = await call(`users?text=${encodeURIComponent(text)}`)
  const input = element('input', { name: 'text', value: text, autocomplete: 'off', type: 'search' })
  const search = element(
    'form',
    {
      class: 'search',
      role: 'search',
      onsubmit: (event) => {
        event.preventDefault()
        location.hash = `#users?${encodeURIComponent(input.value)}`
      },
    },
    element('label', {}, 'Id, reference, email, phone number, user name or DID, in full', input),
    element('button', {}, 'Search'),
  )
  const columns = [
    ['User', userLink],
    ['Reference', ({ reference }) => reference],
    ['Origin', ({ origin }) => origin],
    ['Created', ({ createdAt }) => time(createdAt)],
    ['Archived', ({ archivedAt }) => time(archivedAt)],
  ]
  const title = text === '' ? 'Newest users' : `Users found for “${text}”`
  return [element('section', {}, element('h2', {}, 'Search'), search), table(title, users, columns)]
}

function methodState({ lockedUntil, remainingAttempts }) {
  if (remainingAttempts === 0) return 'Locked until it is unlocked'
  if (lockedUntil !== null && lockedUntil > Date.now()) return `Locked until ${time(lockedUntil)}`
  return 'Usable'
}

async function showUser(id) {
  const known = await call(`users/${encodeURIComponent(id)}`)
  const { user, identifiers, methods, devices, sessions, data, audit } = known
  const path = `users/${encodeURIComponent(id)}`
  const isGone = user.archivedAt !== null
  const unlock = {
    title: 'Unlock user',
    text: 'Resets all failed attempts and ends all locks. Verify first that the person who asks is the user: an attacker could continue to try PINs.',
    yes: 'Unlock',
    act: () => call(`${path}/unlock`, {}),
  }
  const erase = {
    title: 'Erase user',
    text: 'Erases the personal data and the keys of all wallets of this user. This cannot be undone.',
    yes: 'Erase',
    field: 'Type the id of the user',
    expected: id,
    act: (confirm) => call(`${path}/erase`, { confirm }),
  }
  const revokeDevice = (device) => ({
    title: 'Revoke device',
    text: `The user must verify the device ${device.label} again.`,
    yes: 'Revoke',
    act: () => call(`${path}/devices/${device.id}/revoke`, {}),
  })
  const revokeSession = (session) => ({
    title: 'Revoke session',
    text: 'The authentication session ends as failed.',
    yes: 'Revoke',
    act: () => call(`sessions/${session.id}/revoke`, {}),
  })
  const facts = [
    ['Id', user.id],
    ['Reference', user.reference ?? '–'],
    ['Origin', user.origin],
    ['Created', time(user.createdAt)],
    ['Archived', time(user.archivedAt)],
  ]
  const rows = facts.map(([name, value]) =>
    element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, value)),
  )
  const isOpen = ({ state, expiresAt }) => state !== 'succeeded' && state !== 'failed' && expiresAt > Date.now()
  return [
    element(
      'section',
      {},
      element('h2', {}, 'User'),
      element('table', {}, element('tbody', {}, ...rows)),
      element(
        'p',
        { class: 'buttons' },
        element(
          'button',
          { type: 'button', class: 'plain', disabled: isGone, onclick: () => askThen(unlock) },
          'Unlock…',
        ),
        element(
          'button',
          { type: 'button', class: 'danger', disabled: isGone, onclick: () => askThen(erase) },
          'Erase…',
        ),
      ),
    ),
    table('Identifiers', identifiers, [
      ['Kind', ({ kind }) => kind],
      ['Value', ({ value }) => value],
      ['Verified by', ({ verifiedBy }) => verifiedBy ?? 'not verified'],
    ]),
    table('Signing methods', methods, [
      ['Type', ({ type }) => type],
      ['State', methodState],
      ['Attempts left', ({ remainingAttempts }) => String(remainingAttempts)],
      ['Last used', ({ lastUsedAt }) => time(lastUsedAt)],
      ['Id', ({ id: method }) => method],
    ]),
    table('Devices', devices, [
      ['Label', ({ label }) => label],
      ['Trusted', ({ trustedAt }) => time(trustedAt)],
      ['Change', (device) => button('Revoke…', () => askThen(revokeDevice(device)))],
    ]),
    table('Authentication sessions', sessions, [
      ['Purpose', ({ purpose }) => purpose],
      ['State', ({ state, failure }) => (failure === null ? state : `${state}: ${failure}`)],
      ['Created', ({ createdAt }) => time(createdAt)],
      ['Change', (session) => (isOpen(session) ? button('Revoke…', () => askThen(revokeSession(session))) : '')],
    ]),
    ...Object.entries(data).map(([name, value]) => dataSection(name, value)),
    auditTable(audit),
  ]
}

const titles = {
  custody: 'Wallets',
  dids: 'DID wallets',
  faces: 'Faces',
  livenessFrames: 'Liveness checks',
  messages: 'Messages',
  onboarding: 'Applications and files',
  passkeys: 'Passkeys',
  payments: 'Payments',
  risk: 'Risk',
}

/** What a module exports of a user, as it is. */
function dataSection(name, value) {
  const title = titles[name] ?? name
  const text = JSON.stringify(value, undefined, 2)
  const scroll = { tabindex: '0', role: 'region', 'aria-label': title }
  return element('section', {}, element('h2', {}, title), element('pre', scroll, text))
}

function auditTable(records, title = 'Audit log') {
  return table(title, records, [
    ['Time', ({ at }) => time(at)],
    ['Action', ({ action }) => action],
    ['Actor', ({ actor }) => actor],
    ['Subject', ({ subject }) => subject],
    ['Detail', ({ detail }) => (detail === undefined ? '' : JSON.stringify(detail))],
  ])
}

const decisions = {
  submitted: [['in_review', 'Review']],
  in_review: [
    ['approved', 'Approve'],
    ['rejected', 'Reject'],
    ['returned_for_changes', 'Return for changes'],
  ],
  returned_for_changes: [
    ['in_review', 'Review'],
    ['rejected', 'Reject'],
  ],
}

async function showApplications() {
  const { items } = await call('applications')
  const decide = ({ id }, to, name) =>
    button(`${name}…`, () =>
      askThen({
        title: `${name} application`,
        text: `Application ${id}`,
        yes: name,
        field: 'Note to the applicant (optional)',
        act: (note) => call(`applications/${id}/transition`, note === '' ? { to } : { to, note }),
      }),
    )
  const columns = [
    ['Application', ({ id }) => id],
    ['Template', ({ templateId }) => String(templateId)],
    ['Status', ({ status: state }) => state],
    ['Created', ({ createdAt }) => time(createdAt)],
    ['Attributes', ({ attributes = [] }) => String(attributes.length)],
    ['Files', ({ files = [] }) => String(files.length)],
    [
      'Change',
      (one) =>
        element(
          'span',
          { class: 'buttons' },
          ...(decisions[one.status] ?? []).map(([to, name]) => decide(one, to, name)),
        ),
    ],
  ]
  return [table('Applications', items, columns)]
}

async function showApprovals() {
  const { items } = await call('approvals')
  const columns = [
    ['Request', ({ id }) => id],
    ['State', ({ state }) => state],
    ['Content', (request) => JSON.stringify(request)],
  ]
  return [table('Acts that wait for approvals of users', items, columns)]
}

async function showAudit() {
  const { records } = await call('audit')
  return [auditTable(records)]
}

const sections = { users: 'Users', applications: 'Applications', approvals: 'Approvals', audit: 'Audit log' }

function open(hash) {
  const [path = '', text = ''] = hash.slice(1).split('?')
  const [section, id] = path.split('/')
  if (section === 'applications') return showApplications()
  if (section === 'approvals') return showApprovals()
  if (section === 'audit') return showAudit()
  return id === undefined ? showUsers(decodeURIComponent(text)) : showUser(decodeURIComponent(id))
}

async function render() {
  try {
    const nodes = await open(location.hash)
    view.replaceChildren(...nodes)
    report('')
  } catch (error) {
    view.replaceChildren()
    report(error.message, true)
  }
  const current = location.hash.slice(1).split(/[/?]/)[0] || 'users'
  for (const link of document.querySelectorAll('#sections a'))
    link.toggleAttribute('aria-current', link.hash === `#${current}`)
  for (const link of document.querySelectorAll('#sections a[aria-current]')) link.setAttribute('aria-current', 'page')
}

const self = await call('self').catch((error) => report(error.message, true))
document.querySelector('#self').textContent = self === undefined ? '' : `Signed in as ${self.id}`
document.querySelector('#sections').append(
  ...Object.entries(sections)
    .filter(([name]) => name !== 'approvals' || self?.hasApprovals === true)
    .map(([name, title]) => element('a', { href: `#${name}` }, title)),
)
addEventListener('hashchange', async () => {
  await render()
  view.focus()
})
await render()

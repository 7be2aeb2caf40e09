// The admin page: its sections, and those views that fit in a table.
import { showApplication, showApplications } from './application.js'
import { auditTable, call, describe, element, report, table, time } from './elements.js'
import { showKeys } from './keys.js'
import { showUser } from './user.js'

const view = document.querySelector('#view')

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
  const empty =
    text === '' ? 'There are no users yet.' : 'Nobody is found. Values are encrypted, so only a whole value is found.'
  return [element('section', {}, element('h2', {}, 'Search'), search), table(title, users, columns, empty)]
}

async function showApprovals() {
  const { items } = await call('approvals')
  const columns = [
    ['Request', ({ id }) => id],
    ['User', ({ userId }) => (userId ? userLink({ id: userId }) : '–')],
    ['State', ({ state }) => state],
    ['Act', ({ act }) => describe(act ?? {})],
    ['Requires', ({ requires }) => describe(requires ?? {})],
    ['Approvals', ({ approvals }) => String(approvals)],
    ['Expires', ({ expiresAt }) => time(expiresAt)],
  ]
  return [table('Acts that wait for approvals of users', items, columns, 'No act waits for an approval.')]
}

async function showAudit() {
  const { records } = await call('audit')
  return [auditTable(records)]
}

const sections = {
  users: 'Users',
  applications: 'Applications',
  approvals: 'Approvals',
  keys: 'Keys and licences',
  audit: 'Audit log',
}

function open(hash) {
  const [path = '', text = ''] = hash.slice(1).split('?')
  const [section, id] = path.split('/')
  if (section === 'applications') return id === undefined ? showApplications() : showApplication(decodeURIComponent(id))
  if (section === 'approvals') return showApprovals()
  if (section === 'keys') return showKeys()
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
document.querySelector('#self').textContent = self === undefined ? '' : `Signed in as ${self.id} · times in UTC`
document.querySelector('#sections').append(
  ...Object.entries(sections)
    .filter(([name]) => name !== 'approvals' || self?.hasApprovals === true)
    .filter(([name]) => name !== 'keys' || self?.canManageKeys === true)
    .map(([name, title]) => element('a', { href: `#${name}` }, title)),
)
addEventListener('changed', async ({ detail }) => {
  await render()
  report(`${detail}: done`)
})
addEventListener('hashchange', async () => {
  await render()
  view.focus()
})
await render()

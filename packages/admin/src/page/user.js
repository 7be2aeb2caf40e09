// One user. What is shown here is recorded in the audit log.
import { askThen, auditTable, button, call, element, table, time } from './elements.js'

function methodState({ lockedUntil, remainingAttempts }) {
  if (remainingAttempts === 0) return 'Locked until it is unlocked'
  if (lockedUntil !== null && lockedUntil > Date.now()) return `Locked until ${time(lockedUntil)}`
  return 'Usable'
}

/** The view of a user. */
export async function showUser(id) {
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
      element('p', { class: 'note' }, 'The audit log records that you have looked at this user.'),
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

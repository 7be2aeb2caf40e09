// One user. What is shown here is recorded in the audit log.
import { askThen, auditTable, button, call, describe, element, facts, stateAt, table, time } from './elements.js'

function methodState({ lockedUntil, remainingAttempts }) {
  if (remainingAttempts === 0) return 'Locked until it is unlocked'
  if (lockedUntil !== null && lockedUntil > Date.now()) return stateAt('Locked until', lockedUntil)
  return 'Usable'
}

const identifierColumns = [
  ['Kind', ({ kind }) => kind],
  ['Value', ({ value }) => value],
  ['Verified by', ({ verifiedBy }) => verifiedBy ?? 'not verified'],
]

const methodColumns = [
  ['Type', ({ type }) => type],
  ['State', methodState],
  ['Attempts left', ({ remainingAttempts }) => String(remainingAttempts)],
  ['Last used', ({ lastUsedAt }) => time(lastUsedAt)],
  ['Id', ({ id }) => id],
]

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
    isDanger: true,
    field: 'Type the id of the user',
    expected: id,
    act: (confirm) => call(`${path}/erase`, { confirm }),
  }
  const revokeDevice = (device) => ({
    title: 'Revoke device',
    text: `The user must verify the device ${device.label} again.`,
    yes: 'Revoke',
    isDanger: true,
    act: () => call(`${path}/devices/${device.id}/revoke`, {}),
  })
  const revokeSession = (session) => ({
    title: 'Revoke session',
    text: 'The authentication session ends as failed.',
    yes: 'Revoke',
    isDanger: true,
    act: () => call(`sessions/${session.id}/revoke`, {}),
  })
  const lines = [
    ['Id', user.id],
    ['Reference', user.reference ?? '–'],
    ['Origin', user.origin],
    ['Created', time(user.createdAt)],
    ['Archived', time(user.archivedAt)],
  ]
  const isOpen = ({ state, expiresAt }) => state !== 'succeeded' && state !== 'failed' && expiresAt > Date.now()
  return [
    element(
      'section',
      {},
      element('h2', {}, 'User'),
      element('p', { class: 'note' }, 'The audit log records that you have looked at this user.'),
      facts(lines),
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
    table('Identifiers', identifiers, identifierColumns, 'The user has no identifiers.'),
    table('Signing methods', methods, methodColumns, 'The user has no signing methods.'),
    table(
      'Devices',
      devices,
      [
        ['Label', ({ label }) => label],
        ['Trusted', ({ trustedAt }) => time(trustedAt)],
        ['Change', (device) => button('Revoke…', () => askThen(revokeDevice(device)))],
      ],
      'The user trusts no device.',
    ),
    table(
      'Authentication sessions',
      sessions,
      [
        ['Purpose', ({ purpose }) => purpose],
        ['State', ({ state, failure }) => (failure === null ? state : `${state}: ${failure}`)],
        ['Created', ({ createdAt }) => time(createdAt)],
        ['Change', (session) => (isOpen(session) ? button('Revoke…', () => askThen(revokeSession(session))) : '')],
      ],
      'The user has no sessions.',
    ),
    ...Object.entries(data).flatMap(([name, value]) => dataSections(titles[name] ?? name, value)),
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

/** What a module exports of a user: a table for a list, and for an object its values and a table for each of its lists. */
function dataSections(title, value) {
  if (Array.isArray(value))
    return value.length === 0 ? [] : [table(title, value.map(toRow), columnsOf(value.map(toRow)))]
  const entries = Object.entries(toRow(value)).filter(([, one]) => one !== null && one !== '')
  const lists = entries.filter(([, one]) => Array.isArray(one))
  const values = entries.filter(([, one]) => !Array.isArray(one)).map(([name, one]) => [toWords(name), toText(one)])
  return [
    ...(values.length === 0 ? [] : [element('section', {}, element('h2', {}, title), facts(values))]),
    ...lists.flatMap(([name, list]) => dataSections(`${title}: ${toWords(name).toLowerCase()}`, list)),
  ]
}

function toRow(value) {
  return typeof value === 'object' && value !== null ? value : { value }
}

function columnsOf(rows) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return names.map((name) => [toWords(name), (row) => toText(row[name])])
}

/** `createdAt` as `Created at`. */
function toWords(name) {
  const words = name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const isoTime = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

function toText(value) {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'object') return describe(value)
  return isoTime.test(value) ? time(value) : String(value)
}

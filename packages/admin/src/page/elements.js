// What the views of the admin page are made of. It shows text only, never HTML, and changes nothing without a confirmation.
const { mount } = document.documentElement.dataset
const status = document.querySelector('#status')

/** Creates an element. Children are elements or text. */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'onclick' || key === 'onsubmit') node.addEventListener(key.slice(2), value)
    else if (value !== undefined && value !== false) node.setAttribute(key, value === true ? '' : value)
  }
  node.append(...children.filter((child) => child !== undefined))
  return node
}

/** Calls the API; with a body, it changes something. */
export async function call(path, body) {
  const headers = { 'x-billfold-admin': '1', ...(body !== undefined && { 'content-type': 'application/json' }) }
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const response = await fetch(`${mount}/api/${path}`, { ...init, headers, credentials: 'same-origin' })
  const json = await response.json().catch(() => ({}))
  if (!response.ok) throw new Error(json.message ?? `The server answered with status ${response.status}`)
  return json
}

/** Says what has happened. */
export function report(text, failed = false) {
  status.textContent = text
  status.className = failed ? 'failed' : ''
}

/**
 * Asks before a change, does it, and dispatches `changed`, so that the view is loaded again. With `field`, there is a text to type: a note, or
 * `expected`, the id of what is erased. `isDanger` marks what takes something away.
 */
export function askThen({ title, text, yes, isDanger = false, field, expected, act }) {
  const dialog = document.querySelector('#question')
  const answer = document.querySelector('#question-answer')
  const confirm = document.querySelector('#question-yes')
  document.querySelector('#question-title').textContent = title
  document.querySelector('#question-text').textContent = text
  document.querySelector('#question-field').hidden = field === undefined
  document.querySelector('#question-label').textContent = field ?? ''
  confirm.textContent = yes
  confirm.className = isDanger ? 'danger' : ''
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
      dispatchEvent(new CustomEvent('changed', { detail: title }))
    } catch (error) {
      report(`${title}: ${error.message}`, true)
    }
  }
  dialog.showModal()
}

/** A time in UTC. */
export function time(value) {
  if (value === undefined || value === null) return '–'
  return new Date(value).toISOString().replace('T', ' ').slice(0, 19)
}

/** A state since or until a time, which is not broken. */
export function stateAt(state, value) {
  return element('span', {}, `${state} `, element('span', { class: 'time' }, time(value)))
}

/**
 * A section with a table, or with the text `empty` if there are no rows. On a narrow window each row is a list of names and values, so the
 * roles are explicit.
 */
export function table(title, rows, columns, empty) {
  if (rows.length === 0)
    return element('section', {}, element('h2', {}, title), element('p', { class: 'empty' }, empty))
  const head = columns.map(([name]) => element('th', { scope: 'col', role: 'columnheader' }, name))
  const cells = (row) => columns.map(([name, cell]) => tableCell(name, cell(row) ?? ''))
  const lines = rows.map((row) => element('tr', { role: 'row' }, ...cells(row)))
  const grid = element(
    'table',
    { role: 'table', class: 'rows' },
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...head)),
    element('tbody', { role: 'rowgroup' }, ...lines),
  )
  const scroll = { class: 'table', tabindex: '0', role: 'region', 'aria-label': title }
  return element('section', {}, element('h2', {}, title), element('div', scroll, grid))
}

const timeFormat = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/

function tableCell(name, content) {
  return element('td', { role: 'cell', 'data-name': name, class: timeFormat.test(content) && 'time' }, content)
}

/** The names and values of an object in a cell. */
export function describe(object) {
  const parts = Object.entries(object).filter(([, value]) => value !== null && value !== '')
  return parts.map(([name, value]) => `${name}: ${toText(name, value)}`).join(', ')
}

function toText(name, value) {
  if (typeof value === 'object') return JSON.stringify(value)
  return typeof value === 'number' && /^at$|At$/.test(name) ? time(value) : value
}

/** Names and values, one a line. */
export function facts(entries) {
  const rows = entries.map(([name, value]) =>
    element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, value)),
  )
  return element('table', {}, element('tbody', {}, ...rows))
}

/** A button that does nothing by itself. */
export function button(text, onclick, kind = 'plain') {
  return element('button', { type: 'button', class: kind, onclick }, text)
}

/** Records of the audit log. */
export function auditTable(records, title = 'Audit log') {
  const columns = [
    ['Time', ({ at }) => time(at)],
    ['Action', ({ action }) => action],
    ['Actor', ({ actor }) => actor],
    ['Subject', ({ subject }) => subject],
    ['Detail', ({ detail }) => describe(detail ?? {})],
  ]
  return table(title, records, columns, 'There are no records yet.')
}

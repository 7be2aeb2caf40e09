import type { HostInfo, RecordedCall } from '#exchange'
import { onCall } from './calls.ts'
import { toCopyText } from './copy-text.ts'
import { byId, h } from './dom.ts'
import { formatJson } from './json.ts'

/** Maximum number of calls restored after a page load. */
const maxStoredCalls = 60
const storageKey = `calls ${location.pathname}`

/** Renders calls as they happen, the newest expanded, after the calls stored by earlier visits of the page. */
export function renderCallList(about: HostInfo): void {
  const [list, clear] = [byId('calls'), byId('clear')]
  const stored = readStoredCalls()
  const add = (exchange: RecordedCall): void => {
    byId('no-calls').hidden = true
    document.body.classList.add('has-calls')
    clear.hidden = false
    for (const expanded of list.querySelectorAll('details[open]')) expanded.removeAttribute('open')
    list.append(h('li', {}, callView(exchange, about)))
    list.parentElement?.scrollTo({ top: list.parentElement.scrollHeight })
  }
  for (const exchange of stored) add(exchange)
  onCall((exchange) => {
    add(exchange)
    stored.push(exchange)
    sessionStorage.setItem(storageKey, JSON.stringify(stored.slice(-maxStoredCalls)))
  })
  clear.addEventListener('click', () => {
    stored.length = 0
    sessionStorage.removeItem(storageKey)
    list.replaceChildren()
    byId('no-calls').hidden = false
    document.body.classList.remove('has-calls')
    clear.hidden = true
  })
}

/** Reads the calls that this page has stored in this tab. */
function readStoredCalls(): RecordedCall[] {
  const calls: RecordedCall[] = JSON.parse(sessionStorage.getItem(storageKey) ?? '[]')
  return calls
}

function callView(exchange: RecordedCall, about: HostInfo): HTMLElement {
  const { as, text } = toCopyText(exchange, about)
  const copy = h('button', { type: 'button', class: 'small copy', 'data-copy': text }, `Copy as ${as}`)
  copy.addEventListener('click', () => {
    navigator.clipboard.writeText(text).then(
      () => (copy.textContent = 'Copied'),
      () => (copy.textContent = 'Copy failed'),
    )
  })
  return h(
    'details',
    { open: true },
    renderSummary(exchange),
    h('div', { class: 'call' }, copy, ...renderParts(exchange)),
  )
}

function renderSummary(exchange: RecordedCall): HTMLElement {
  if (exchange.kind === 'in-process') {
    const name = /await ([\w.]+)/.exec(exchange.code)?.[1] ?? exchange.code
    return h('summary', {}, h('span', { class: 'method' }, 'call'), pathView(name, '.'))
  }
  const { by, method, path, status } = exchange
  const origin = by === 'host' ? [h('span', { class: 'by' }, 'host')] : []
  const outcome = h('span', { class: status < 400 ? 'status' : 'status failed' }, String(status))
  return h('summary', {}, h('span', { class: 'method' }, method), pathView(path, '/'), ...origin, outcome)
}

/** Renders a path that can wrap before each segment. */
function pathView(path: string, separator: string): HTMLElement {
  const parts = path.split(separator).map((step, index) => (index === 0 ? step : `${separator}${step}`))
  return h('span', { class: 'path' }, ...parts.flatMap((step) => [h('wbr'), step]))
}

function renderParts(exchange: RecordedCall): readonly HTMLElement[] {
  const time = `, ${exchange.milliseconds} ms`
  if (exchange.kind === 'in-process')
    return [part('In-process call', exchange.code), part(`Result${time}`, exchange.reply)]
  const { by, headers, body, code, reply } = exchange
  const key = by === 'host' && code === undefined ? ['authorization: Basic •••••• (service key of the host)'] : []
  const lines = [...key, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]
  const head = lines.length === 0 ? [] : [part('Headers', lines.join('\n'))]
  const secret = code === undefined ? '' : ' (encrypted in transit)'
  const sent = body === undefined ? [] : [part(`Request${secret}`, body)]
  return [...head, ...sent, part(`Response${secret}${time}`, reply)]
}

function part(title: string, text: string): HTMLElement {
  return h(
    'div',
    {},
    h('h3', {}, title),
    h('pre', { tabindex: '0', 'aria-label': title }, h('code', {}, formatJson(text))),
  )
}

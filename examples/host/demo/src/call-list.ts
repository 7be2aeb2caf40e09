import type { AboutHost, Exchange } from '#exchange'
import { onCall } from './calls.ts'
import { copied } from './copied.ts'
import { byId, h } from './dom.ts'
import { pretty } from './json.ts'

/** How many calls are kept for when the page is loaded again. */
const most = 60
const place = `calls ${location.pathname}`

/** Shows every call, the newest open, and those from before the flow led to another page. */
export function showCalls(about: AboutHost): void {
  const [list, clear] = [byId('calls'), byId('clear')]
  const kept = keptCalls()
  const add = (exchange: Exchange): void => {
    byId('no-calls').hidden = true
    clear.hidden = false
    for (const open of list.querySelectorAll('details[open]')) open.removeAttribute('open')
    list.append(h('li', {}, callView(exchange, about)))
    list.parentElement?.scrollTo({ top: list.parentElement.scrollHeight })
  }
  for (const exchange of kept) add(exchange)
  onCall((exchange) => {
    add(exchange)
    kept.push(exchange)
    sessionStorage.setItem(place, JSON.stringify(kept.slice(-most)))
  })
  clear.addEventListener('click', () => {
    kept.length = 0
    sessionStorage.removeItem(place)
    list.replaceChildren()
    byId('no-calls').hidden = false
    clear.hidden = true
  })
}

/** What this page itself has kept, in this tab. */
function keptCalls(): Exchange[] {
  const calls: Exchange[] = JSON.parse(sessionStorage.getItem(place) ?? '[]')
  return calls
}

function callView(exchange: Exchange, about: AboutHost): HTMLElement {
  const { as, text } = copied(exchange, about)
  const copy = h('button', { type: 'button', class: 'small copy', 'data-copy': text }, `Copy as ${as}`)
  copy.addEventListener('click', () => {
    navigator.clipboard.writeText(text).then(
      () => (copy.textContent = 'Copied'),
      () => (copy.textContent = 'Could not copy'),
    )
  })
  return h('details', { open: true }, summaryOf(exchange), h('div', { class: 'call' }, copy, ...partsOf(exchange)))
}

function summaryOf(exchange: Exchange): HTMLElement {
  if (exchange.kind === 'in-process') {
    const name = /await ([\w.]+)/.exec(exchange.code)?.[1] ?? exchange.code
    return h('summary', {}, h('span', { class: 'method' }, 'call'), pathView(name, '.'))
  }
  const { by, method, path, status } = exchange
  const whose = by === 'host' ? [h('span', { class: 'by' }, 'host')] : []
  const outcome = h('span', { class: status < 400 ? 'status' : 'status refused' }, String(status))
  return h('summary', {}, h('span', { class: 'method' }, method), pathView(path, '/'), ...whose, outcome)
}

/** A path that may be broken before each of its steps. */
function pathView(path: string, separator: string): HTMLElement {
  const parts = path.split(separator).map((step, index) => (index === 0 ? step : `${separator}${step}`))
  return h('span', { class: 'path' }, ...parts.flatMap((step) => [h('wbr'), step]))
}

function partsOf(exchange: Exchange): readonly HTMLElement[] {
  const time = `, ${exchange.milliseconds} ms`
  if (exchange.kind === 'in-process')
    return [part('In the process of the host', exchange.code), part(`Result${time}`, exchange.reply)]
  const { by, headers, body, code, reply } = exchange
  const key = by === 'host' && code === undefined ? ['authorization: Basic •••••• (the key of the host)'] : []
  const lines = [...key, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]
  const head = lines.length === 0 ? [] : [part('Headers', lines.join('\n'))]
  const secret = code === undefined ? '' : ', encrypted on the way'
  const sent = body === undefined ? [] : [part(`Request${secret}`, body)]
  return [...head, ...sent, part(`Reply${secret}${time}`, reply)]
}

function part(title: string, text: string): HTMLElement {
  return h('div', {}, h('h3', {}, title), h('pre', { tabindex: '0', 'aria-label': title }, h('code', {}, pretty(text))))
}

import type { AboutHost, Exchange } from '#exchange'
import { onCall } from './calls.ts'
import { copied } from './copied.ts'
import { byId, h } from './dom.ts'
import { pretty } from './json.ts'

/** Shows every call, the newest open. */
export function showCalls(about: AboutHost): void {
  const list = byId('calls')
  onCall((exchange) => {
    byId('no-calls').hidden = true
    for (const open of list.querySelectorAll('details[open]')) open.removeAttribute('open')
    list.append(h('li', {}, callView(exchange, about)))
    list.parentElement?.scrollTo({ top: list.parentElement.scrollHeight })
  })
}

function callView(exchange: Exchange, about: AboutHost): HTMLElement {
  const { as, text } = copied(exchange, about)
  const copy = h('button', { type: 'button', class: 'copy', 'data-copy': text }, `Copy as ${as}`)
  copy.addEventListener('click', () => {
    navigator.clipboard.writeText(text).then(
      () => (copy.textContent = 'Copied'),
      () => (copy.textContent = 'Could not copy'),
    )
  })
  return h('details', { open: true }, summaryOf(exchange), h('div', { class: 'call' }, copy, ...partsOf(exchange)))
}

function summaryOf(exchange: Exchange): HTMLElement {
  const time = h('span', { class: 'time' }, `${exchange.milliseconds} ms`)
  if (exchange.kind === 'in-process') {
    const name = /await ([\w.]+)/.exec(exchange.code)?.[1] ?? exchange.code
    return h('summary', {}, h('span', { class: 'method' }, 'call'), h('span', { class: 'path' }, name), time)
  }
  const { by, method, path, status } = exchange
  const whose = by === 'host' ? [h('span', { class: 'by' }, 'host')] : []
  const outcome = h('span', { class: status < 400 ? 'status' : 'status refused' }, String(status))
  return h(
    'summary',
    {},
    h('span', { class: 'method' }, method),
    h('span', { class: 'path' }, path),
    ...whose,
    outcome,
    time,
  )
}

function partsOf(exchange: Exchange): readonly HTMLElement[] {
  if (exchange.kind === 'in-process')
    return [part('In the process of the host', exchange.code), part('Result', exchange.reply)]
  const { by, headers, body, code, reply } = exchange
  const key = by === 'host' && code === undefined ? ['authorization: Basic •••••• (the key of the host)'] : []
  const lines = [...key, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]
  const head = lines.length === 0 ? [] : [part('Headers', lines.join('\n'))]
  const secret = code === undefined ? '' : ', encrypted on the way'
  const sent = body === undefined ? [] : [part(`Request${secret}`, body)]
  return [...head, ...sent, part(`Reply${secret}`, reply)]
}

function part(title: string, text: string): HTMLElement {
  return h('div', {}, h('h3', {}, title), h('pre', { tabindex: '0', 'aria-label': title }, h('code', {}, pretty(text))))
}

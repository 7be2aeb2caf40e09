/** What a screen shows: one thing to read, and at most one thing to do. */
export interface Screen {
  readonly kind: 'plain' | 'waiting' | 'failure' | 'success'
  readonly sign?: keyof typeof signs
  readonly title: string
  readonly text?: string
  readonly parts?: readonly Node[]
  readonly action?: { readonly label: string; readonly run: () => void }
}

/** Drawings of 24 by 24. */
const signs = {
  face: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM9 10h.01M15 10h.01M8.5 14.5c1 1.3 2.2 2 3.5 2s2.5-.7 3.5-2',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  done: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM8 12.5l3 3 5.5-6.5',
  stop: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 7.5v5.5M12 16.5h.01',
} as const

/** Shows a screen instead of the last one, and tells those who do not see it. */
export function show({ kind, sign, title, text, parts = [], action }: Screen): void {
  const heading = element('h1', title)
  heading.tabIndex = -1
  const nodes: Node[] = [
    ...(sign === undefined ? [] : [drawing(sign)]),
    heading,
    ...(text === undefined ? [] : [element('p', text)]),
    ...parts,
    ...(action === undefined ? [] : [button(action.label, action.run)]),
  ]
  const main = place()
  main.className = kind
  main.setAttribute('aria-busy', String(kind === 'waiting'))
  main.replaceChildren(...nodes)
  heading.focus()
}

/** A button. */
export function button(label: string, run: () => void): HTMLButtonElement {
  const made = element('button', label)
  made.type = 'button'
  made.addEventListener('click', run)
  return made
}

/** An element with text. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = '',
  className = '',
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  made.textContent = text
  if (className !== '') made.className = className
  return made
}

function place(): HTMLElement {
  const main = document.getElementById('screen')
  if (main === null) throw new Error('The page is not ours')
  return main
}

const svgNamespace = 'http://www.w3.org/2000/svg'

function drawing(sign: keyof typeof signs): SVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', 'sign')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(svgNamespace, 'path')
  const line = {
    d: signs[sign],
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': '1.6',
    'stroke-linecap': 'round',
  }
  for (const [name, value] of Object.entries(line)) path.setAttribute(name, value)
  svg.append(path)
  return svg
}

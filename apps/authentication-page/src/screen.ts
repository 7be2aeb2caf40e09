import { runOnDeliberateClick } from './deliberate-click.ts'

/** Something that the user can do. */
export interface Action {
  readonly label: string
  readonly run: () => void
  /** True if a click that was meant for a window in front of the page must not run it. */
  readonly isConsent?: boolean
}

/** The content of a screen: one message, at most one main action, and what else can be done. */
export interface Screen {
  readonly kind: 'plain' | 'waiting' | 'failure' | 'success' | 'camera'
  readonly icon?: keyof typeof icons
  readonly title: string
  readonly text?: string
  readonly parts?: readonly Node[]
  readonly action?: Action | undefined
  readonly more?: readonly Action[]
}

/** SVG paths in a 24 by 24 view box. */
const icons = {
  face: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM9 10h.01M15 10h.01M8.5 14.5c1 1.3 2.2 2 3.5 2s2.5-.7 3.5-2',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  key: 'M8 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 12h9M17 12v3M20.5 12v2.5M8 12h.01',
  done: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM8 12.5l3 3 5.5-6.5',
  stop: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 7.5v5.5M12 16.5h.01',
} as const

/** Replaces the current screen, and moves the focus so that screen readers announce it. */
export function showScreen({ kind, icon, title, text, parts = [], action, more = [] }: Screen): void {
  const heading = createElement('h1', title)
  heading.tabIndex = -1
  const nodes: Node[] = [
    ...(icon === undefined ? [] : [createIcon(icon)]),
    heading,
    ...(text === undefined ? [] : [createElement('p', text)]),
    ...parts,
    ...(action === undefined ? [] : [createActionButton(action)]),
    ...(more.length === 0 ? [] : [createMore(more)]),
  ]
  const main = pageElement('screen')
  main.className = kind
  // The card around a camera fits the window, so that its button is in sight.
  document.body.className = `with-${kind}`
  main.setAttribute('aria-busy', String(kind === 'waiting'))
  main.replaceChildren(...nodes)
  scrollTo(0, 0)
  heading.focus()
}

function createMore(actions: readonly Action[]): HTMLElement {
  const list = createElement('div', '', 'more')
  list.append(...actions.map(({ label, run }) => createButton(label, run, 'quiet')))
  return list
}

function createActionButton({ label, run, isConsent = false }: Action): HTMLButtonElement {
  if (!isConsent) return createButton(label, run)
  const created = createButton(label, () => {})
  runOnDeliberateClick(created, run)
  return created
}

/** Creates a button. */
export function createButton(label: string, run: () => void, className = ''): HTMLButtonElement {
  const created = createElement('button', label, className)
  created.type = 'button'
  created.addEventListener('click', run)
  return created
}

/** Creates an element with text. */
export function createElement<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = '',
  className = '',
): HTMLElementTagNameMap[Name] {
  const created = document.createElement(name)
  created.textContent = text
  if (className !== '') created.className = className
  return created
}

/** Returns an element of the page's HTML. */
export function pageElement(id: 'screen' | 'relying-party' | 'notice'): HTMLElement {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`The page has no element #${id}`)
  return element
}

const svgNamespace = 'http://www.w3.org/2000/svg'

function createIcon(icon: keyof typeof icons): SVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS(svgNamespace, 'path')
  const attributes = {
    d: icons[icon],
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': '1.6',
    'stroke-linecap': 'round',
  }
  for (const [name, value] of Object.entries(attributes)) path.setAttribute(name, value)
  svg.append(path)
  return svg
}

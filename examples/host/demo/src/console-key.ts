/** localStorage key. Shared by all tabs of this origin; the next start of the host has another console key. */
const storageKey = 'demo key'

/** Stores the key of the link that the host printed, and removes it from the address bar. */
export function storeConsoleKey(): void {
  const [, key] = /^#demo=([\w-]+)$/.exec(location.hash) ?? []
  if (key === undefined) return
  localStorage.setItem(storageKey, key)
  history.replaceState(null, '', location.pathname + location.search)
}

/** Reads the key that authorizes actions; empty if the page was not opened by the printed link. */
export function readConsoleKey(): string {
  return localStorage.getItem(storageKey) ?? ''
}

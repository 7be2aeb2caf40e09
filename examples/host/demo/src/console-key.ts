/** Kept for this origin alone, for tabs that are opened later; the next start of the host has another. */
const place = 'demo key'

/** Keeps the key of the link that the host printed, and takes it out of the address. */
export function keepConsoleKey(): void {
  const [, key] = /^#demo=([\w-]+)$/.exec(location.hash) ?? []
  if (key === undefined) return
  localStorage.setItem(place, key)
  history.replaceState(null, '', location.pathname + location.search)
}

/** What the host asks for when it is to act; empty where the page was not opened by the link. */
export function consoleKey(): string {
  return localStorage.getItem(place) ?? ''
}

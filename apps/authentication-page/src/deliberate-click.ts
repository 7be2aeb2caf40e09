/** A double click takes up to half a second by default, and longer for users who set it so. */
const delayMs = 1000

/**
 * Runs an action when a button is clicked, once the user can have seen it (DoubleClickjacking). A page of somebody else that closes or moves
 * between two clicks would lead the second one here. So the page has had the focus for a second, without a click that came too early,
 * and a mouse has moved or a key was pressed since. What screen readers and keys activate needs no mouse. The button keeps its focus, and
 * says by `aria-disabled` that it waits.
 */
export function runOnDeliberateClick(button: HTMLButtonElement, run: () => void): void {
  const listeners = new AbortController()
  const { signal } = listeners
  let isWaiting = false
  let isSeen = false
  let pointer = ''
  let timer = 0
  const restart = (wasSeen: boolean): void => {
    isWaiting = true
    isSeen = wasSeen
    button.setAttribute('aria-disabled', 'true')
    clearTimeout(timer)
    timer = setTimeout(() => {
      isWaiting = false
      button.removeAttribute('aria-disabled')
    }, delayMs)
  }
  const comeToFront = (): void => {
    // Another screen has replaced the one with the button.
    if (button.isConnected) restart(false)
    else listeners.abort()
  }
  const see = (): void => {
    isSeen = true
  }
  addEventListener('focus', comeToFront, { signal })
  document.addEventListener('visibilitychange', comeToFront, { signal })
  addEventListener('pointermove', see, { signal })
  addEventListener('keydown', see, { signal })
  addEventListener('pointerdown', ({ pointerType }) => (pointer = pointerType), { signal })
  button.addEventListener('click', ({ detail }) => {
    const isMouse = pointer === 'mouse' && detail > 0
    if (isWaiting || !document.hasFocus() || (isMouse && !isSeen)) return restart(true)
    listeners.abort()
    run()
  })
  restart(false)
}

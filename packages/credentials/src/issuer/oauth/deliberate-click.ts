/** A double click takes up to half a second by default, and longer for users who set it so. */
const delayMs = 1000

/**
 * A script for a page with one form: it takes the click on a button only when the user can have seen the page (DoubleClickjacking). A page
 * of somebody else that closes or moves between two clicks would lead the second one here. So the page has had the focus for a second,
 * without a click that came too early, and a mouse has moved or a key was pressed since. What screen readers and keys activate needs no
 * mouse. The button keeps its focus, and says by `aria-disabled` and the status why nothing happens. A double click on it sends the form
 * once. Without scripts it works as any button.
 *
 * @param button a selector of the button
 * @param early what the element with the role `status` says after a click that came too early. Neither must contain a backslash or `</`
 */
export function deliberateClickScript(button: string, early: string): string {
  return `(() => {
const button = document.querySelector(${JSON.stringify(button)})
const status = document.querySelector('[role="status"]')
let waits, sent, seen, timer, pointer
const restart = (wasSeen) => {
  waits = true
  sent = false
  seen = wasSeen
  button.setAttribute('aria-disabled', 'true')
  clearTimeout(timer)
  timer = setTimeout(() => {
    waits = false
    button.removeAttribute('aria-disabled')
  }, ${delayMs})
}
addEventListener('focus', () => restart(false))
addEventListener('pageshow', () => restart(false))
document.addEventListener('visibilitychange', () => restart(false))
addEventListener('pointermove', () => { seen = true })
addEventListener('keydown', () => { seen = true })
addEventListener('pointerdown', (event) => { pointer = event.pointerType })
button.addEventListener('click', (event) => {
  const isMouse = pointer === 'mouse' && event.detail > 0
  if (!sent && !waits && document.hasFocus() && (seen || !isMouse)) {
    sent = true
    return
  }
  event.preventDefault()
  if (sent) return
  restart(true)
  status.textContent = ${JSON.stringify(early)}
})
restart(false)
})()`
}

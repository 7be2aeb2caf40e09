import { AuthenticationClientError, type Connection } from '@billfold/core/client'
import { problem } from './problems.ts'
import { button, element, show } from './screen.ts'
import { verifyPin } from './steps.ts'
import type { Texts } from './texts.ts'

/** What comes after the PIN. */
interface After {
  readonly succeeded: () => void
  readonly failed: () => void
}

/** Asks for the PIN until it is right, or there are no more attempts. */
export function askPin(connection: Connection, texts: Texts, token: string, after: After): void {
  const pin = element('input')
  pin.type = 'password'
  pin.inputMode = 'numeric'
  pin.autocomplete = 'off'
  pin.maxLength = 12
  pin.required = true
  const label = element('label', texts.pin)
  label.append(pin)
  const trust = element('input')
  trust.type = 'checkbox'
  const choice = element('label', '', 'choice')
  choice.append(trust, element('span', texts.trust))
  const wrong = element('p', '', 'wrong')
  wrong.setAttribute('role', 'alert')
  const confirm = button(texts.confirm, () => {})
  confirm.type = 'submit'
  const form = element('form')
  form.append(label, choice, wrong, confirm)
  // The same id for the same answer that has to be sent again.
  let sent = { value: '', trust: false, requestId: '' }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const [value, trusts] = [pin.value, trust.checked]
    if (sent.value !== value || sent.trust !== trusts) sent = { value, trust: trusts, requestId: crypto.randomUUID() }
    confirm.disabled = true
    wrong.textContent = ''
    void verifyPin(connection, { pin: value, trust: trusts, token, requestId: sent.requestId })
      .then((right) => (right ? after.succeeded() : refuse(texts.wrongPin)))
      .catch((error: unknown) => (isOver(error) ? after.failed() : refuse(texts[problem(error).name])))
  })
  const refuse = (text: string): void => {
    confirm.disabled = false
    wrong.textContent = text
    if (text === texts.wrongPin) {
      pin.value = ''
      sent = { value: '', trust: false, requestId: '' }
    }
    pin.focus()
  }
  show({ kind: 'plain', sign: 'lock', title: texts.pinTitle, text: texts.pinIntro, parts: [form] })
  pin.focus()
}

/** Whether it cannot go on: no more attempts, or the token is no longer good. */
function isOver(error: unknown): boolean {
  return error instanceof AuthenticationClientError && error.status < 500 && error.status !== 429
}

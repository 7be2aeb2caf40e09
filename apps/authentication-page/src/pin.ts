import { AuthenticationClientError, type Connection } from '@billfold/core/client'
import { toProblem } from './problems.ts'
import { createButton, createElement, showScreen } from './screen.ts'
import { submitPin } from './steps.ts'
import type { Texts } from './texts.ts'

/** Continuations after the PIN step. */
interface PinCallbacks {
  readonly succeeded: () => void
  readonly failed: () => void
}

/** Prompts for the PIN until it is correct or no attempts are left. @param token the step token of the face step */
export function promptForPin(connection: Connection, texts: Texts, token: string, callbacks: PinCallbacks): void {
  const pin = createElement('input')
  pin.type = 'password'
  pin.inputMode = 'numeric'
  pin.autocomplete = 'off'
  pin.maxLength = 12
  pin.required = true
  const label = createElement('label', texts.pinLabel)
  label.append(pin)
  const trustDevice = createElement('input')
  trustDevice.type = 'checkbox'
  const choice = createElement('label', '', 'choice')
  choice.append(trustDevice, createElement('span', texts.trustDevice))
  const errorText = createElement('p', '', 'error')
  errorText.setAttribute('role', 'alert')
  const confirm = createButton(texts.confirm, () => {})
  confirm.type = 'submit'
  const form = createElement('form')
  form.append(label, choice, errorText, confirm)
  // Retries of the same input use the same request id.
  let lastInput = { value: '', trusts: false, requestId: '' }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const [value, trusts] = [pin.value, trustDevice.checked]
    if (lastInput.value !== value || lastInput.trusts !== trusts)
      lastInput = { value, trusts, requestId: crypto.randomUUID() }
    confirm.disabled = true
    errorText.textContent = ''
    void submitPin(connection, { pin: value, trustDevice: trusts, token, requestId: lastInput.requestId })
      .then((isCorrect) => (isCorrect ? callbacks.succeeded() : showError(texts.wrongPin)))
      .catch((error: unknown) => (isFinal(error) ? callbacks.failed() : showError(texts[toProblem(error).name])))
  })
  const showError = (text: string): void => {
    confirm.disabled = false
    errorText.textContent = text
    if (text === texts.wrongPin) {
      pin.value = ''
      lastInput = { value: '', trusts: false, requestId: '' }
    }
    pin.focus()
  }
  showScreen({ kind: 'plain', icon: 'lock', title: texts.pinTitle, text: texts.pinIntro, parts: [form] })
  pin.focus()
}

/** Returns true if the step cannot be retried: no attempts are left, or the token has expired. */
function isFinal(error: unknown): boolean {
  return error instanceof AuthenticationClientError && error.status < 500 && error.status !== 429
}

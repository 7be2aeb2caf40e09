import { isRejection, toProblem } from './problems.ts'
import { type Action, createButton, createElement, showScreen } from './screen.ts'
import { fetchSettings } from './settings.ts'
import { submitPin } from './steps.ts'
import type { Visit } from './visit.ts'

/** The PIN step: what it is entered for, and what follows. */
interface PinStep {
  /** The text above the PIN. */
  readonly text: string
  readonly more: readonly Action[]
  readonly succeeded: () => void
  /** Called if the session is no longer at this step. */
  readonly movedOn: () => void
}

/** Prompts for the PIN until it is correct or no attempts are left. @param token the step token of the step before */
export function promptForPin({ connection, texts }: Visit, token: string, step: PinStep): void {
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
      .then((isCorrect) => (isCorrect ? step.succeeded() : showWrongPin()))
      .catch((error: unknown) => (isRejection(error) ? step.movedOn() : showError(texts[toProblem(error).name])))
  })
  const showWrongPin = async (): Promise<void> => {
    pin.value = ''
    lastInput = { value: '', trusts: false, requestId: '' }
    // The last attempt ends the session.
    const settings = await fetchSettings().catch(() => undefined)
    if (settings === undefined || settings.step === 'pin') showError(texts.wrongPin)
    else step.movedOn()
  }
  const showError = (text: string): void => {
    confirm.disabled = false
    errorText.textContent = text
    pin.focus()
  }
  showScreen({ kind: 'plain', icon: 'lock', title: texts.pinTitle, text: step.text, parts: [form], more: step.more })
  pin.focus()
}

import { h } from './dom.ts'
import type { Fact, FormField, FlowStep } from './flow.ts'

/** Renders the steps of a flow. Steps can be repeated; each run updates which steps are enabled. */
export function renderSteps(steps: readonly FlowStep[]): HTMLElement {
  const refresh: (() => void)[] = []
  const views = steps.map((step, index) =>
    stepView(step, index + 1, () => {
      for (const update of refresh) update()
    }),
  )
  refresh.push(...views.map(({ update }) => update))
  for (const update of refresh) update()
  return h('ol', { class: 'steps' }, ...views.map(({ element }) => element))
}

/** On a phone the calls are below the steps. */
function callsLink(): HTMLElement {
  return h('a', { class: 'to-calls', href: '#calls-title' }, 'Show the calls')
}

interface StepView {
  readonly element: HTMLElement
  readonly update: () => void
}

function stepView(step: FlowStep, number: number, onChange: () => void): StepView {
  const outcome = h('div', { class: 'outcome', role: 'status' })
  const button = h('button', { type: 'submit' }, step.action)
  const fieldset = h(
    'fieldset',
    {},
    h('legend', { class: 'unseen' }, step.title),
    ...(step.fields ?? []).map(fieldView),
    button,
  )
  const form = h('form', { class: 'form' }, fieldset)
  const heading = h('h2', {}, h('span', { class: 'number', 'aria-hidden': 'true' }, String(number)), step.title)
  const element = h(
    'li',
    { class: step.fields === undefined ? 'step bare' : 'step' },
    heading,
    h('p', {}, step.text),
    form,
    outcome,
  )
  const show = (facts: readonly Fact[]): void => {
    outcome.replaceChildren(factsView(facts), callsLink())
    element.classList.add('done')
  }
  const attempt = async (): Promise<void> => {
    const input = new FormData(form)
    button.setAttribute('aria-busy', 'true')
    fieldset.disabled = true
    try {
      show(await step.run(input))
    } catch (error) {
      element.classList.remove('done')
      outcome.replaceChildren(
        h('p', { class: 'error', role: 'alert' }, error instanceof Error ? error.message : String(error)),
      )
    } finally {
      button.removeAttribute('aria-busy')
      fieldset.disabled = false
      onChange()
      button.focus({ preventScroll: true })
      outcome.scrollIntoView({ block: 'nearest' })
    }
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void attempt()
  })
  void step.restore?.().then((facts) => {
    if (facts === undefined) return
    show(facts)
    onChange()
  })
  const update = (): void => {
    const isReady = step.isReady()
    fieldset.disabled = !isReady
    element.classList.toggle('waiting', !isReady)
  }
  return { element, update }
}

function fieldView({
  name,
  label,
  value,
  type = 'text',
  choices,
  inputmode,
  optional = false,
}: FormField): HTMLElement {
  if (choices !== undefined) {
    const options = Object.entries(choices).map(([choice, text]) =>
      h('option', { value: choice, selected: choice === value }, text),
    )
    return h('label', {}, label, h('select', { name }, ...options))
  }
  if (type === 'checkbox')
    return h('label', { class: 'choice' }, h('input', { name, type, checked: value === 'on' }), label)
  const accept = type === 'file' ? 'image/*,application/pdf' : undefined
  const attributes = { name, type, inputmode, accept, required: !optional, autocomplete: 'off' }
  return h('label', {}, label, h('input', { ...attributes, ...(type !== 'file' && { value }) }))
}

/** A gauge whose color follows the third that it is in. */
function gaugeView(label: string, { value, max }: NonNullable<Fact['gauge']>): HTMLElement {
  const third = String(max / 3)
  const attributes = { min: '0', max: String(max), low: third, high: String((max / 3) * 2), optimum: '0' }
  return h('meter', { 'aria-label': label, value: String(value), ...attributes })
}

function factsView(facts: readonly Fact[]): HTMLElement {
  const rows = facts.map(({ label, value, verified, gauge }) => {
    const sign =
      verified === undefined
        ? []
        : [h('span', { class: verified ? 'valid' : 'invalid', 'aria-hidden': 'true' }, verified ? '✓' : '✗')]
    const meter = gauge === undefined ? [] : [gaugeView(label, gauge)]
    return h('div', {}, h('dt', {}, label), h('dd', {}, ...meter, ...sign, value))
  })
  return h('dl', { class: 'facts' }, ...rows)
}

/** A result of a step. */
export interface Fact {
  readonly label: string
  readonly value: string
  /** Result of a check; undefined if nothing was checked. */
  readonly verified?: boolean
  /** Shown as a gauge. */
  readonly gauge?: { readonly value: number; readonly max: number }
}

/** An input field. */
export interface FormField {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly type?: 'text' | 'file' | 'password' | 'checkbox'
  /** Options of a select field, by value. */
  readonly choices?: Readonly<Record<string, string>>
  readonly inputmode?: 'numeric' | 'decimal' | 'email'
  readonly optional?: boolean
}

/** One step of a flow. */
export interface FlowStep {
  readonly title: string
  readonly text: string
  readonly fields?: readonly FormField[]
  readonly action: string
  /** Returns true if the previous steps have produced what this step needs. */
  readonly isReady: () => boolean
  /** Runs the step and returns its results. */
  readonly run: (form: FormData) => Promise<readonly Fact[]>
  /** Restores the results of an earlier run after a page load. */
  readonly restore?: () => Promise<readonly Fact[] | undefined>
}

/** A flow: the steps of one use case. */
export interface Flow {
  readonly name: 'custody' | 'onboarding' | 'face' | 'passkeys' | 'credentials' | 'dids' | 'payments'
  readonly title: string
  readonly intro: string
  /** Creates the steps. They share state, so each page load needs new ones. */
  readonly steps: () => readonly FlowStep[]
}

/** Reads the text of a form field. */
export function fieldText(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

/** Returns the result of an earlier step. @throws Error if the step was not run */
export function requireStep<T>(value: T | undefined, step: string): T {
  if (value === undefined) throw new Error(`Run this step first: ${step}`)
  return value
}

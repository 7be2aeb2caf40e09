/** Something that came of a step. */
export interface Fact {
  readonly label: string
  readonly value: string
  /** Whether something was checked, and how that went. */
  readonly holds?: boolean
}

/** Something to fill in. */
export interface Field {
  readonly name: string
  readonly label: string
  readonly value: string
  readonly type?: 'text' | 'file' | 'password' | 'checkbox'
  /** What can be chosen, where not everything can. */
  readonly choices?: Readonly<Record<string, string>>
  readonly inputmode?: 'numeric' | 'decimal' | 'email'
  readonly optional?: boolean
}

/** One step of a flow. */
export interface Step {
  readonly title: string
  readonly text: string
  readonly fields?: readonly Field[]
  readonly action: string
  /** Whether what it needs is there. */
  readonly ready: () => boolean
  /** What came of it; nothing where the page goes elsewhere. */
  readonly run: (form: FormData) => Promise<readonly Fact[]>
  /** What came of it before the page was loaded. */
  readonly before?: () => Promise<readonly Fact[] | undefined>
}

/** A flow: something that an API is for. */
export interface Flow {
  readonly name: 'custody' | 'onboarding' | 'face' | 'dids' | 'payments'
  readonly title: string
  readonly intro: string
  /** Made anew for each page, since its steps share what they learn. */
  readonly steps: () => readonly Step[]
}

/** What was typed into a field. */
export function typed(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

/** Something an earlier step has made. @throws Error */
export function made<T>(value: T | undefined, step: string): T {
  if (value === undefined) throw new Error(`Do this first: ${step}`)
  return value
}

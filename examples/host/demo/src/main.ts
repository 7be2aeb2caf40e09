import { fetchHostInfo, hasValidKey } from './calls.ts'
import { renderCallList } from './render-call-list.ts'
import { storeConsoleKey } from './console-key.ts'
import { byId, h } from './dom.ts'
import type { Flow } from './flow.ts'
import { credentialsFlow } from './flows/credentials.ts'
import { custodyFlow } from './flows/custody.ts'
import { didsFlow } from './flows/dids.ts'
import { faceFlow } from './flows/face.ts'
import { onboardingFlow } from './flows/onboarding.ts'
import { passkeysFlow } from './flows/passkeys.ts'
import { paymentsFlow } from './flows/payments.ts'
import { renderSteps } from './render-steps.ts'

const flows: readonly Flow[] = [
  custodyFlow,
  onboardingFlow,
  faceFlow,
  passkeysFlow,
  credentialsFlow,
  didsFlow,
  paymentsFlow,
]

/** Selects the flow by path; custody at `/`. */
function selectFlow(): Flow {
  return flows.find(({ name }) => location.pathname === `/demo/${name}`) ?? custodyFlow
}

function missingKey(): HTMLElement {
  const text =
    'This page has no valid key: the steps will be refused. Open it with the link that the host prints when it starts. The key changes with each start.'
  return h('p', { class: 'notice', role: 'alert' }, text)
}

async function start(): Promise<void> {
  storeConsoleKey()
  const flow = selectFlow()
  const about = await fetchHostInfo()
  byId('host').textContent = `${about.framework} · ${about.database} · ${new URL(about.baseUrl).host}`
  for (const link of byId('flows').querySelectorAll('a'))
    if (link.pathname === `/demo/${flow.name}`) {
      link.setAttribute('aria-current', 'page')
      link.scrollIntoView({ block: 'nearest', inline: 'center' })
    }
  document.title = `${flow.title} · Billfold`
  renderCallList(about)
  byId('flow').replaceChildren(
    h('h1', {}, flow.title),
    h('p', { class: 'intro' }, flow.intro),
    ...((await hasValidKey()) ? [] : [missingKey()]),
    renderSteps(flow.steps()),
  )
}

await start()

import { aboutHost } from './calls.ts'
import { showCalls } from './call-list.ts'
import { keepConsoleKey } from './console-key.ts'
import { byId, h } from './dom.ts'
import type { Flow } from './flow.ts'
import { custody } from './flows/custody.ts'
import { dids } from './flows/dids.ts'
import { face } from './flows/face.ts'
import { onboarding } from './flows/onboarding.ts'
import { payments } from './flows/payments.ts'
import { stepViews } from './step-view.ts'

const flows: readonly Flow[] = [custody, onboarding, face, dids, payments]

/** Selects the flow by path; custody at `/`. */
function selectFlow(): Flow {
  return flows.find(({ name }) => location.pathname === `/demo/${name}`) ?? custody
}

async function start(): Promise<void> {
  keepConsoleKey()
  const flow = selectFlow()
  const about = await aboutHost()
  byId('host').textContent = `${about.framework} · ${about.database} · ${new URL(about.baseUrl).host}`
  for (const link of byId('flows').querySelectorAll('a'))
    if (link.pathname === `/demo/${flow.name}`) {
      link.setAttribute('aria-current', 'page')
      link.scrollIntoView({ block: 'nearest', inline: 'center' })
    }
  document.title = `${flow.title} · Billfold`
  showCalls(about)
  byId('flow').replaceChildren(h('h1', {}, flow.title), h('p', { class: 'intro' }, flow.intro), stepViews(flow.steps()))
}

await start()

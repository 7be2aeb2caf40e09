import { z } from 'zod'
import { type Reply, type Route, route } from '../../http/index.ts'
import type { Application } from '../applications/application.ts'
import {
  maxMessageLength,
  postApplicationMessage,
  reportApplicationPayment,
} from '../applications/application-messages.ts'
import { getApplication } from '../applications/application-queries.ts'
import { resubmitApplication } from '../applications/resubmit-application.ts'
import { withdrawApplication } from '../applications/transition-application.ts'
import type { WalletActor } from '../applications/wallet-actor.ts'
import { applicationDetails, messageBody, toApplicationDetails, toMessage } from './application-reply.ts'
import { maxAttributesBytes } from '../applications/value-limits.ts'
import { toWalletActor } from './guards.ts'
import type { OnboardingContext } from './context.ts'
import { attributesSchema, fileIdsSchema } from './schemas.ts'

const pathParams = z.object({ applicationId: z.string().max(64) })
const limits = [
  { by: 'caller', limit: 120, windowSeconds: 3600 },
  { by: 'ip', limit: 1200, windowSeconds: 3600 },
] as const

const changeInput = z.object({ attributes: attributesSchema.default([]), files: fileIdsSchema.default([]) })

/** The number by which Identity Wallets name the status of a withdrawn application. */
const withdrawnStatus = 8

const statusInput = z.object({
  code: z.literal(withdrawnStatus, 'must be 8 (withdrawn), the only status that an applicant may set'),
  note: z.string().max(maxMessageLength).optional(),
})

/** Routes by which an applicant changes an application of the wallet, and reads and writes its messages. */
export function applicationChangeRoutes(onboarding: OnboardingContext): readonly Route[] {
  return [
    changeRoute(onboarding, 'changeApplication', 'PATCH'),
    changeRoute(onboarding, 'replaceApplication', 'PUT'),
    withdrawRoute(onboarding),
    paymentRoute(onboarding),
    ...messageRoutes(onboarding),
  ]
}

function changeRoute(onboarding: OnboardingContext, id: string, method: 'PATCH' | 'PUT'): Route {
  const { services, settings, walletGuard } = onboarding
  return route({
    id,
    method,
    path: '/applications/:applicationId',
    summary: 'Change attributes of an application that is not in review; the others remain',
    guard: walletGuard,
    limits,
    params: pathParams,
    body: { encoding: 'json', schema: changeInput, limit: maxAttributesBytes },
    replies: changeReplies(onboarding),
    handler: async ({ params, body }, context) => {
      const actor = toWalletActor(context)
      const changed = await resubmitApplication(services, settings.templates, actor, params.applicationId, body)
      return applicationReply(onboarding, actor, changed)
    },
  })
}

function withdrawRoute(onboarding: OnboardingContext): Route {
  const { services, walletGuard } = onboarding
  return route({
    id: 'changeApplicationStatus',
    method: 'POST',
    path: '/applications/:applicationId/change_status',
    summary: 'Withdraw an application',
    guard: walletGuard,
    limits,
    params: pathParams,
    body: { encoding: 'json', schema: statusInput, limit: 32 * 1024 },
    replies: changeReplies(onboarding),
    handler: async ({ params, body }, context) => {
      const actor = toWalletActor(context)
      const { note } = body
      const withdrawn = await withdrawApplication(services, actor, params.applicationId, note)
      return applicationReply(onboarding, actor, withdrawn)
    },
  })
}

function paymentRoute(onboarding: OnboardingContext): Route {
  const { services, walletGuard } = onboarding
  return route({
    id: 'reportApplicationPayment',
    method: 'POST',
    path: '/applications/:applicationId/payments',
    summary: 'Report the transaction of a payment',
    guard: walletGuard,
    limits,
    params: pathParams,
    body: {
      encoding: 'json',
      schema: z.object({ transactionHash: z.string().regex(/^[0-9A-Za-z_-]{1,128}$/, 'must be a transaction hash') }),
      limit: 4096,
    },
    replies: changeReplies(onboarding),
    handler: async ({ params, body }, context) => {
      const actor = toWalletActor(context)
      const paid = await reportApplicationPayment(services, actor, params.applicationId, body.transactionHash)
      return applicationReply(onboarding, actor, paid)
    },
  })
}

function messageRoutes({ services, walletGuard }: OnboardingContext): readonly Route[] {
  const path = '/applications/:applicationId/chat'
  const replies = {
    200: { description: 'The messages, oldest first', schema: z.array(messageBody) },
    404: { description: 'Application not found' },
  }
  return [
    route({
      id: 'listApplicationMessages',
      method: 'GET',
      path,
      summary: 'List the messages about an application',
      guard: walletGuard,
      params: pathParams,
      replies,
      handler: async ({ params }, context) => {
        const { tenant, id: owner } = toWalletActor(context)
        const { messages = [] } = await getApplication(services, { tenant, owner }, params.applicationId)
        return { status: 200, body: messages.map(toMessage) }
      },
    }),
    route({
      id: 'postApplicationMessage',
      method: 'POST',
      path,
      summary: 'Post a message about an application',
      guard: walletGuard,
      limits,
      params: pathParams,
      body: {
        encoding: 'json',
        schema: z.object({ message: z.string().min(1).max(maxMessageLength) }),
        limit: 32 * 1024,
      },
      replies,
      handler: async ({ params, body }, context) => {
        const actor = toWalletActor(context)
        const filter = { tenant: actor.tenant, owner: actor.id }
        const message = { from: 'applicant', text: body.message } as const
        const { messages = [] } = await postApplicationMessage(services, actor, filter, params.applicationId, message)
        return { status: 200, body: messages.map(toMessage) }
      },
    }),
  ]
}

function changeReplies({ settings }: OnboardingContext) {
  return {
    200: {
      description: 'The application',
      schema: settings.unwrappedApplications ? applicationDetails : z.object({ application: applicationDetails }),
    },
    404: { description: 'Application not found' },
    409: { description: 'The status of the application does not allow the change' },
  }
}

function applicationReply({ settings }: OnboardingContext, actor: WalletActor, changed: Application): Reply {
  const application = toApplicationDetails(actor, changed)
  return { status: 200, body: settings.unwrappedApplications ? application : { application } }
}

import { z } from 'zod'
import type { Application, ApplicationMessage, ApplicationStatus } from '../applications/application.ts'
import type { WalletActor } from '../applications/wallet-actor.ts'

/** Statuses as numbers, as Identity Wallets know them. */
const statusNumbers: Readonly<Record<ApplicationStatus, number>> = {
  submitted: 1,
  in_review: 1,
  approved: 2,
  rejected: 3,
  withdrawn: 8,
  returned_for_changes: 9,
}

/** Statuses as people read them in a wallet. */
const statusNames: Readonly<Record<ApplicationStatus, string>> = {
  submitted: 'Submitted',
  in_review: 'In review',
  approved: 'Approved',
  rejected: 'Rejected',
  withdrawn: 'Withdrawn',
  returned_for_changes: 'Changes required',
}

/** Schema of a message about an application. */
export const messageBody = z
  .object({
    id: z.string(),
    message: z.string(),
    createdAt: z.string(),
    user: z.object({ name: z.string() }),
    roles: z.array(z.string()).describe('Empty for a message of the applicant'),
  })
  .meta({ id: 'Message' })

/** Schema of an application without its content. */
export const applicationBody = z
  .object({
    id: z.string(),
    templateId: z.union([z.string(), z.number()]),
    template: z.union([z.string(), z.number()]).describe('The same as `templateId`'),
    owner: z.string().describe("The wallet's address"),
    status: z.string().describe(Object.keys(statusNumbers).join(', ')),
    currentStatus: z.number().describe('1 in progress, 2 approved, 3 rejected, 8 withdrawn, 9 changes required'),
    currentStatusName: z.string(),
    statusName: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
    note: z.string().optional(),
    messages: z.array(messageBody),
    payments: z
      .object({ transactionHash: z.string(), transactionHashes: z.array(z.string()) })
      .optional()
      .describe('The latest transaction that the applicant reported, and all of them'),
  })
  .meta({ id: 'Application' })

/** Schema of an application with its content. */
export const applicationDetails = applicationBody.extend({
  attributes: z.array(
    z.object({
      id: z.string(),
      schemaId: z.string().optional(),
      data: z.unknown(),
      documents: z.array(z.unknown()).optional(),
      verified: z
        .object({ by: z.string(), issuer: z.string(), type: z.string(), anchor: z.string(), at: z.number() })
        .optional(),
    }),
  ),
  files: z.array(z.string()),
})

/** Formats an application without its content. */
export function toApplicationSummary(
  { wallet }: WalletActor,
  application: Application,
): z.infer<typeof applicationBody> {
  const { id, templateId, status, createdAt, updatedAt, note, messages = [], paymentTransactions = [] } = application
  const statusName = isStatus(status) ? statusNames[status] : status
  const transactionHash = paymentTransactions.at(-1)
  return {
    id,
    templateId,
    template: templateId,
    owner: wallet.address,
    status,
    currentStatus: isStatus(status) ? statusNumbers[status] : statusNumbers.in_review,
    currentStatusName: statusName,
    statusName,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    note,
    messages: messages.map(toMessage),
    ...(transactionHash !== undefined && {
      payments: { transactionHash, transactionHashes: [...paymentTransactions] },
    }),
  }
}

/** Formats an application with its content. */
export function toApplicationDetails(actor: WalletActor, application: Application): z.infer<typeof applicationDetails> {
  const { attributes, files } = application
  return {
    ...toApplicationSummary(actor, application),
    attributes: attributes.map(({ documents, ...attribute }) => ({
      ...attribute,
      ...(documents !== undefined && { documents: [...documents] }),
    })),
    files: [...files],
  }
}

/** Formats a message. */
export function toMessage({ id, from, text, createdAt }: ApplicationMessage): z.infer<typeof messageBody> {
  const isHost = from === 'host'
  return {
    id,
    message: text,
    createdAt: new Date(createdAt).toISOString(),
    user: { name: isHost ? 'Reviewer' : 'Applicant' },
    roles: isHost ? ['reviewer'] : [],
  }
}

function isStatus(status: string): status is ApplicationStatus {
  return Object.hasOwn(statusNumbers, status)
}

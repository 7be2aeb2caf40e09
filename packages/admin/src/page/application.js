// The applications, and one of them. What is shown of one is recorded in the audit log.
import { askThen, button, call, describe, element, facts, table, time } from './elements.js'

const decisions = {
  submitted: [['in_review', 'Review']],
  in_review: [
    ['approved', 'Approve'],
    ['rejected', 'Reject'],
    ['returned_for_changes', 'Return for changes'],
  ],
  returned_for_changes: [
    ['in_review', 'Review'],
    ['rejected', 'Reject'],
  ],
}

/** The buttons of the decisions that the status allows. */
function decisionButtons({ id, status }) {
  return (decisions[status] ?? []).map(([to, name]) =>
    button(`${name}…`, () =>
      askThen({
        title: `${name} application`,
        text: `Application ${id}`,
        yes: name,
        isDanger: to === 'rejected',
        field: 'Note to the applicant (optional)',
        act: (note) => call(`applications/${encodeURIComponent(id)}/transition`, note === '' ? { to } : { to, note }),
      }),
    ),
  )
}

/** The list. It shows no attributes. */
export async function showApplications() {
  const { items } = await call('applications')
  const columns = [
    ['Application', ({ id }) => element('a', { href: `#applications/${id}` }, id)],
    ['Template', ({ templateId }) => String(templateId)],
    ['Status', ({ status }) => status],
    ['Created', ({ createdAt }) => time(createdAt)],
    ['Attributes', ({ attributes }) => String(attributes)],
    ['Files', ({ files }) => String(files)],
    ['Change', (one) => element('span', { class: 'changes' }, ...decisionButtons(one))],
  ]
  return [table('Applications', items, columns, 'Nobody has applied yet.')]
}

/** The view of an application. */
export async function showApplication(id) {
  const application = await call(`applications/${encodeURIComponent(id)}`)
  const { attributes, files, messages = [], paymentTransactions = [], note } = application
  const buttons = decisionButtons(application)
  const lines = [
    ['Id', application.id],
    ['Template', String(application.templateId)],
    ['Status', application.status],
    ['Note', note ?? '–'],
    ['Created', time(application.createdAt)],
    ['Changed', time(application.updatedAt)],
  ]
  return [
    element(
      'section',
      {},
      element('h2', {}, 'Application'),
      element('p', { class: 'note' }, 'The audit log records that you have looked at this application.'),
      facts(lines),
      buttons.length === 0 ? undefined : element('p', { class: 'buttons' }, ...buttons),
    ),
    table(
      'Attributes',
      attributes,
      [
        ['Attribute', ({ id: attribute, schemaId }) => schemaId ?? attribute],
        ['Value', ({ data }) => toText(data.value)],
        ['Verified by', ({ verified }) => verified?.issuer ?? 'not verified'],
      ],
      'The application has no attributes.',
    ),
    table(
      'Files',
      files.map((file) => ({ file })),
      [['Id', ({ file }) => file]],
      'The applicant has attached no files.',
    ),
    table(
      'Messages',
      messages,
      [
        ['Time', ({ createdAt }) => time(createdAt)],
        ['From', ({ from }) => from],
        ['Text', ({ text }) => text],
      ],
      'There are no messages yet.',
    ),
    table(
      'Payments that the applicant reports',
      paymentTransactions.map((hash) => ({ hash })),
      [['Transaction', ({ hash }) => hash]],
      'The applicant has reported no payments.',
    ),
  ]
}

function toText(value) {
  if (value === undefined || value === null) return '–'
  if (Array.isArray(value)) return value.map(toText).join(', ')
  return typeof value === 'object' ? describe(value) : String(value)
}

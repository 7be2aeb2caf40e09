import { createBillfold } from '@billfold/core'
import { type Assessment, type AssessmentLine, type Policy, risk } from '@billfold/risk'
import type { Terminal } from './command.ts'
import { createCommandGroup, defineSubcommand } from './command-group.ts'
import { formatTable, formatTime } from './format-table.ts'
import { requireArgument } from './parse-arguments.ts'
import { type BillfoldOptionValues, billfoldOptions, withBillfoldSettings } from './with-billfold.ts'

/** `billfold risk`: lists and explains assessments, and lists policies. */
export const riskCommand = createCommandGroup({
  name: 'risk',
  summary: 'list and explain assessments, list policies',
  details:
    'Reads what the module @billfold/risk has stored. Its tables are created by the migrations of a host that has the module.',
  subcommands: {
    list: defineSubcommand({
      arguments: 'USER',
      summary: 'list the assessments of a user, newest first',
      options: billfoldOptions,
      run: async (values, [user], terminal) => {
        const userId = requireArgument(user, 'USER, the id of a user: billfold risk list USER')
        const data = await withRisk(values, terminal, ({ assessments }) => assessments.list(userId))
        return { text: formatTable(data, assessmentColumns, 'No assessments'), data }
      },
    }),
    show: defineSubcommand({
      arguments: 'ID',
      summary: 'print an assessment with its factors: their value from 0 to 9, weight and evidence',
      options: billfoldOptions,
      run: async (values, [id], terminal) => {
        const wanted = requireArgument(id, 'ID of the assessment: billfold risk show ID')
        const data = await withRisk(values, terminal, ({ assessments }) => assessments.get(wanted))
        return { text: formatAssessment(data), data }
      },
    }),
    policies: defineSubcommand({
      summary: 'list the policies of a tenant',
      options: billfoldOptions,
      run: async (values, _, terminal) => {
        const data = await withRisk(values, terminal, ({ policies }) => policies.list())
        return {
          text: formatTable(data, policyColumns, 'No policies'),
          data: data.map(({ id, version, name }) => ({ id, version, name })),
        }
      },
    }),
  },
})

type RiskFunctions = ReturnType<ReturnType<typeof risk>['create']>['functions']

function withRisk<T>(
  values: BillfoldOptionValues,
  terminal: Terminal,
  work: (functions: RiskFunctions) => Promise<T>,
): Promise<T> {
  return withBillfoldSettings(values, terminal, (settings) =>
    work(createBillfold({ ...settings, modules: [risk()] }).risk),
  )
}

const assessmentColumns = [
  { heading: 'ID', cell: ({ id }: AssessmentLine) => id },
  { heading: 'TIME', cell: ({ at }: AssessmentLine) => formatTime(at) },
  { heading: 'SCORE', cell: ({ score }: AssessmentLine) => score.toFixed(2).padStart(6) },
  { heading: 'SEVERITY', cell: ({ severity }: AssessmentLine) => severity },
  { heading: 'ACT', cell: ({ act }: AssessmentLine) => act ?? 'user' },
]

const policyColumns = [
  { heading: 'ID', cell: ({ id }: Policy) => id },
  { heading: 'VERSION', cell: ({ version }: Policy) => String(version) },
  { heading: 'ORDER', cell: ({ order }: Policy) => String(order) },
  { heading: 'SUBJECT', cell: ({ subject }: Policy) => ('id' in subject ? `${subject.kind} ${subject.id}` : 'tenant') },
  { heading: 'DECISION', cell: ({ then }: Policy) => then.decision },
  { heading: 'NAME', cell: ({ name }: Policy) => name },
]

function formatAssessment(assessment: Assessment): string {
  const { likelihood, likelihoodLevel, impact, impactLevel, impactFrom, factors, leftOut } = assessment
  const rated = factors.filter(({ value }) => value !== null)
  const lines = rated.map(({ group, name, value, weight, evidence }) => {
    const columns = [group.padEnd(16), name.padEnd(20), String(value), `x ${weight}`, JSON.stringify(evidence)]
    return `  ${columns.join('  ')}\n`
  })
  const head = formatTable([assessment], assessmentColumns, '')
  const means = `likelihood ${likelihood.toFixed(2)} ${likelihoodLevel}, impact ${impact.toFixed(2)} ${impactLevel} (${impactFrom})\n`
  return `${head}${means}${lines.join('')}${Math.round(leftOut * 100)} % of the weights had no data\n`
}

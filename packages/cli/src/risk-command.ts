import { createBillfold } from '@billfold/core'
import { type Assessment, type AssessmentLine, type Policy, risk } from '@billfold/risk'
import { createCommandGroup } from './command-group.ts'
import { requireArgument } from './parse-arguments.ts'
import type { Terminal } from './command.ts'
import { type BillfoldOptionValues, billfoldOptions, billfoldUsage, withBillfoldSettings } from './with-billfold.ts'

const usage = `billfold risk list USER
billfold risk show ID
billfold risk policies

Reads what the module @billfold/risk has stored. Its tables are created by the migrations of a host that has the module.

  list      the assessments of a user, newest first
  show      an assessment with its factors: their value from 0 to 9, weight and evidence
  policies  the policies of a tenant
${billfoldUsage}`

/** `billfold risk`: lists and explains assessments, and lists policies. */
export const riskCommand = createCommandGroup({
  name: 'risk',
  summary: 'list and explain assessments, list policies',
  usage,
  options: billfoldOptions,
  subcommands: {
    list: async (values, [user], terminal) => {
      const userId = requireArgument(user, 'USER, the id of a user: billfold risk list USER')
      const data = await withRisk(values, terminal, ({ assessments }) => assessments.list(userId))
      return { text: data.map(formatLine).join(''), data }
    },
    show: async (values, [id], terminal) => {
      const wanted = requireArgument(id, 'ID of the assessment: billfold risk show ID')
      const data = await withRisk(values, terminal, ({ assessments }) => assessments.get(wanted))
      return { text: formatAssessment(data), data }
    },
    policies: async (values, _, terminal) => {
      const data = await withRisk(values, terminal, ({ policies }) => policies.list())
      return {
        text: data.map(formatPolicy).join(''),
        data: data.map(({ id, version, name }) => ({ id, version, name })),
      }
    },
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

function formatLine({ id, at, act, score, severity }: AssessmentLine): string {
  return `${id}  ${new Date(at).toISOString()}  ${score.toFixed(2).padStart(6)}  ${severity.padEnd(8)}  ${act ?? 'user'}\n`
}

function formatAssessment(assessment: Assessment): string {
  const { likelihood, likelihoodLevel, impact, impactLevel, impactFrom, factors, leftOut } = assessment
  const rated = factors.filter(({ value }) => value !== null)
  const lines = rated.map(({ group, name, value, weight, evidence }) => {
    const columns = [group.padEnd(16), name.padEnd(20), String(value), `x ${weight}`, JSON.stringify(evidence)]
    return `  ${columns.join('  ')}\n`
  })
  const means = `likelihood ${likelihood.toFixed(2)} ${likelihoodLevel}, impact ${impact.toFixed(2)} ${impactLevel} (${impactFrom})\n`
  return `${formatLine(assessment)}${means}${lines.join('')}${Math.round(leftOut * 100)} % of the weights had no data\n`
}

function formatPolicy({ id, version, order, subject, name, then }: Policy): string {
  const who = subject.kind === 'tenant' ? 'tenant' : `${subject.kind} ${subject.id}`
  return `${id}  version ${version}  order ${order}  ${who}  ${then.decision}  ${name}\n`
}

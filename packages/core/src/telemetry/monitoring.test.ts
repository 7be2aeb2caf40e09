import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { auditActions } from '../built-in-modules.ts'
import { testServices } from '../test-fixtures/services.ts'
import { registerBacklogMetrics } from './backlog-metrics.ts'
import { createMetricInstruments } from './instruments.ts'
import type { TelemetryMeter } from './types.ts'

const read = (file: string): string => readFileSync(new URL(`../../../../docs/${file}`, import.meta.url), 'utf8')

/** The instruments, by the names that the Prometheus exporter of OpenTelemetry gives them. */
function listPrometheusNames(): ReadonlySet<string> {
  const names = new Set<string>()
  const base = (name: string, unit: string): string => `${name.replaceAll('.', '_')}${unit === 's' ? '_seconds' : ''}`
  const add = (name: string, unit = '', suffixes: readonly string[] = ['']): void => {
    for (const suffix of suffixes) names.add(`${base(name, unit)}${suffix}`)
  }
  const counter = { add: () => {} }
  const meter: TelemetryMeter = {
    createHistogram: (name, options) => {
      add(name, options?.unit, ['_bucket', '_count', '_sum'])
      return { record: () => {} }
    },
    createCounter: (name, options) => {
      add(name, options?.unit, ['_total'])
      return counter
    },
    createUpDownCounter: (name, options) => {
      add(name, options?.unit)
      return counter
    },
    createObservableGauge: (name, options) => {
      add(name, options?.unit)
      return { addCallback: () => {} }
    },
  }
  createMetricInstruments(meter)
  registerBacklogMetrics(meter, testServices())
  return names
}

const known = listPrometheusNames()

/** The attributes that the documentation lists, as labels. */
const bases = new Set([...known].map((name) => name.replace(/(?:_seconds)?(?:_bucket|_count|_sum|_total)?$/, '')))
const documented = [...read('observability.md').matchAll(/`([a-z]+(?:\.[a-z_]+)+)`/g)].map(([, name = '']) =>
  toLabel(name),
)
const labels = new Set(['le', ...documented.filter((name) => !bases.has(name))])

function toLabel(attribute: string): string {
  return attribute.replaceAll('.', '_')
}

const dashboardShape = z.object({
  panels: z.array(
    z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })) }),
  ),
})
const { panels } = dashboardShape.parse(JSON.parse(read('monitoring/dashboard.json')))
const alerts = [...read('monitoring/alerts.yaml').matchAll(/alert: (\w+)\n\s+expr: (.+)/g)].map(
  ([, name = '', expr = '']) => [name, expr] as const,
)
const expressions = [
  ...alerts,
  ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
]

describe.each(expressions)('the expression of %s', (_, expr) => {
  const withoutTexts = expr.replaceAll(/"[^"]*"/g, '""')

  test('asks for metrics that Billfold records', () => {
    const names = [...withoutTexts.matchAll(/\b((?:http|billfold)_\w+)(?=[{[)\s]|$)/g)].map(([, name = '']) => name)
    const metrics = names.filter((name) => !labels.has(name))
    expect(metrics.length).toBeGreaterThan(0)
    for (const name of metrics) expect([...known]).toContain(name)
  })

  test('uses labels that the documentation lists, and audit actions that exist', () => {
    const used = [
      ...[...withoutTexts.matchAll(/(\w+)\s*(?:=~|!=|!~|=)\s*""/g)].map(([, name = '']) => name),
      ...[...withoutTexts.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) =>
        list.split(',').map((name) => name.trim()),
      ),
    ]
    for (const name of used) expect([...labels]).toContain(name)
    const outcomes = [...expr.matchAll(/billfold_outcome!?="([^"]*)"/g)].map(([, value = '']) => value)
    for (const outcome of outcomes) expect(['success', 'storage.unavailable', 'condition-failed']).toContain(outcome)
    const actions = /billfold_audit_action=~?"([^"]*)"/.exec(expr)?.[1]?.split('|') ?? []
    for (const action of actions) expect(Object.keys(auditActions)).toContain(action)
  })
})

test('there is a panel or an alert for every metric', () => {
  const all = expressions.map(([, expr]) => expr).join('\n')
  const names = [...known].filter((name) => !/_(?:sum|count)$/.test(name)).map((name) => name.replace(/_bucket$/, ''))
  expect(names.filter((name) => !all.includes(name))).toEqual([])
})

test('every alert says what to do', () => {
  const text = read('monitoring/alerts.yaml')
  expect(alerts.length).toBeGreaterThan(5)
  expect(text.match(/^ {10}summary: /gm)).toHaveLength(alerts.length)
  expect(text.match(/^ {10}action: /gm)).toHaveLength(alerts.length)
  expect(text.match(/severity: (?:page|ticket) /g)).toHaveLength(alerts.length)
})

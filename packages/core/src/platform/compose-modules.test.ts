import { describe, expect, test } from 'vitest'
import { defineTable, text } from '../kernel/storage/index.ts'
import { assertDistinctApis, composeDeclarations, orderMaintenanceSteps } from './compose-modules.ts'
import { defineEvent } from './events/define-event.ts'
import { type MaintenanceStage, maintenanceStages, type ModuleDeclaration } from './module.ts'

const things = defineTable({ name: 'things', columns: { id: text(36) }, key: ['id'] })
const [first, second] = ['first', 'second'].map((name) => ({ name }))

describe('composeDeclarations', () => {
  test('lists what the modules declare in their order', () => {
    const others = { ...things, name: 'others' }
    const { tables, auditActions, errors } = composeDeclarations([
      { name: 'first', tables: [things], auditActions: { 'thing.made': 'A thing was made' } },
      { name: 'second', tables: [others], errors: { 'thing.not-found': { status: 404, message: 'Thing not found' } } },
    ])
    expect(tables).toEqual([things, others])
    expect(auditActions).toEqual({ 'thing.made': 'A thing was made' })
    expect(errors).toEqual({ 'thing.not-found': { status: 404, message: 'Thing not found' } })
  })

  test.each<[string, Partial<ModuleDeclaration>, string]>([
    ['table', { tables: [things] }, 'table "things"'],
    ['audit action', { auditActions: { 'thing.made': 'A thing was made' } }, 'audit action "thing.made"'],
    ['event', { events: { 'thing.made': defineEvent('A thing was made.', {}) } }, 'event "thing.made"'],
    ['error code', { errors: { 'thing.bad': { status: 400, message: 'Bad' } } }, 'error code "thing.bad"'],
  ])('throws an error that names both modules if two declare the same %s', (_, declared, what) => {
    expect(() =>
      composeDeclarations([
        { tables: [], ...declared, name: 'first' },
        { tables: [], ...declared, name: 'second' },
      ]),
    ).toThrow(`Modules first and second both declare the ${what}`)
  })

  test('throws an error if two modules have the same name', () => {
    expect(() =>
      composeDeclarations([
        { name: 'twice', tables: [] },
        { name: 'twice', tables: [] },
      ]),
    ).toThrow('Modules twice and twice both declare the name "twice"')
  })
})

describe('assertDistinctApis', () => {
  const list = { id: 'list', method: 'GET', path: '/things' }

  test('throws an error that names both modules if two APIs have the same name', () => {
    const api = { name: 'things', routes: [list] }
    expect(() => assertDistinctApis({ first: { api }, second: { api } })).toThrow(
      'Modules first and second both declare the API "things"',
    )
  })

  test('throws an error that names both routes if one API has two with the same id', () => {
    const api = { name: 'things', routes: [list, { ...list, path: '/all-things' }] }
    expect(() => assertDistinctApis({ first: { api } })).toThrow(
      'Module first: GET /things and GET /all-things have the same route id: list',
    )
  })

  test('knows each of several APIs of one module', () => {
    const [one, two] = ['one', 'two'].map((name) => ({ name, routes: [list] }))
    const twice = { name: 'one', routes: [list] }
    if (one === undefined || two === undefined) throw new Error('expected two APIs')
    expect(() => assertDistinctApis({ first: { apis: { one, two } } })).not.toThrow()
    expect(() => assertDistinctApis({ first: { apis: { one } }, second: { apis: { two: twice } } })).toThrow(
      'Modules first and second both declare the API "one"',
    )
    expect(() => assertDistinctApis({ first: { apis: { one: { ...one, routes: [list, list] } } } })).toThrow(
      'have the same route id: list',
    )
  })

  test('accepts the same route id in two APIs', () => {
    const parts = [first, second].map((module) => [module?.name, { api: { name: module?.name ?? '', routes: [list] } }])
    expect(() => assertDistinctApis(Object.fromEntries(parts))).not.toThrow()
  })
})

test('maintenance steps run by stage, and within a stage in the order of the modules', () => {
  const step = (name: string, stage: MaintenanceStage) => ({ name, stage, run: async () => undefined })
  const ordered = orderMaintenanceSteps([
    { maintenanceSteps: [...maintenanceStages].reverse().map((stage) => step(`a ${stage}`, stage)) },
    {},
    { maintenanceSteps: [step('b expire', 'expire'), step('b cleanup', 'cleanup')] },
  ])
  expect(ordered.map(({ name }) => name)).toEqual([
    'a expire',
    'b expire',
    'a checkpoint',
    'a reconcile',
    'a deliver',
    'a cleanup',
    'b cleanup',
  ])
})

import type { EvidenceSource } from './onboarding/presentations/evidence-source.ts'
import type { OnboardingRoutes } from './onboarding/api/index.ts'
import type { Api, MountableApi } from './http/index.ts'
import type { Module, ModuleParts } from './platform/module.ts'

/** A module that a host adds to Billfold, see `defineModule` of `@billfold/core/modules`. */
export type AdditionalModule = Module<
  string,
  ModuleParts & {
    readonly api?: Api
    readonly apis?: Readonly<Record<string, Api>>
    /** Verifies credentials that applicants present. At most one module has it. */
    readonly evidenceSource?: EvidenceSource
    readonly onboardingRoutes?: OnboardingRoutes
  }
>

/** The part of {@link Billfold} that a module adds: its functions and, if it has APIs, what an adapter mounts. */
export type ModuleResult<Parts> = (Parts extends { readonly functions: infer Functions } ? Functions : unknown) &
  (Parts extends { readonly api: Api } ? MountableApi : unknown) &
  (Parts extends { readonly apis: infer Apis } ? { readonly [K in keyof Apis]: MountableApi } : unknown)

/** The results of modules, by the name of the module. */
export type ModuleResults<Modules extends readonly AdditionalModule[]> = {
  readonly [M in Modules[number] as M['name']]: ModuleResult<ReturnType<M['create']>>
}

/** @throws Error that names the modules if two of them verify credentials */
export function findEvidenceSource(parts: Readonly<Record<string, AdditionalParts>>): EvidenceSource | undefined {
  const sources = Object.entries(parts).filter(([, part]) => part.evidenceSource !== undefined)
  if (sources.length > 1)
    throw new Error(`Modules ${sources.map(([name]) => name).join(' and ')} both verify credentials`)
  return sources[0]?.[1].evidenceSource
}

/** The running parts of an additional module. */
export type AdditionalParts = ReturnType<AdditionalModule['create']>

/** Adds the functions and the mounted APIs of each module as a property. @throws Error if the name is taken by Billfold */
export function addModules<T extends object>(
  billfold: T,
  modules: Readonly<Record<string, AdditionalParts>>,
  mount: (api: Api) => MountableApi,
): T {
  const added = Object.entries(modules).map(([name, { api, apis = {}, functions = {} }]) => {
    if (Object.hasOwn(billfold, name))
      throw new Error(
        `The name of the module ${JSON.stringify(name)} is taken by the property of Billfold with that name`,
      )
    const faces = Object.entries(apis).map(([face, one]) => [face, { ...mount(one), ...functionsOf(functions, face) }])
    return [name, { ...(api !== undefined && mount(api)), ...functions, ...Object.fromEntries(faces) }] as const
  })
  return { ...billfold, ...Object.fromEntries(added) }
}

/** The functions that stand beside one of several APIs of a module. */
function functionsOf(functions: object, face: string): object {
  const found: unknown = Object.entries(functions).find(([name]) => name === face)?.[1]
  return typeof found === 'object' && found !== null ? found : {}
}

import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common'
import { type BillfoldInstance, createBillfoldInstance } from './billfold.ts'

/** Injection token: `@Inject(BILLFOLD) { billfold }: BillfoldInstance`. */
export const BILLFOLD = Symbol('Billfold')

const maintenanceIntervalMs = 60_000

/** Calls `maintain()` periodically and closes the database on shutdown. */
@Injectable()
export class BillfoldLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #instance: BillfoldInstance
  #timer: NodeJS.Timeout | undefined

  constructor(@Inject(BILLFOLD) instance: BillfoldInstance) {
    this.#instance = instance
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      // A failed run is retried with the next one.
      this.#instance.billfold.maintain().catch(() => {})
    }, maintenanceIntervalMs)
    this.#timer.unref()
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#timer)
  }

  /** Nest calls this after its server has closed, so the database is no longer in use. */
  onApplicationShutdown(): Promise<void> {
    return this.#instance.close()
  }
}

/** Creates the global module that provides one Billfold instance. */
export function billfoldModule(folder: string): DynamicModule {
  return {
    module: BillfoldLifecycle,
    global: true,
    providers: [{ provide: BILLFOLD, useFactory: () => createBillfoldInstance(folder) }],
    exports: [BILLFOLD],
  }
}

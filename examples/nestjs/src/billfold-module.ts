import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common'
import { type OpenBillfold, openBillfold } from './billfold.ts'

/** What is injected: `@Inject(BILLFOLD) { billfold }: OpenBillfold`. */
export const BILLFOLD = Symbol('Billfold')

const everyMinute = 60_000

/** Does what a host owes Billfold: `maintain()` now and then, and an end after the last request. */
@Injectable()
export class BillfoldLifecycle implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #open: OpenBillfold
  #timer: NodeJS.Timeout | undefined

  constructor(@Inject(BILLFOLD) open: OpenBillfold) {
    this.#open = open
  }

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      // What it could not do now, it does the next time.
      this.#open.billfold.maintain().catch(() => {})
    }, everyMinute)
    this.#timer.unref()
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.#timer)
  }

  /** Nest calls this once its server has closed, so nobody uses the database any more. */
  onApplicationShutdown(): Promise<void> {
    return this.#open.close()
  }
}

/** One Billfold for the whole app. */
export function billfoldModule(folder: string): DynamicModule {
  return {
    module: BillfoldLifecycle,
    global: true,
    providers: [{ provide: BILLFOLD, useFactory: () => openBillfold(folder) }],
    exports: [BILLFOLD],
  }
}

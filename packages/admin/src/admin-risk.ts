/** The part of the risk module that the page shows: `billfold.risk`. */
export interface AdminRisk {
  readonly approvals: {
    readonly list: (userId?: string, tenant?: string) => Promise<readonly object[]>
  }
}

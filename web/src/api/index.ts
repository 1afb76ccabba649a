export { api, ask, call, callTagged } from './client'
export { ApiError, type Problem } from './error'
export { useConnected, useCutOff, useHints, type Hint } from './hints'
export * from './queries'
export {
  actOnLane, actOnRun, applyDocuments, beginBulk, changeRetries, freeName, limitLane, newKey, planBulk, steerBulk, type Bulk, type BulkVerb, type LaneActionName, type NewBulk, type RunAction, type WhichVersion,
} from './actions'
export type * from './types'
export type { components } from './schema'

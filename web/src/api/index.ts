export { api, ask, call, callTagged } from './client'
export { ApiError, type Problem } from './error'
export { ofRuns, useConnected, useCutOff, useHints, type Hint } from './hints'
export * from './queries'
export { paced } from './paced'
export {
  actOnLane, actOnRun, applyDocuments, beginBulk, changeRetries, eventText, freeName, laneAt, limitLane, newKey, planBulk, rerunChanged, skipWith, steerBulk, tryEcho, type Bulk, type BulkGroup, type BulkVerb, type LaneActionName, type NewBulk, type RunAction, type WhichVersion,
} from './actions'
export type * from './types'
export type { components, operations } from './schema'

export { api, ask, call, callTagged } from './client'
export { ApiError, type Problem } from './error'
export { useConnected, useCutOff, useHints, type Hint } from './hints'
export * from './queries'
export {
  actOnRun, applyDocuments, beginBulk, freeName, newKey, planBulk, steerBulk, type Bulk, type BulkVerb, type NewBulk, type RunAction, type WhichVersion,
} from './actions'
export type * from './types'
export type { components } from './schema'

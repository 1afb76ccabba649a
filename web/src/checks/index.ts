export { CheckBanner } from './CheckBanner'
export { begin, cancel, readLines, useCheckState } from './checks'
export type { CheckState, StepResult } from './state'

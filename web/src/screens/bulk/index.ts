export { BulkBanner } from './BulkBanner'
export { BulkCounts, runsOf } from './BulkCounts'
export { BulkDialog, type BulkDialogProps } from './BulkDialog'
export { actionWord, questionWords, sends } from './words'

export { BulkBanner } from './BulkBanner'
export { BulkDialog, type BulkDialogProps } from './BulkDialog'

import { useParams } from '@tanstack/react-router'
import { Page } from '@/ui'

/** The editor of one scenario: `name` of the address says which. */
export default function EditorPage() {
  const { name } = useParams({ strict: false })
  return <Page title={name}>{null}</Page>
}

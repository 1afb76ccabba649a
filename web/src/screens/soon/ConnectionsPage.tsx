import { Page } from '@/ui'

export default function ConnectionsPage() {
  return <Page title="ConnectionsPage">{null}</Page>
}

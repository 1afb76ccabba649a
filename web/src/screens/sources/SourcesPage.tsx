import { Page } from '@/ui'

export default function SourcesPage() {
  return <Page title="SourcesPage">{null}</Page>
}

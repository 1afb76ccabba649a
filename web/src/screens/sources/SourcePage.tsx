import { Page } from '@/ui'

export default function SourcePage() {
  return <Page title="SourcePage">{null}</Page>
}
